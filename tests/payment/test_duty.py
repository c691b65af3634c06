"""Who must give the KSeF number in a transfer: the rows of docs/payments.md."""

from .case import AFTER, BEFORE, PaymentCase


class TestDuty(PaymentCase):
    def setUp(self):
        super().setUp()
        self.bill = self.vendor_bills({"number": "FV/1"})

    def kind(self, day=AFTER, bill=None, journal=None):
        return (bill or self.bill)._l10n_pl_ksef_payment_duty(day, journal).kind

    def test_a_bill_of_ksef_must_be_paid_with_its_number(self):
        self.assertEqual(self.kind(), "must")

    def test_before_the_law_begins_it_may(self):
        self.assertEqual(self.kind(BEFORE), "may")

    def test_the_day_of_the_law_can_be_changed_by_an_administrator(self):
        self.env.ref("l10n_pl_ksef.legal_payment_titles").date = BEFORE
        self.assertEqual(self.kind(BEFORE), "must")

    def test_cash_has_no_title(self):
        self.assertEqual(self.kind(journal=self.cash), "none")

    def test_who_is_no_active_payer_need_not(self):
        self.company.l10n_pl_ksef_vat_state = "exempt"
        self.assertEqual(self.kind(), "may")

    def test_an_unknown_vendor_counts_as_active(self):
        self.assertEqual(self.bill._l10n_pl_ksef_vendor_vat_state(AFTER), "unknown")
        self.assertEqual(self.kind(), "must")

    def test_who_is_not_known_is_not_said_to_be_active(self):
        reason = self.bill._l10n_pl_ksef_payment_duty(AFTER).reason
        self.assertIn("not known", reason)

    def test_a_foreign_vendor_has_nothing_to_do_with_it(self):
        abroad = self.env["res.partner"].create(
            {"name": "GmbH", "country_id": self.env.ref("base.de").id}
        )
        self.assertEqual(self.kind(bill=self.entered_bill(abroad)), "none")

    def test_a_polish_bill_without_a_number_is_not_settled(self):
        self.assertEqual(self.kind(bill=self.entered_bill()), "ask")

    def test_what_was_issued_in_a_failure_need_not(self):
        self.env["l10n_pl_ksef.outage"].create(
            {
                "environment": "test",
                "category": "failure",
                "title": "Awaria",
                "start": "2026-11-01 08:00:00",
                "end": "2026-11-03 08:00:00",
            }
        )
        self.assertEqual(self.kind(), "may")

    def test_companies_begin_in_december_unless_they_say_otherwise(self):
        company = self.company
        day = self.env["l10n_pl_ksef.legal.fact"]._date("payment_titles_begin")
        self.assertTrue(company._l10n_pl_ksef_gives_numbers(day))
        self.assertFalse(company._l10n_pl_ksef_gives_numbers(day.replace(month=11)))
        company.l10n_pl_ksef_payment_titles = "no"
        self.assertFalse(company._l10n_pl_ksef_gives_numbers(AFTER))
