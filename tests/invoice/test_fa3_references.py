"""What buyers match an invoice by, and the words that stand on it."""

from odoo import Command

from .case import Fa3Case
from .sale_case import AdvanceCase


class TestFa3References(Fa3Case):
    def sold(self, *lines, **values):
        """Return a posted invoice; ``lines`` are values of its lines."""
        usual = {"quantity": 1, "price_unit": 100, "tax_ids": self.tax_23.ids}
        rows = [
            line if "display_type" in line else {**usual, **line}
            for line in lines or ({"name": "X"},)
        ]
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-02",
                "invoice_line_ids": [Command.create(row) for row in rows],
                **values,
            }
        )
        move.action_post()
        return move

    def body(self, move):
        return self.document(move).body

    def notes(self, move):
        notes = self.body(move).notes
        return [(note.line_number, note.key, note.value) for note in notes]

    # --- orders and contracts ------------------------------------------------

    def test_the_customers_reference_is_the_number_of_the_order(self):
        terms = self.body(self.sold(ref="ZAM/77, 78")).terms
        self.assertEqual([order.number for order in terms.orders], ["ZAM/77, 78"])

    def test_an_order_and_a_contract_have_their_days(self):
        move = self.sold(
            l10n_pl_ksef_order_numbers="ZAM/77",
            l10n_pl_ksef_order_date="2026-10-01",
            l10n_pl_ksef_contract_numbers="U/5",
            l10n_pl_ksef_contract_date="2026-01-31",
        )
        terms = self.body(move).terms
        self.assertEqual(str(terms.orders[0].ordered_on), "2026-10-01")
        self.assertEqual(terms.contracts[0].number, "U/5")
        self.assertEqual(str(terms.contracts[0].signed_on), "2026-01-31")

    def test_a_correction_has_the_orders_of_what_it_corrects(self):
        move = self.sold(ref="ZAM/77")
        credit = move._reverse_moves([{"invoice_date": "2026-11-03", "ref": "Zwrot"}])
        credit.action_post()
        terms = self.body(credit).terms
        self.assertEqual([order.number for order in terms.orders], ["ZAM/77"])

    # --- texts ---------------------------------------------------------------

    def test_terms_and_conditions_are_the_footer_below_the_companys_own(self):
        self.company.l10n_pl_ksef_footer = "Kapitał zakładowy 5 000 zł"
        move = self.sold(narration="<p>Dziękujemy.</p><p>Zapraszamy</p>")
        footer = self.document(move).footer
        texts = [note.text for note in footer.notes]
        self.assertEqual(texts[0], "Kapitał zakładowy 5 000 zł")
        self.assertRegex(texts[1], r"^Dziękujemy\.\s+Zapraszamy$")

    def test_a_long_text_is_split_and_nothing_of_it_lost(self):
        words = [f"słowo{number}" for number in range(2000)]
        move = self.sold(narration=f"<p>{' '.join(words)}</p>")
        document = self.document(move)
        pieces = [note.text for note in document.footer.notes]
        pieces += [note.value for note in document.body.notes if note.key == "Uwagi"]
        self.assertGreater(len(pieces), 3)
        self.assertEqual(" ".join(pieces).split(), words)

    def test_a_note_is_about_the_line_above_it_and_a_section_about_its_first(self):
        note = {"display_type": "line_note"}
        move = self.sold(
            {"display_type": "line_section", "name": "Etap I", "sequence": 1},
            {"name": "Projekt", "sequence": 2},
            {**note, "name": "Zgodnie z protokołem", "sequence": 3},
            {"name": "Nadzór", "sequence": 4},
        )
        self.assertEqual(
            self.notes(move),
            [(1, "Sekcja", "Etap I"), (1, "Uwagi", "Zgodnie z protokołem")],
        )

    def test_payment_terms_in_words_are_told(self):
        terms = self.env["account.payment.term"].create(
            {"name": "T", "note": "<p>Płatne w dwóch ratach</p>"}
        )
        move = self.sold(invoice_payment_term_id=terms.id)
        told = [(None, "Warunki płatności", "Płatne w dwóch ratach")]
        self.assertEqual(self.notes(move), told)

    def test_a_name_that_is_too_long_goes_on_as_a_note(self):
        name = " ".join(["Regał"] * 120)
        move = self.sold({"name": name})
        body = self.body(move)
        rest = [note.value for note in body.notes if note.line_number == 1]
        self.assertLessEqual(len(body.lines[0].name), 512)
        self.assertEqual(" ".join([body.lines[0].name, *rest]), name)

    # --- parties -------------------------------------------------------------

    def test_the_place_of_issue_is_the_companys_city_or_what_it_says(self):
        self.assertEqual(self.body(self.sold()).place, "Warszawa")
        self.company.l10n_pl_ksef_place = "Kraków"
        self.assertEqual(self.body(self.sold()).place, "Kraków")

    def test_the_buyer_has_its_contacts(self):
        self.customer.write(
            {"email": "zakupy@example.com", "phone": "+48 22 100 20 30"}
        )
        (contact,) = self.document(self.sold()).buyer.contacts
        self.assertEqual(contact.email, "zakupy@example.com")
        self.assertEqual(contact.phone, "+48221002030")

    def test_a_phone_that_does_not_fit_is_left_out_and_told(self):
        self.customer.phone = "+48 22 100 20 30 wewn. 123456"
        move = self.sold()
        (problem,) = move._l10n_pl_ksef_problems()
        self.assertIn("is left out", problem.text)
        self.assertEqual((problem.record, problem.field), (self.customer, "phone"))
        self.assertEqual(self.document(move).buyer.contacts, [])

    def test_another_address_of_the_customer_receives_the_goods(self):
        store = self.env["res.partner"].create(
            {
                "name": "Magazyn Wschód",
                "parent_id": self.customer.id,
                "type": "delivery",
                "street": "ul. Polna 2",
                "zip": "15-001",
                "city": "Białystok",
                "country_id": self.env.ref("base.pl").id,
            }
        )
        move = self.sold(partner_shipping_id=store.id)
        (party,) = self.document(move).third_parties
        self.assertEqual(party.role.value, "2")
        self.assertEqual(party.identification.name, "Magazyn Wschód")
        self.assertEqual(party.address.line2, "15-001 Białystok")

    # --- goods ---------------------------------------------------------------

    def made(self, **values):
        return self.env["product.product"].create({"name": "Regał", **values})

    def row(self, **line):
        (row,) = self.body(self.sold({"name": "Regał", **line})).lines
        return row

    def test_gtin_is_the_barcode_where_it_is_one(self):
        right = self.made(barcode="5901234123457")
        self.assertEqual(self.row(product_id=right.id).gtin, "5901234123457")
        inner = self.made(barcode="MAG-00012")
        self.assertIsNone(self.row(product_id=inner.id).gtin)

    def test_units_are_written_as_in_poland(self):
        for unit, text in (
            ("unit", "szt."),
            ("hour", "godz."),
            ("minute", "min"),
            ("kwh", "kWh"),
            ("litre", "l"),
        ):
            uom = self.env.ref(f"uom.product_uom_{unit}")
            self.assertEqual(self.row(product_uom_id=uom.id).unit, text)

    def test_a_line_without_a_product_has_a_unit(self):
        self.assertEqual(self.row(product_uom_id=False).unit, "szt.")

    def test_a_piece_of_a_service_is_a_service(self):
        service = self.made(type="service")
        self.assertEqual(self.row(product_id=service.id).unit, "usł.")

    def test_how_a_unit_is_written_can_be_changed_on_it(self):
        self.env.ref("uom.product_uom_unit").l10n_pl_ksef_unit = "kpl."
        own = self.env["uom.uom"].create({"name": "paleta", "relative_factor": 1})
        unit = self.env.ref("uom.product_uom_unit")
        self.assertEqual(self.row(product_uom_id=unit.id).unit, "kpl.")
        self.assertEqual(self.row(product_uom_id=own.id).unit, "paleta")

    def test_the_reference_of_a_product_is_told_once(self):
        product = self.made(default_code="R-1")
        row = self.row(product_id=product.id, name="[R-1] Regał dębowy")
        self.assertEqual((row.index, row.name), ("R-1", "Regał dębowy"))


