"""A tax adviser with a calculator: borders, limits, parts, currencies."""

from freezegun import freeze_time

from odoo import Command

from ..common import make_nip
from .case import BEFORE, PaymentCase


class TestBorders(PaymentCase):
    """Days are days in Poland; amounts "above" are not the amount itself."""

    def setUp(self):
        super().setUp()
        self.bill = self.vendor_bills({"number": "FV/1"})

    def choices(self, *days):
        return [
            self.window(self.bill, payment_date=d).l10n_pl_ksef_choice for d in days
        ]

    def test_the_number_is_given_from_the_first_of_december_on(self):
        self.assertEqual(
            self.choices("2026-11-30", "2026-12-01"),
            ["leave", "give"],
        )

    def test_the_law_asks_from_new_years_day_on(self):
        kinds = [
            self.window(self.bill, payment_date=day).l10n_pl_ksef_duty
            for day in ("2026-12-31", "2027-01-01")
        ]
        self.assertEqual(kinds, ["may", "must"])

    def test_new_year_begins_at_midnight_in_warsaw(self):
        self.company.l10n_pl_ksef_payment_titles = "no"
        texts = []
        for moment in ("2026-12-31 22:59:00", "2026-12-31 23:01:00"):
            with freeze_time(moment):
                texts.append(self.bill._get_payment_order_communication_direct())
        self.assertEqual(texts[0], "FV/1")
        self.assertTrue(texts[1].startswith(self.bill.l10n_pl_ksef_number))

    def test_a_failure_counts_by_the_day_in_warsaw(self):
        self.bill.sudo().l10n_pl_ksef_bill_ids.invoicing_mode = False
        day = self.bill.invoice_date
        outage = self.env["l10n_pl_ksef.outage"].create(
            {"environment": "test", "category": "failure", "title": "Awaria"}
        )
        cases = (
            # The day before until 23:30 in Warsaw, and until half past midnight.
            ((-1, "10:00"), (-1, "22:30"), False),
            ((-1, "10:00"), (-1, "23:30"), True),
            # From half past eleven on that evening, and from the next day on.
            ((0, "22:30"), (1, "10:00"), True),
            ((0, "23:30"), (1, "10:00"), False),
        )
        for start, end, is_emergency in cases:
            with self.subTest(start=start, end=end):
                outage.write(
                    {
                        "start": self.moment(day, *start),
                        "end": self.moment(day, *end),
                    }
                )
                found = self.bill._l10n_pl_ksef_is_emergency()
                self.assertEqual(found, is_emergency)

    def moment(self, day, days, hour):
        return f"{day.fromordinal(day.toordinal() + days)} {hour}:00"

    def test_what_was_issued_online_on_the_day_of_a_failure_is_no_emergency(self):
        self.env["l10n_pl_ksef.outage"].create(
            {
                "environment": "test",
                "category": "failure",
                "title": "Awaria",
                "start": self.moment(self.bill.invoice_date, 0, "08:00"),
                "end": self.moment(self.bill.invoice_date, 0, "20:00"),
            }
        )
        row = self.bill.sudo().l10n_pl_ksef_bill_ids
        # As KSeF told it: the day of issue is past.
        self.assertEqual(row.invoicing_mode, "Offline")
        self.assertTrue(self.bill._l10n_pl_ksef_is_emergency())
        row.invoicing_mode = "Online"
        self.assertFalse(self.bill._l10n_pl_ksef_is_emergency())


