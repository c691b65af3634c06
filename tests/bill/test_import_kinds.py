"""Corrections, advances, margin and simplified invoices as bills."""

from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from ...ksef_api import fa3
from .importing import ImportCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestImportKinds(ImportCase):
    def correction(self, *lines, net, vat, **body):
        """Return a correcting invoice of FV/1/11/2026."""
        original = fa3.CorrectedInvoice(
            issue_date=date(2026, 11, 2), number="FV/1/11/2026"
        )
        correction = fa3.Correction(reason="Zwrot", invoices=[original])
        values = {
            "number": "KOR/1",
            "kind": fa3.InvoiceKind.CORRECTION,
            "correction": correction,
            "lines": list(lines),
            "net_23": Decimal(net),
            "vat_23": Decimal(vat),
            "total": Decimal(net) + Decimal(vat),
        }
        return self.document(**values | body)

    def test_a_correction_down_is_a_refund_of_its_bill(self):
        bill = self.drop(self.document())
        refund = self.drop(
            self.correction(
                self.line(1, before=True, quantity=Decimal(2), net="100"),
                self.line(1, net="40.00", unit_price_net=Decimal(40)),
                net="-60.00",
                vat="-13.80",
            )
        )
        self.assertBill(refund, 73.80, 13.80, "in_refund")
        self.assertEqual(refund.reversed_entry_id, bill)
        self.assertEqual(refund.l10n_pl_ksef_corrected_ids, bill)
        before, after = refund.invoice_line_ids
        self.assertEqual(before.price_subtotal, 100)
        self.assertEqual((after.quantity, after.price_subtotal), (-1, -40))
        self.assertIn("Zwrot", self.told(refund))

    def test_a_correction_up_is_a_linked_bill(self):
        bill = self.drop(self.document())
        more = self.drop(
            self.correction(
                self.line(1, before=True),
                self.line(1, net="150.00"),
                net="50.00",
                vat="11.50",
            )
        )
        self.assertBill(more, 61.50, 11.50)
        self.assertEqual(more.l10n_pl_ksef_corrected_ids, bill)
        self.assertFalse(more.reversed_entry_id)

    def test_a_collective_correction_has_sums_alone(self):
        refund = self.drop(self.correction(net="-10.00", vat="-2.30"))
        self.assertBill(refund, 12.30, 2.30, "in_refund")
        self.assertIn("FV/1/11/2026", self.told(refund))
        self.assertIn("Zwrot", refund.invoice_line_ids.name)

    def test_a_correction_of_data_alone(self):
        document = self.correction(net="0", vat="0", net_23=None, vat_23=None)
        bill = self.drop(document)
        self.assertBill(bill, 0)
        self.assertEqual(len(bill.invoice_line_ids), 1)

    def test_an_advance_and_its_settlement(self):
        ordered = fa3.OrderLine(
            number=1, name="Stół", net=Decimal(200), rate=fa3.Rate.VAT_23
        )
        advance = self.drop(
            self.document(
                number="ZAL/1",
                kind=fa3.InvoiceKind.ADVANCE,
                lines=[],
                order=fa3.Order(total=Decimal(246), lines=[ordered]),
            )
        )
        self.assertBill(advance, 123, 23)
        self.assertIn("Stół", advance.invoice_line_ids.name)
        self.assertEqual(advance.invoice_line_ids.tax_ids, self.tax("kraj_23"))
        settlement = self.drop(
            self.document(
                number="ROZ/1",
                kind=fa3.InvoiceKind.SETTLEMENT,
                lines=[self.line(name="Stół", net="200.00")],
                advance_invoices=[fa3.AdvanceInvoice(number="ZAL/1")],
            )
        )
        self.assertBill(settlement, 123, 23)
        self.assertEqual(settlement.l10n_pl_ksef_corrected_ids, advance)
        self.assertIn("ZAL/1", settlement.invoice_line_ids[-1].name)

    def test_margin_has_no_tax(self):
        scheme = fa3.Annotations(margin=fa3.Margin(scheme=fa3.MarginScheme.TRAVEL))
        line = self.line(net="1", rate="23")
        line.rate = line.net = line.unit_price_net = None
        line.gross = Decimal("2000.00")
        document = self.document(
            lines=[line],
            annotations=scheme,
            net_23=None,
            vat_23=None,
            net_margin=Decimal(2000),
            total=Decimal(2000),
        )
        bill = self.drop(document)
        self.assertBill(bill, 2000, 0)
        self.assertFalse(bill.invoice_line_ids.tax_ids)

    def test_simplified_without_amounts(self):
        line = self.line()
        line.rate = line.net = line.unit_price_net = None
        bill = self.drop(self.document(kind=fa3.InvoiceKind.SIMPLIFIED, lines=[line]))
        self.assertBill(bill, 123, 23)
        self.assertEqual(bill.invoice_line_ids.name, "Towar 1")
