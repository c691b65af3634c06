from decimal import Decimal
from unittest.mock import patch

from odoo import Command

from ...ksef_api import fa3
from .case import WorkplaceCase


class TestOrders(WorkplaceCase):
    """Orders of Odoo's *purchase*, where it is installed."""

    def setUp(self):
        super().setUp()
        if "purchase.order" not in self.env:
            self.skipTest("Odoo's module purchase is not installed")
        self._with_warehouse()
        self.use("orders", "responsible")
        self.product = self.env["product.product"].create(
            {
                "name": "Towar 1",
                "type": "service",
                "purchase_method": "purchase",
                "supplier_taxes_id": [Command.set(self.tax("kraj_23").ids)],
            }
        )

    def _with_warehouse(self):
        """Odoo's stock, where it is installed, gives its first company alone one."""
        if "stock.warehouse" not in self.env:
            return
        warehouses = self.env["stock.warehouse"].sudo()
        if not warehouses.search([("company_id", "=", self.company.id)]):
            warehouses.create(
                {"name": "Magazyn", "code": "MAG", "company_id": self.company.id}
            )

    def order(self, price=100, quantity=1, vendor=None, **values):
        order = self.env["purchase.order"].create(
            {
                "partner_id": (vendor or self.vendor).id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_qty": quantity,
                            "price_unit": price,
                        }
                    )
                ],
                **values,
            }
        )
        order.button_confirm()
        return order

    def billed(self, order, **body):
        terms = fa3.Terms(orders=[fa3.PurchaseOrder(number=order.name)])
        (row,) = self.arrive(self.document(terms=terms, **body))
        self.assertMade(row)
        return row.move_id

    def test_what_was_ordered_takes_the_place_of_equal_lines(self):
        order = self.order()
        bill = self.billed(order)
        self.assertEqual(bill.invoice_line_ids.purchase_order_id, order)
        self.assertBill(bill, 123, 23)
        self.assertEqual(order.invoice_ids, bill)

    def test_another_total_keeps_the_lines_of_the_document_and_is_told(self):
        order = self.order(price=90)
        bill = self.billed(order)
        self.assertFalse(bill.invoice_line_ids.purchase_order_id)
        self.assertBill(bill, 123, 23)
        self.assertIn("price 100.00, ordered at 90.00", bill.l10n_pl_ksef_order_text)

    def test_another_vat_is_undone(self):
        self.product.supplier_taxes_id = self.tax("kraj_8")
        order = self.order(price=Decimal("113.89"))
        bill = self.billed(order)
        self.assertBill(bill, 123, 23)
        self.assertFalse(bill.invoice_line_ids.purchase_order_id)

    def test_a_fault_in_orders_keeps_no_invoice_from_coming(self):
        order = self.order()
        with (
            patch.object(
                type(self.env["account.move"]),
                "_find_and_set_purchase_orders",
                side_effect=ZeroDivisionError,
            ),
            self.assertLogs("odoo.addons.l10n_pl_ksef", "ERROR"),
        ):
            bill = self.billed(order)
        self.assertBill(bill, 123, 23)

    def test_an_order_of_another_vendor_is_left_alone(self):
        other = self.env["res.partner"].create({"name": "Inny"})
        order = self.order(vendor=other)
        bill = self.billed(order)
        self.assertFalse(bill.invoice_line_ids.purchase_order_id)
        self.assertFalse(bill.l10n_pl_ksef_order_text)

    def test_quantity_and_what_was_not_received_are_told(self):
        self.product.type = "consu"
        self.product.purchase_method = "receive"
        order = self.order(quantity=1)
        lines = [
            self.line(quantity=Decimal(2), unit_price_net=Decimal(100), net="200.00")
        ]
        bill = self.billed(
            order, lines=lines, net_23=200, vat_23=46, total=246, number="Q"
        )
        text = bill.l10n_pl_ksef_order_text
        self.assertIn("quantity 2, ordered 1", text)
        self.assertIn("received 0 of 2", text)

    def test_the_buyer_of_the_order_looks_after_the_bill(self):
        buyer = self.person("buyer")
        order = self.order(user_id=buyer.id)
        self.assertEqual(self.billed(order).l10n_pl_ksef_user_id, buyer)
