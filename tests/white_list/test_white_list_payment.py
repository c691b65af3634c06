"""The list when a payment is registered: shown, confirmed where the law asks, kept."""

from odoo import Command
from odoo.exceptions import AccessError

from .test_white_list import ACCOUNT, OTHER_ACCOUNT, VIRTUAL, WhiteListCase

PAID = "2026-11-20"


class TestWhiteListPayment(WhiteListCase):
    def setUp(self):
        super().setUp()
        self.big = self.bill(ref="FV/DUŻA")
        self.big.button_draft()
        self.big.invoice_line_ids.price_unit = 20_000
        self.big.action_post()
        self.small = self.bill(ref="FV/MAŁA")

    def pay_in(self, window):
        window.action_create_payments()
        return self.env["account.payment"].search([], order="id desc", limit=1)

    def is_asked_to_confirm(self, bill, **values):
        """Return the window when it has to be confirmed, nothing paid; else None."""
        window = self.window(bill, **values)
        action = window.action_create_payments()
        if not window.l10n_pl_ksef_list_warning:
            return None
        self.assertEqual(action["res_id"], window.id)
        self.assertFalse(bill.matched_payment_ids)
        return window

    def test_the_payment_keeps_what_was_said_and_the_proof(self):
        payment = self.pay(self.small)
        self.assertIn("Active VAT payer", payment.l10n_pl_ksef_list_result)
        self.assertTrue(payment.l10n_pl_ksef_list_request)
        self.assertTrue(payment.l10n_pl_ksef_list_answered_at)

    def test_the_proof_is_written_by_code_only(self):
        payment = self.pay(self.small).with_user(self.new_user("ela"))
        with self.assertRaises(AccessError):
            payment.l10n_pl_ksef_list_request = "x"

    def test_several_vendors_are_one_question(self):
        other = self.entered_bill(self.other_vendor, ref="FV/DRUGA")
        self.pay(self.small + other)
        self.assertEqual(len(self.questions()), 1)

    def test_above_the_amount_an_account_that_is_not_on_it_is_confirmed(self):
        self.know(accounts=[OTHER_ACCOUNT])
        window = self.is_asked_to_confirm(self.big)
        for words in (ACCOUNT, "15d", "22p", "117ba", "ZAW-NR"):
            self.assertIn(words, window.l10n_pl_ksef_list_warning)
        window.l10n_pl_ksef_list_confirmed = True
        payment = self.pay_in(window)
        self.assertEqual(payment.l10n_pl_ksef_list_confirmed_id, self.env.user)
        self.assertEqual(len(self.questions()), 1)

    def test_the_amount_of_the_whole_bill_counts_not_of_a_part(self):
        self.know(accounts=[OTHER_ACCOUNT])
        values = {"amount": 100, "payment_difference_handling": "open"}
        self.assertTrue(self.is_asked_to_confirm(self.big, **values))

    def test_the_amount_is_the_one_of_the_law(self):
        self.know(accounts=[OTHER_ACCOUNT])
        self.env.ref("l10n_pl_ksef.legal_white_list_above").amount = 30_000
        self.assertFalse(self.is_asked_to_confirm(self.big))

    def test_the_amount_itself_is_not_above_it(self):
        self.know(accounts=[OTHER_ACCOUNT])
        tax_free = {"price_unit": 15_000, "tax_ids": [Command.clear()]}
        for price, asks in ((15_000, False), (15_000.01, True)):
            bill = self.bill(
                ref=f"FV/{price}",
                invoice_line_ids=[
                    Command.create({"name": "X", **tax_free, "price_unit": price})
                ],
            )
            self.assertEqual(bool(self.is_asked_to_confirm(bill)), asks, price)

    def test_small_bills_that_are_paid_at_once_may_be_one_transaction(self):
        self.know(accounts=[OTHER_ACCOUNT])
        bills = self.small
        for number in range(2):
            line = {"name": "X", "price_unit": 8_000}
            bills += self.bill(
                ref=f"FV/{number}", invoice_line_ids=[Command.create(line)]
            )
        self.assertFalse(self.is_asked_to_confirm(bills[:2], group_payment=True))
        bills = bills[2] + self.bill(
            ref="FV/3",
            invoice_line_ids=[Command.create({"name": "X", "price_unit": 8_000})],
        )
        self.assertTrue(self.is_asked_to_confirm(bills, group_payment=True))

    def test_what_was_confirmed_for_one_account_is_not_for_another(self):
        self.know(accounts=[OTHER_ACCOUNT])
        window = self.is_asked_to_confirm(self.big)
        other = self.env["res.partner.bank"].create(
            {"partner_id": self.supplier.id, "acc_number": f"PL{VIRTUAL}"}
        )
        window.write({"l10n_pl_ksef_list_confirmed": True, "partner_bank_id": other.id})
        window.action_create_payments()
        self.assertFalse(window.l10n_pl_ksef_list_confirmed)
        self.assertFalse(self.big.matched_payment_ids)

    def test_below_the_amount_nothing_has_to_be_confirmed(self):
        self.know(accounts=[OTHER_ACCOUNT])
        self.assertFalse(self.is_asked_to_confirm(self.small))
        self.assertIn("NOT", self.small.matched_payment_ids.l10n_pl_ksef_list_result)

    def test_an_account_on_the_list_needs_no_confirmation(self):
        self.assertFalse(self.is_asked_to_confirm(self.big))

    def test_a_vendor_who_is_exempt_is_none_of_the_laws_business(self):
        self.know(status="Zwolniony", accounts=[OTHER_ACCOUNT])
        self.assertFalse(self.is_asked_to_confirm(self.big))

    def test_split_payment_answers_for_itself(self):
        self.know(accounts=[OTHER_ACCOUNT])
        bill = self.vendor_bills({"number": "FV/MPP", "net": "20000.00"})
        bill.partner_bank_id = self.account
        bill.l10n_pl_ksef_split_payment = True
        self.assertFalse(self.is_asked_to_confirm(bill))
        self.assertTrue(bill.matched_payment_ids.l10n_pl_ksef_is_split)

    def test_when_the_list_is_silent_that_is_told_and_confirmed(self):
        self.sandbox.knobs(white_list_renewal="lasts")
        window = self.is_asked_to_confirm(self.big)
        self.assertIn("not known", window.l10n_pl_ksef_list_warning)
        self.assertIn("renewed", window.l10n_pl_ksef_list_warning)

    def test_when_the_list_is_silent_small_bills_are_paid(self):
        self.sandbox.knobs(white_list_renewal="lasts")
        self.assertFalse(self.is_asked_to_confirm(self.small))
        self.assertFalse(self.small.matched_payment_ids.l10n_pl_ksef_list_result)

    def test_a_past_payment_is_held_against_its_own_day(self):
        self.pay(self.small, payment_date=PAID)
        entry = self.entries.search([("nip", "=", self.supplier_nip)])
        self.assertEqual(str(entry.day), PAID)

    def test_the_window_shows_what_is_known_and_asks_nothing(self):
        self.asked()
        shown = self.window(self.small).l10n_pl_ksef_list_told
        self.assertIn("account on the list", shown)
        self.assertEqual(len(self.questions()), 1)

    def test_cash_has_no_account(self):
        self.pay(self.big, journal_id=self.cash.id)
        self.assertFalse(self.questions())

    def test_nothing_irrevocable_is_made_before_it_is_confirmed(self):
        self.know(accounts=[OTHER_ACCOUNT])
        bills = self.vendor_bills(
            {"number": "FV/1", "net": "20000.00"}, {"number": "FV/2"}
        )
        bills.partner_bank_id = self.account
        self.assertTrue(self.is_asked_to_confirm(bills, group_payment=True))
        self.assertFalse(self.env["l10n_pl_ksef.identifier"].sudo().search([]))

    def test_a_company_abroad_asks_nothing(self):
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.pay(self.big)
        self.assertFalse(self.questions())

    def test_customers_who_pay_are_not_looked_up(self):
        self.pay(self.invoice())
        self.assertFalse(self.questions())