class TestFa3SaleReferences(AdvanceCase):
    def test_the_order_of_the_customer_comes_from_the_sale(self):
        order = self.order(client_order_ref="PO-4711")
        order.date_order = "2026-10-20 10:00:00"
        body = self.document(self.bill(order)).body
        (told,) = body.terms.orders
        self.assertEqual((told.number, str(told.ordered_on)), ("PO-4711", "2026-10-20"))

    def deliver(self, order, quantity):
        picking = order.picking_ids.filtered(lambda picking: picking.state != "done")
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True)._action_done()
        return picking.name

    def test_delivery_notes_come_from_the_deliveries_of_the_sale(self):
        if "stock.picking" not in self.env:
            self.skipTest("Odoo's module sale_stock is not installed")
        goods = self._product(
            "Krzesło", 100, self.tax_23, type="consu", invoice_policy="delivery"
        )
        order = self.order(goods)
        order.order_line.product_uom_qty = 3
        first = self.deliver(order, 1)
        move = self.bill(order)
        self.assertEqual(self.document(move).body.wz_numbers, [first])
        second = self.deliver(order, 2)
        later = self.bill(order)
        self.assertEqual(self.document(later).body.wz_numbers, [second])
        move.l10n_pl_ksef_wz_numbers = "WZ/1, WZ/2"
        self.assertEqual(self.document(move).body.wz_numbers, ["WZ/1", "WZ/2"])
