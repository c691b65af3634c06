from odoo import Command

from ...ksef_api import fa3
from ...models.workplace.purchase import LONGEST_TEXT, order_numbers
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

    def test_what_stands_behind_a_text_of_usual_length_is_not_looked_at(self):
        """The search takes the square of the length, and a file may have any text."""
        name = "x" * LONGEST_TEXT + " zam. 7/2026"
        document = self.document(lines=[self.line(name=name)])
        self.assertEqual(order_numbers(document.body), [])

    def test_the_bill_keeps_them_where_the_company_wants_it(self):
        (row,) = self.arrive(self.document(terms=self.named("P00001")))
        self.assertFalse(row.move_id.invoice_origin)
        self.use("orders")
        (row,) = self.arrive(self.document(terms=self.named("P00001"), number="2"))
        self.assertEqual(row.move_id.invoice_origin, "P00001")


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
