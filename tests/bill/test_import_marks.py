"""What changes how a bill is paid or deducted is told on the bill itself."""

from datetime import date
from decimal import Decimal

from odoo.tests import Form, tagged
from odoo.tools import format_date

from ...ksef_api import fa3
from .importing import ImportCase

DEPOSIT = fa3.Adjustment(amount=Decimal("5.00"), reason="Kaucja za opakowania")
SETTLED = fa3.Adjustment(amount=Decimal("23.00"), reason="Nadpłata z września")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestImportMarks(ImportCase):
    def asking(self, **settlement):
        """Return the bill of 123 with *Rozliczenie*."""
        return self.drop(self.document(settlement=fa3.Settlement(**settlement)))

    def with_deposit(self, **body):
        return self.drop(
            self.document(
                settlement=fa3.Settlement(
                    charges=[DEPOSIT],
                    charges_total=Decimal("5.00"),
                    to_pay=Decimal("128.00"),
                ),
                **body,
            )
        )

    def register(self, bills):
        """Return the window that registers the payment of posted ``bills``."""
        bills.filtered(lambda bill: bill.state == "draft").action_post()
        context = {"active_model": "account.move", "active_ids": bills.ids}
        return self.env["account.payment.register"].with_context(**context).create({})

    # --- 18: the amount to pay -----------------------------------------------

    def test_what_is_to_be_paid_beyond_the_total_is_told_and_is_a_task(self):
        bill = self.with_deposit()
        self.assertBill(bill, 123, 23)
        self.assertEqual(bill.l10n_pl_ksef_to_pay, 128)
        self.assertIn("Kaucja za opakowania", bill.l10n_pl_ksef_settlement)
        self.assertIn("128", bill.activity_ids.note)
        self.assertIn("Kaucja za opakowania", bill.activity_ids.note)

    def test_the_payment_proposes_what_is_really_to_be_paid(self):
        wizard = self.register(self.with_deposit())
        self.assertEqual(wizard.amount, 128)
        self.assertIn("Kaucja za opakowania", wizard.l10n_pl_ksef_asked)
        payment = wizard._create_payments()
        self.assertEqual(payment.amount, 128)

    def test_less_than_the_total_is_proposed_where_something_is_taken_off(self):
        bill = self.asking(
            deductions=[SETTLED],
            deductions_total=Decimal("23.00"),
            to_pay=Decimal("100.00"),
        )
        wizard = self.register(bill)
        self.assertEqual(wizard.amount, 100)
        self.assertEqual(wizard.payment_difference, 23)
        wizard._create_payments()
        self.assertEqual(bill.amount_residual, 23)
        self.assertEqual(self.register(bill).amount, 0)

    def test_of_what_was_paid_too_much_nothing_is_to_be_paid(self):
        bill = self.asking(
            deductions=[fa3.Adjustment(amount=Decimal(150), reason="Zapłacono")],
            deductions_total=Decimal(150),
            to_settle=Decimal(27),
        )
        self.assertEqual(bill.l10n_pl_ksef_to_pay, -27)
        self.assertEqual(self.register(bill).amount, 0)

    def test_each_bill_of_several_is_paid_as_asked(self):
        bills = self.with_deposit() | self.drop(self.document(number="FV/2"))
        wizard = self.register(bills)
        self.assertEqual(wizard.amount, 128 + 123)
        wizard.group_payment = False
        payments = wizard._create_payments()
        self.assertEqual(sorted(payments.mapped("amount")), [123, 128])

    def test_a_settlement_that_asks_for_the_total_says_nothing(self):
        bill = self.asking(to_pay=Decimal("123.00"))
        self.assertFalse(bill.l10n_pl_ksef_settlement)
        self.assertFalse(bill.activity_ids)
        self.assertEqual(self.register(bill).amount, 123)

    # --- 19: cash method, split payment --------------------------------------

    def test_the_cash_method_is_a_task_about_when_vat_may_be_deducted(self):
        marks = fa3.Annotations(cash_method=True)
        bill = self.drop(self.document(annotations=marks))
        self.assertTrue(bill.l10n_pl_ksef_cash_method)
        self.assertIn("P_16", bill.activity_ids.note)
        bill.action_post()
        self.assertTrue(bill.l10n_pl_ksef_cash_method)

    def test_split_payment_is_a_mark_of_the_bill_that_stays(self):
        marks = fa3.Annotations(split_payment=True)
        bill = self.drop(self.document(annotations=marks))
        self.assertTrue(bill.l10n_pl_ksef_split_payment)
        self.assertIn("P_18A", self.told(bill))
        self.register(bill)._create_payments()
        self.assertTrue(bill.l10n_pl_ksef_split_payment)

    def test_a_bill_without_marks_has_none(self):
        bill = self.drop(self.document())
        self.assertFalse(bill.l10n_pl_ksef_split_payment)
        self.assertFalse(bill.l10n_pl_ksef_cash_method)
        self.assertFalse(bill.activity_ids)

    def test_the_form_of_the_bill_says_all_three(self):
        marks = fa3.Annotations(split_payment=True, cash_method=True)
        bill = self.with_deposit(annotations=marks)
        arch = self.env["account.move"].get_view(view_type="form")["arch"]
        for name in ("to_pay", "cash_method", "split_payment"):
            self.assertIn(f'<div name="l10n_pl_ksef_{name}"', arch)
        with Form(bill) as form:
            self.assertEqual(form.l10n_pl_ksef_to_pay, 128)

    # --- 20: VAT that the document states ------------------------------------

    def test_vat_that_the_lines_do_not_give_is_a_task_from_one_zloty_on(self):
        for vat, is_task in (("23.99", False), ("24.00", True), ("22.00", True)):
            with self.subTest(vat):
                document = self.document(
                    number=vat, vat_23=Decimal(vat), total=100 + Decimal(vat)
                )
                bill = self.drop(document)
                self.assertBill(bill, 100 + float(vat), float(vat))
                self.assertEqual(bool(bill.activity_ids), is_task)

    def test_where_no_vat_is_stated_none_is_deductible(self):
        document = self.document(net_23=None, vat_23=None)
        bill = self.drop(document)
        self.assertBill(bill, 123, 0)
        self.assertFalse(bill.line_ids.tax_line_id)
        self.assertIn("VAT", bill.activity_ids.note)
        bill.action_post()

    def test_vat_stated_as_nothing_is_nothing(self):
        bill = self.drop(self.document(vat_23=Decimal(0), total=Decimal(100)))
        self.assertBill(bill, 100, 0)
        self.assertTrue(bill.activity_ids)

    # --- 21: due date, discounts ---------------------------------------------

    def test_without_a_term_it_is_due_on_the_day_of_the_invoice(self):
        bill = self.drop(self.document())
        self.assertEqual(bill.invoice_date_due, date(2026, 11, 2))

    def test_without_a_term_the_vendors_own_terms_count_from_the_invoice(self):
        vendor = self.drop(self.document()).partner_id
        terms = self.env.ref("account.account_payment_term_30days")
        vendor.with_company(self.company).property_supplier_payment_term_id = terms
        bill = self.drop(self.document(number="FV/2"))
        self.assertEqual(bill.invoice_payment_term_id, terms)
        self.assertEqual(bill.invoice_date_due, date(2026, 12, 2))

    def test_discounts_and_prices_have_no_noise(self):
        lines = [
            self.line(
                1,
                net="55.49",
                quantity=Decimal(3),
                unit_price_net=Decimal("19.99"),
                discount=Decimal("4.48"),
            ),
            self.line(2, net="33.33", unit_price_net=None, quantity=Decimal(7)),
        ]
        bill = self.drop(
            self.document(
                lines=lines,
                net_23=Decimal("88.82"),
                vat_23=Decimal("20.43"),
                total=Decimal("109.25"),
            )
        )
        first, second = bill.invoice_line_ids
        self.assertEqual(first.price_subtotal, 55.49)
        self.assertEqual(first.discount, round(first.discount, 2))
        self.assertEqual(second.price_subtotal, 33.33)
        self.assertEqual(second.price_unit, 4.76143)

    # --- 22: sentences -------------------------------------------------------

    def test_a_difference_is_more_or_less_never_less_by_a_negative(self):
        for vat, word in (("22.99", "less"), ("23.01", "more")):
            with self.subTest(vat):
                document = self.document(
                    number=vat, vat_23=Decimal(vat), total=100 + Decimal(vat)
                )
                told = self.told(self.drop(document))
                self.assertIn(word, told)
                self.assertNotIn("-", told.partition("as in the document")[2][:40])

    def test_amounts_and_days_are_written_as_the_reader_writes_them(self):
        payment = fa3.Payment(
            partial=fa3.PartialPayment.IN_PART,
            instalments=[
                fa3.Instalment(amount=Decimal("1023.00"), paid_on=date(2026, 11, 3))
            ],
        )
        document = self.document(payment=payment, total=Decimal("122.50"))
        told = self.told(self.drop(document))
        self.assertIn(self.company.currency_id.format(1023), told)
        self.assertIn(format_date(self.env, date(2026, 11, 3)), told)
        self.assertNotIn("\N{ZERO WIDTH NO-BREAK SPACE}", told)

    def test_what_is_wrong_with_a_file_is_said_without_codes(self):
        raw = fa3.write(self.document()).replace(b"<P_15>123.00<", b"<P_15>NaN<")
        with self.assertRaisesRegex(Exception, "NaN") as caught:
            self.drop(raw)
        self.assertNotIn("(type)", str(caught.exception))
        self.assertIn("Fa/P_15", str(caught.exception))

    # --- 23: files that are no bills -----------------------------------------

    def test_a_flat_rate_farmers_invoice_is_told_and_no_bill_is_made(self):
        raw = (
            b'<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/"><Naglowek>'
            b'<KodFormularza kodSystemowy="FA_RR (1)">FA_RR</KodFormularza>'
            b"</Naglowek></Faktura>"
        )
        self.assertNoBill(raw, "FA_RR")

    def test_a_file_that_is_no_xml_is_told_and_no_bill_is_made(self):
        self.assertNoBill(b"To nie jest XML", "XML")

    def test_a_pdf_is_still_odoos(self):
        pdf = self.env["l10n_pl_ksef.picture"]._pdf(fa3.write(self.document()))
        attachment = self.env["ir.attachment"].create({"name": "f.pdf", "raw": pdf})
        journal = self.journal.with_context(default_move_type="in_invoice")
        self.assertTrue(journal.create_document_from_attachment(attachment.ids))

    def assertNoBill(self, raw, word):
        before = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(Exception, word):
            self.drop(raw)
        self.assertEqual(self.env["account.move"].search_count([]), before)

    # --- invoices of thousands of lines --------------------------------------

    def test_lines_are_added_up_by_rate_and_account_where_the_company_chose_so(self):
        self.company.l10n_pl_ksef_sum_lines_above = 3
        lines = [self.line(n, net="10.00") for n in range(1, 5)]
        lines.append(self.line(5, net="20.00", rate="8"))
        bill = self.drop(
            self.document(
                lines=lines,
                net_23=Decimal("40.00"),
                vat_23=Decimal("9.20"),
                net_8=Decimal("20.00"),
                vat_8=Decimal("1.60"),
                total=Decimal("70.80"),
            )
        )
        self.assertBill(bill, 70.80, 10.80)
        self.assertRecordValues(
            bill.invoice_line_ids,
            [
                {"price_subtotal": 40, "tax_ids": self.tax("kraj_23").ids},
                {"price_subtotal": 20, "tax_ids": self.tax("kraj_8").ids},
            ],
        )
        self.assertIn("4", bill.invoice_line_ids[0].name)
        html = self.env["l10n_pl_ksef.picture"]._html(
            fa3.read(bill._l10n_pl_ksef_received_file())
        )
        for number in range(1, 6):
            self.assertIn(f"Towar {number}", html)

    def test_as_many_lines_as_the_limit_stand_one_by_one(self):
        self.company.l10n_pl_ksef_sum_lines_above = 1
        self.assertEqual(self.drop(self.document()).invoice_line_ids.name, "Towar 1")