class TestAnnex15(PaymentCase):
    """Split payment is compulsory whatever the vendor marked."""

    def setUp(self):
        super().setUp()
        self.steel = self.env["product.product"].create(
            {"name": "Stal", "l10n_pl_ksef_annex15": True}
        )
        self.tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.company.id),
                ("type_tax_use", "=", "purchase"),
                ("amount", "=", 23),
            ],
            limit=1,
        )

    def steel_bill(self, net, number="FV/S", **values):
        bill = self.vendor_bills({"number": number})
        bill.button_draft()
        bill.write(
            {
                "invoice_line_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "product_id": self.steel.id,
                            "price_unit": net,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    ),
                ],
                **values,
            }
        )
        bill.action_post()
        return bill

    def test_above_the_limit_it_is_proposed_and_said_why(self):
        bill = self.steel_bill(12_195.13)
        self.assertAlmostEqual(bill.amount_total, 15_000.01)
        self.assertFalse(bill.l10n_pl_ksef_split_payment)
        window = self.window(bill)
        self.assertTrue(window.l10n_pl_ksef_split)
        self.assertIn("did not mark it", window.l10n_pl_ksef_transfers)
        window.l10n_pl_ksef_split = False
        self.assertIn("compulsory for FV/S", window.l10n_pl_ksef_transfers)
        window.l10n_pl_ksef_split = True
        window.action_create_payments()
        memo = bill.matched_payment_ids.memo
        self.assertTrue(memo.startswith("/VAT/2804,88/IDC/"), memo)

    def test_the_limit_itself_is_not_above_it(self):
        bill = self.steel_bill(12_195.12)
        self.assertAlmostEqual(bill.amount_total, 15_000)
        self.assertFalse(self.window(bill).l10n_pl_ksef_split)

    def test_other_goods_are_none_of_it(self):
        self.steel.l10n_pl_ksef_annex15 = False
        bill = self.steel_bill(20_000)
        self.assertFalse(self.window(bill).l10n_pl_ksef_split)
        self.assertNotIn("compulsory", self.window(bill).l10n_pl_ksef_transfers)

    def test_it_is_paid_apart_from_what_needs_no_split(self):
        bill = self.steel_bill(20_000)
        other = self.vendor_bills({"number": "FV/2"})
        payments = self.pay(bill + other, group_payment=True)
        self.assertEqual(payments.mapped("l10n_pl_ksef_is_split"), [True, False])

    def test_bills_of_more_than_a_month_are_told(self):
        first = self.steel_bill(20_000, "FV/1")
        second = self.steel_bill(20_000, "FV/2")
        first.sudo().l10n_pl_ksef_received_on = "2026-11-05"
        second.sudo().l10n_pl_ksef_received_on = "2026-12-04"
        told = self.window(first + second, group_payment=True).l10n_pl_ksef_transfers
        self.assertNotIn("within a month", told)
        second.sudo().l10n_pl_ksef_received_on = "2026-12-05"
        told = self.window(first + second, group_payment=True).l10n_pl_ksef_transfers
        self.assertIn("within a month", told)

    def test_euros_paid_in_zlotys_tell_the_vat_of_the_books(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-11-01",
                "rate": 0.25,
            }
        )
        bill = self.steel_bill(4_000, currency_id=euro.id)
        self.assertAlmostEqual(bill.amount_tax_signed, -3_680)
        window = self.window(bill)
        self.assertFalse(window.l10n_pl_ksef_can_split)
        window.currency_id = self.env.ref("base.PLN")
        self.assertTrue(window.l10n_pl_ksef_split)
        # Half of it.
        window.amount = 4 * 4_920 / 2
        window.payment_difference_handling = "open"
        window.action_create_payments()
        memo = bill.matched_payment_ids.memo
        self.assertTrue(memo.startswith("/VAT/1840,00/IDC/"), memo)
        self.assertLessEqual(len(memo), 140)

    def test_the_message_is_never_longer_than_a_transfer(self):
        number = "FV/" + "Z" * 200
        bill = self.steel_bill(99_999_999.99)
        bill.ref = number
        memo = self.pay(bill).memo
        self.assertLessEqual(len(memo), 140)
        self.assertIn(f"/INV/{bill.l10n_pl_ksef_number}/TXT/FV Z", memo)

    def test_a_netted_correction_takes_its_vat_off(self):
        bill = self.steel_bill(20_000)
        credit = self.entered_bill(
            bill.partner_id,
            "KOR/1",
            move_type="in_refund",
            reversed_entry_id=bill.id,
            invoice_line_ids=[
                Command.create(
                    {
                        "product_id": self.steel.id,
                        "price_unit": 1_000,
                        "tax_ids": [Command.set(self.tax.ids)],
                    }
                )
            ],
        )
        credit.sudo().l10n_pl_ksef_number = self.issue_strange(
            self.document("KOR/1"), "KOR/1"
        )
        window = self.window(bill + credit, group_payment=True)
        self.assertEqual(len(window.batches), 1)
        window.l10n_pl_ksef_choice = "give"
        window.action_create_payments()
        payment = bill.matched_payment_ids
        self.assertAlmostEqual(payment.amount, 24_600 - 1_230)
        self.assertTrue(payment.memo.startswith("/VAT/4370,00/"), payment.memo)

    def test_parts_in_cents_add_up_to_the_vat(self):
        bill = self.steel_bill(12_345.67)
        paid = 0
        for _part in range(3):
            memo = self.pay(
                bill, amount=3_333.33, payment_difference_handling="open"
            ).memo
            paid += float(memo.split("/")[2].replace(",", "."))
        paid += float(self.pay(bill).memo.split("/")[2].replace(",", "."))
        self.assertAlmostEqual(paid, bill.amount_tax, places=2)
        self.assertEqual(bill.payment_state, "paid")

    def test_of_a_month_before_the_law_begins_the_message_has_the_number_too(self):
        bill = self.steel_bill(20_000)
        memo = self.pay(bill, payment_date=BEFORE).memo
        self.assertIn(f"/INV/{bill.l10n_pl_ksef_number}", memo)

    def test_another_vendor_is_another_transfer(self):
        first = self.steel_bill(20_000, "FV/1")
        second = self.steel_bill(
            20_000,
            "FV/2",
            partner_id=self._partner("Trzeci", make_nip("third")).id,
        )
        payments = self.pay(first + second, group_payment=True)
        self.assertEqual(len(payments), 2)
        sellers = {memo.split("/")[4] for memo in payments.mapped("memo")}
        self.assertEqual(sellers, {self.supplier_nip, make_nip("third")})
