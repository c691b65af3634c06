"""Payments that are not the whole of one bill in zlotys."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError

from ...wizards import payment_register
from .case import AFTER, PaymentCase


class TestStrangePayments(PaymentCase):
    def amounts(self, payment):
        lines = payment.l10n_pl_ksef_identifier_id.line_ids
        return {line.move_id.ref: line.amount for line in lines}

    def in_instalments(self, **words):
        """Return a bill of which one half is due at once, the other one later."""
        bill = self.vendor_bills(words)
        bill.button_draft()
        bill.invoice_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "Po połowie",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50}),
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": 300}
                    ),
                ],
            }
        )
        bill.action_post()
        return bill

    def credit_note(self, bill):
        """Return a credit note of the vendor of ``bill`` that is in KSeF, too."""
        number = self.issue_strange(self.document("KOR/1"), "KOR/1")
        credit = self.entered_bill(bill.partner_id, "KOR/1", move_type="in_refund")
        credit.sudo().l10n_pl_ksef_number = number
        return credit

    def test_euros_paid_from_an_account_in_zlotys_are_told_in_euros(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "company_id": self.company.id, "rate": 0.25}
        )
        bills = self.vendor_bills({"number": "FV/1"}, {"number": "FV/2"})
        bills.button_draft()
        bills.currency_id = euro
        bills.action_post()
        window = self.window(bills, group_payment=True)
        window.currency_id = self.env.ref("base.PLN")
        self.assertAlmostEqual(window.amount, 4 * 492)
        window.action_create_payments()
        payment = bills.matched_payment_ids
        self.assertEqual(self.amounts(payment), {"FV/1": 246.0, "FV/2": 246.0})
        currency = payment.l10n_pl_ksef_identifier_id.currency_id
        self.assertEqual(currency, euro)

    def test_half_of_euros_paid_in_zlotys_is_half_of_the_euros(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "company_id": self.company.id, "rate": 0.25}
        )
        bills = self.vendor_bills({"number": "FV/1"}, {"number": "FV/2"})
        bills.button_draft()
        bills.currency_id = euro
        bills.action_post()
        window = self.window(bills, group_payment=True)
        window.currency_id = self.env.ref("base.PLN")
        window.amount = 4 * 369
        window.payment_difference_handling = "open"
        window.action_create_payments()
        amounts = self.amounts(bills.matched_payment_ids)
        self.assertEqual(amounts, {"FV/1": 246.0, "FV/2": 123.0})

    def test_an_instalment_carries_its_own_vat(self):
        bill = self.in_instalments(number="FV/1", net="20000.00")
        bill.l10n_pl_ksef_split_payment = True
        payment = self.pay(bill, installments_mode="next")
        self.assertAlmostEqual(payment.amount, 12_300)
        self.assertTrue(payment.memo.startswith("/VAT/2300,00/"), payment.memo)

    def test_instalments_of_several_bills_are_told_by_their_parts(self):
        bills = self.in_instalments(number="FV/1") + self.in_instalments(number="FV/2")
        for bill in bills:
            bill.l10n_pl_ksef_split_payment = True
        payments = self.pay(bills, group_payment=False)
        self.assertEqual(payments.mapped("amount"), [123.0, 123.0])
        for payment in payments:
            self.assertTrue(payment.memo.startswith("/VAT/23,00/"), payment.memo)

    def test_a_difference_that_is_written_off_is_not_told_as_paid(self):
        bill = self.vendor_bills({"number": "FV/1", "net": "15000.00"})
        bill.l10n_pl_ksef_split_payment = True
        account = self.company_data["default_account_expense"]
        payment = self.pay(
            bill,
            amount=9225,
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
        )
        self.assertTrue(payment.memo.startswith("/VAT/1725,00/"), payment.memo)

    def test_a_netted_correction_is_the_persons_choice(self):
        bill = self.vendor_bills({"number": "FV/1"})
        credit = self.credit_note(bill)
        window = self.window(bill + credit, group_payment=True)
        self.assertEqual(window.l10n_pl_ksef_duty, "ask")
        with self.assertRaisesRegex(UserError, "not settle"):
            window.action_create_payments()
        window.l10n_pl_ksef_choice = "give"
        window.action_create_payments()
        payment = bill.matched_payment_ids
        self.assertEqual(payment.amount, bill.amount_total - credit.amount_total)
        self.assertEqual(
            self.amounts(payment),
            {"FV/1": bill.amount_total, "KOR/1": -credit.amount_total},
        )

    def test_what_the_vendor_pays_back_is_no_transfer_of_ours(self):
        bill = self.vendor_bills({"number": "FV/1"})
        credit = self.credit_note(bill)
        window = self.window(credit)
        self.assertFalse(window.l10n_pl_ksef_concerns)
        window.action_create_payments()
        self.assertFalse(credit.matched_payment_ids.l10n_pl_ksef_title_number)

    def test_a_transfer_that_odoo_skips_gets_no_identifier(self):
        bills = self.vendor_bills({"number": "FV/1"}, {"number": "FV/2"})
        codes = "_get_method_codes_needing_bank_account"
        window = self.window(bills, group_payment=True)
        model = type(self.env["account.payment"])
        with patch.object(model, codes, lambda _self: ["manual"]):
            window.invalidate_recordset()
            with self.assertRaises(UserError):
                window.action_create_payments()
        self.assertFalse(self.env["l10n_pl_ksef.identifier"].sudo().search([]))

    def test_more_invoices_than_ksef_takes_are_told_before(self):
        bills = self.vendor_bills(*({"number": f"FV/{n}"} for n in range(3)))
        self.connection.limits = {
            "context": {"collectiveIdentifier": {"maxInvoices": 2}}
        }
        with self.assertRaisesRegex(UserError, "at most 2"):
            self.pay(bills, group_payment=True)
        self.assertFalse(self.env["l10n_pl_ksef.identifier"].sudo().search([]))

    def test_what_is_typed_is_kept_as_far_as_it_fits(self):
        bill = self.vendor_bills({"number": "FV/1"})
        number = bill.l10n_pl_ksef_number
        longest = "x" * (140 - 36)
        payment = self.pay(bill, communication=longest, amount=100)
        self.assertEqual(payment.memo, f"{number} {longest}")
        payment = self.pay(bill, communication=longest + "x", amount=100)
        self.assertEqual(payment.memo, number)

    def test_transfers_are_planned_once_for_all_that_is_shown(self):
        bills = self.vendor_bills({"number": "FV/1"}, {"number": "FV/2"})
        window = self.window(bills, group_payment=False)
        window.invalidate_recordset()
        with patch.object(
            payment_register, "plan", side_effect=payment_register.plan
        ) as planned:
            window.web_read(
                {name: {} for name in window._fields if "l10n_pl_ksef" in name}
            )
        self.assertEqual(planned.call_count, 2)

    def test_the_fields_that_bank_files_are_made_of(self):
        """What exporters read: ``memo`` (SEPA, Elixir; OCA's payment lines take it as
        their communication) and ``payment_reference``; each batch its own."""
        first = self.vendor_bills({"number": "FV/1"}, {"number": "FV/2"})
        second = self.vendor_bills(
            {"number": "FV/3", "seller": self.other_vendor.vat.removeprefix("PL")}
        )
        payments = self.pay(first + second, group_payment=True, payment_date=AFTER)
        self.assertEqual(len(payments), 2)
        several = payments.filtered("l10n_pl_ksef_identifier_id")
        single = payments - several
        number = several.l10n_pl_ksef_identifier_id.number
        self.assertEqual(several.payment_reference, number)
        self.assertEqual(several.memo, f"{number} FV/1, FV/2")
        self.assertEqual(single.payment_reference, second.l10n_pl_ksef_number)
        self.assertEqual(single.memo, f"{second.l10n_pl_ksef_number} FV/3")
        # The journal items that reconciliation and exporters of entries read.
        for payment in payments:
            self.assertIn(payment.memo, payment.move_id.line_ids.mapped("name")[0])


class TestPaymentOrders(PaymentCase):
    """OCA's payment orders ask bills for the text of their lines, not payments."""

    def setUp(self):
        super().setUp()
        self.bill = self.vendor_bills({"number": "FV/1"})
        self.number = self.bill.l10n_pl_ksef_number
        self.company.l10n_pl_ksef_payment_titles = "yes"

    def text(self, bill=None):
        return (bill or self.bill)._get_payment_order_communication_direct()

    def test_the_number_comes_first(self):
        self.assertEqual(self.text(), f"{self.number} FV/1")

    def test_split_payment_has_its_message(self):
        self.bill.l10n_pl_ksef_split_payment = True
        nip = self.supplier_nip
        message = f"/VAT/46,00/IDC/{nip}/INV/{self.number}/TXT/FV 1"
        self.assertEqual(self.text(), message)

    def test_before_the_company_gives_numbers_nothing_changes(self):
        self.company.l10n_pl_ksef_payment_titles = "no"
        self.assertEqual(self.text(), "FV/1")

    def test_bills_outside_ksef_are_as_ever(self):
        self.assertEqual(self.text(self.entered_bill()), "FV/BEZ/1")

    def test_abroad_nothing_changes(self):
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.assertEqual(self.text(), "FV/1")
