from decimal import Decimal
from unittest.mock import patch

from odoo import Command

from ...ksef_api import fa3
from ...models.workplace.purchase import order_numbers
from .case import WorkplaceCase


class TestOrderNumbers(WorkplaceCase):
    """Which orders a document names; Odoo's *purchase* is not needed for it."""

    def named(self, number):
        return fa3.Terms(orders=[fa3.PurchaseOrder(number=number)])

    def test_numbers_stand_in_their_field_in_notes_and_in_lines(self):
        document = self.document(
            terms=self.named("P00001"),
            notes=[fa3.Note(key="Uwagi", value="dot. zamówienia nr P00002")],
            lines=[self.line(name="Papier wg zam. 7/2026")],
        )
        self.assertEqual(order_numbers(document.body), ["P00001", "P00002", "7/2026"])

    def test_texts_without_an_order_name_none(self):
        document = self.document(lines=[self.line(name="Porządki po remoncie 2026")])
        self.assertEqual(order_numbers(document.body), [])

    def test_the_bill_keeps_them_where_the_company_wants_it(self):
        (row,) = self.arrive(self.document(terms=self.named("P00001")))
        self.assertFalse(row.move_id.invoice_origin)
        self.use("orders")
        (row,) = self.arrive(self.document(terms=self.named("P00001"), number="2"))
        self.assertEqual(row.move_id.invoice_origin, "P00001")


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


class TestVendorProducts(WorkplaceCase):
    """What a person chose for a vendor's line is proposed next time."""

    def setUp(self):
        super().setUp()
        self.use("products")
        self.pack = self.env.ref("uom.product_uom_pack_6")
        self.paper, self.pens = self.env["product.product"].create(
            [{"name": "Ryza"}, {"name": "Długopisy"}]
        )

    def bill(self, number, **line):
        given = {"index": "X-1", "name": "Papier A4", **line}
        (row,) = self.arrive(self.document(lines=[self.line(**given)], number=number))
        self.assertMade(row)
        return row.move_id

    def choose(self, move, product, unit=None):
        values = {"product_id": product.id, "name": "Papier"}
        if unit:
            values["product_uom_id"] = unit.id
        line = move.invoice_line_ids
        move.invoice_line_ids = [Command.update(line.id, values)]
        move.invoice_line_ids = [
            Command.update(line.id, {"price_unit": 100, "tax_ids": self.tax("kraj_23")})
        ]
        move.action_post()

    def test_it_is_remembered_by_the_vendors_code_when_the_bill_is_posted(self):
        move = self.bill("1")
        self.assertFalse(move.invoice_line_ids.product_id)
        self.choose(move, self.paper)
        self.assertEqual(self.bill("2").invoice_line_ids.product_id, self.paper)

    def test_a_line_without_code_is_known_by_its_name(self):
        self.choose(self.bill("1", index=None), self.paper)
        again = self.bill("2", index=None)
        self.assertEqual(again.invoice_line_ids.product_id, self.paper)

    def test_what_was_wrong_is_not_proposed_twice(self):
        self.choose(self.bill("1"), self.paper)
        self.choose(self.bill("2"), self.pens)
        self.assertEqual(self.bill("3").invoice_line_ids.product_id, self.pens)

    def test_the_unit_of_the_vendor_is_remembered_and_converted(self):
        self.choose(self.bill("1", unit="op."), self.paper, self.pack)
        line = self.bill("2", unit="op.").invoice_line_ids
        self.assertEqual(
            (line.product_id, line.product_uom_id), (self.paper, self.pack)
        )
        self.assertEqual(
            line.product_uom_id._compute_quantity(line.quantity, self.paper.uom_id), 6
        )

    def test_it_is_this_vendors_alone_and_only_where_it_is_used(self):
        self.choose(self.bill("1"), self.paper)
        line = self.line(index="X-1", name="Papier A4")
        (row,) = self.arrive(self.of_vendor("Inny", lines=[line], number="I"))
        self.assertFalse(row.move_id.invoice_line_ids.product_id)
        rows = self.env["product.supplierinfo"].search([("product_code", "=", "X-1")])
        self.assertEqual(rows.partner_id, self.vendor)
        self.company.l10n_pl_ksef_use_products = False
        self.choose(self.bill("2", index="Y-2", name="Inne"), self.pens)
        self.assertFalse(
            self.bill("3", index="Y-2", name="Inne").invoice_line_ids.product_id
        )
