"""What stands in the titles of transfers, registered in Odoo's own window."""

from odoo.exceptions import UserError

from .case import BEFORE, PaymentCase


class TestTitles(PaymentCase):
    def test_one_bill_is_paid_with_its_number_first(self):
        bill = self.vendor_bills({"number": "FV/1"})
        payment = self.pay(bill)
        number = bill.l10n_pl_ksef_number
        self.assertEqual(payment.memo, f"{number} FV/1")
        self.assertEqual(payment.l10n_pl_ksef_title_number, number)
        self.assertEqual(payment.payment_reference, number)

    def test_what_was_typed_stands_behind_the_number(self):
        bill = self.vendor_bills({"number": "FV/1"})
        payment = self.pay(bill, communication="rata 1/2 za papier")
        self.assertEqual(payment.memo, f"{bill.l10n_pl_ksef_number} rata 1/2 za papier")

    def test_the_window_tells_bills_number_and_reason_before(self):
        bill = self.vendor_bills({"number": "FV/1"})
        window = self.window(bill)
        self.assertTrue(window.l10n_pl_ksef_concerns)
        self.assertEqual(window.l10n_pl_ksef_choice, "give")
        shown = window.l10n_pl_ksef_transfers
        for text in ("FV/1", bill.l10n_pl_ksef_number, "art. 108g"):
            self.assertIn(text, shown)

    def test_parts_of_a_bill_repeat_its_number(self):
        bill = self.vendor_bills({"number": "FV/1"})
        for _part in range(2):
            payment = self.pay(bill, amount=100, payment_difference_handling="open")
            self.assertTrue(payment.memo.startswith(bill.l10n_pl_ksef_number))

    def test_each_bill_paid_by_itself_has_its_own_number(self):
        bills = self.vendor_bills({"number": "FV/1"}, {"number": "FV/2"})
        payments = self.pay(bills, group_payment=False)
        self.assertEqual(
            set(payments.mapped("l10n_pl_ksef_title_number")),
            set(bills.mapped("l10n_pl_ksef_number")),
        )

    def test_a_company_that_has_not_decided_pays_as_before_until_december(self):
        bill = self.vendor_bills({"number": "FV/1"})
        window = self.window(bill, payment_date="2026-11-23")
        self.assertEqual(window.l10n_pl_ksef_choice, "leave")
        self.assertEqual(self.pay(bill, payment_date="2026-11-23").memo, "FV/1")

    def test_a_month_before_the_law_the_number_is_given(self):
        bill = self.vendor_bills({"number": "FV/1"})
        payment = self.pay(bill, payment_date=BEFORE)
        self.assertTrue(payment.memo.startswith(bill.l10n_pl_ksef_number))

    def test_who_chooses_to_pay_without_it_pays_without_it(self):
        bill = self.vendor_bills({"number": "FV/1"})
        payment = self.pay(bill, l10n_pl_ksef_choice="leave")
        self.assertEqual(payment.memo, "FV/1")
        self.assertFalse(payment.l10n_pl_ksef_title_number)

    def test_what_the_law_does_not_settle_a_person_decides(self):
        bill = self.vendor_bills({"number": "FV/1"})
        mixed = bill + self.entered_bill(bill.partner_id)
        window = self.window(mixed, group_payment=True)
        self.assertEqual(window.l10n_pl_ksef_duty, "ask")
        self.assertFalse(window.l10n_pl_ksef_choice)
        with self.assertRaisesRegex(UserError, "not settle"):
            window.action_create_payments()
        window.l10n_pl_ksef_choice = "give"
        window.action_create_payments()
        payment = bill.matched_payment_ids
        self.assertEqual(payment.l10n_pl_ksef_title_number, bill.l10n_pl_ksef_number)

    def test_a_company_outside_poland_notices_nothing(self):
        bill = self.vendor_bills({"number": "FV/1"})
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.assertFalse(self.window(bill).l10n_pl_ksef_concerns)

    def test_a_vendor_without_ksef_notices_nothing(self):
        bill = self.entered_bill()
        self.assertFalse(self.window(bill).l10n_pl_ksef_concerns)
        self.assertEqual(self.pay(bill).memo, "FV/BEZ/1")

    def test_customers_who_pay_us_are_no_concern_of_it(self):
        self.assertFalse(self.window(self.invoice()).l10n_pl_ksef_concerns)


class TestSplitPayment(PaymentCase):
    def setUp(self):
        super().setUp()
        self.bill, self.other = self.vendor_bills(
            {"number": "FV/1", "net": "15000.00"}, {"number": "FV/2"}
        )
        self.bill.l10n_pl_ksef_split_payment = True
        self.nip = self.supplier_nip

    def test_the_message_to_the_character(self):
        payment = self.pay(self.bill)
        number = self.bill.l10n_pl_ksef_number
        self.assertEqual(
            payment.memo, f"/VAT/3450,00/IDC/{self.nip}/INV/{number}/TXT/FV 1"
        )
        self.assertTrue(payment.l10n_pl_ksef_is_split)

    def test_parts_carry_vat_in_proportion_and_all_of_it_in_the_end(self):
        memos = []
        for amount in (5000, 5000, None):
            values = {"amount": amount, "payment_difference_handling": "open"}
            memos.append(self.pay(self.bill, **(values if amount else {})).memo)
        amounts = [memo.split("/")[2] for memo in memos]
        self.assertEqual(amounts, ["934,96", "934,96", "1580,08"])

    def test_it_can_be_switched_off_for_one_payment(self):
        payment = self.pay(self.bill, l10n_pl_ksef_split=False)
        self.assertEqual(payment.memo, f"{self.bill.l10n_pl_ksef_number} FV/1")

    def test_it_can_be_chosen_where_no_bill_asks_for_it(self):
        self.bill.l10n_pl_ksef_split_payment = False
        window = self.window(self.bill)
        self.assertFalse(window.l10n_pl_ksef_split)
        payment = self.pay(self.bill, l10n_pl_ksef_split=True)
        self.assertTrue(payment.memo.startswith("/VAT/3450,00/"))

    def test_bills_with_and_without_it_are_paid_apart(self):
        payments = self.pay(self.bill + self.other, group_payment=True)
        self.assertEqual(len(payments), 2)
        self.assertEqual(payments.mapped("l10n_pl_ksef_is_split"), [True, False])
