"""Simplified invoices, new means of transport, corrections of data and of states."""

from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError

from ...ksef_api import fa3
from .case import Fa3Case


class TestFa3Special(Fa3Case):
    def texts(self, move):
        return [problem.text for problem in move._l10n_pl_ksef_problems()]

    # --- simplified ----------------------------------------------------------

    def test_a_simplified_invoice_names_the_buyer_by_nip_alone(self):
        line = ("Wiertarka", 1, 365.85, self.tax_23)
        move = self.invoice(line, l10n_pl_ksef_simplified=True)
        document = self.document(move)
        self.assertEqual(document.body.kind, fa3.InvoiceKind.SIMPLIFIED)
        buyer = document.buyer
        self.assertTrue(buyer.identification.nip)
        self.assertEqual((buyer.identification.name, buyer.address), (None, None))

    def test_a_simplified_invoice_is_for_small_sums_and_a_nip(self):
        consumer = self._partner("Jan Nowak", "", vat=False, is_company=False)
        line = ("Wiertarka", 1, 400, self.tax_23)
        move = self.invoice(line, partner=consumer, l10n_pl_ksef_simplified=True)
        texts = " ".join(self.texts(move))
        self.assertIn("up to 450 PLN", texts)
        self.assertIn("needs the customer's Polish NIP", texts)

    # --- days of supply ------------------------------------------------------

    def test_lines_of_different_days_have_their_own(self):
        move = self.invoice(
            ("Dowóz", 1, 10, self.tax_23),
            ("Montaż", 1, 10, self.tax_23),
            taxable_supply_date="2026-10-31",
            post=False,
        )
        first, second = move.invoice_line_ids
        first.l10n_pl_ksef_sale_date = "2026-10-30"
        second.l10n_pl_ksef_sale_date = "2026-10-31"
        move.action_post()
        body = self.document(move).body
        self.assertIsNone(body.sale_date)
        days = [row.sale_date for row in body.lines]
        self.assertEqual(days, [date(2026, 10, 30), date(2026, 10, 31)])

    # --- new means of transport ----------------------------------------------

    def sold(self, **vehicle):
        """Return the one vehicle of an invoice's document, and its annotations."""
        buyer = self._partner(
            "Autohaus GmbH",
            "",
            vat="DE123456788",
            country_id=self.env.ref("base.de").id,
        )
        move = self.invoice(("Pojazd", 1, 80000, self.tax("vs_unia")), partner=buyer)
        self.env["l10n_pl_ksef.move.vehicle"].create(
            {
                "move_id": move.id,
                "line_id": move.invoice_line_ids.id,
                "first_use": "2026-10-01",
                **vehicle,
            }
        )
        supply = self.document(move).body.annotations.new_vehicles.supply
        return supply.vehicles[0], supply

    def test_a_car(self):
        car, supply = self.sold(
            usage="1200", number="WVWZZZ1JZXW000001", make="Skoda", year="2026"
        )
        self.assertEqual((car.first_use, car.line_number), (date(2026, 10, 1), 1))
        self.assertEqual((car.make, car.year), ("Skoda", "2026"))
        self.assertEqual(
            (car.land.mileage, car.land.vin), ("1200", "WVWZZZ1JZXW000001")
        )
        self.assertFalse(supply.duty_art_42_5)

    def test_a_vehicle_that_is_sold_at_home_is_told(self):
        move = self.invoice()
        vehicle = self.env["l10n_pl_ksef.move.vehicle"].create(
            {
                "move_id": move.id,
                "line_id": move.invoice_line_ids.id,
                "first_use": "2026-10-01",
                "usage": "5",
            }
        )
        self.assertIn("sold to another member state", self.texts(move)[0])
        vehicle.unlink()
        self.assertFalse(self.texts(move))

    def test_vehicles_and_third_parties_of_a_sent_invoice_stay(self):
        move = self.accepted()
        values = {"move_id": move.id, "partner_id": self.supplier.id}
        with self.assertRaisesRegex(UserError, "only be corrected"):
            self.env["l10n_pl_ksef.move.party"].create(values)

    def test_a_boat_and_an_aircraft(self):
        boat, _supply = self.sold(kind="vessel", usage="40", number="PL-1")
        self.assertEqual((boat.vessel.working_hours, boat.land), ("40", None))
        plane, _supply = self.sold(kind="aircraft", usage="12", number="SP-1")
        self.assertEqual(plane.aircraft.serial_number, "SP-1")

    # --- data only -----------------------------------------------------------

    def accepted(self, *lines):
        move = self.invoice(*lines)
        connection = self.connect()
        move._l10n_pl_ksef_send()
        self.process(connection)
        return move

    def corrected(self, move):
        """Return the posted correction of the data of ``move``."""
        action = move.action_l10n_pl_ksef_correct_data()
        correction = self.env["account.move"].browse(action["res_id"])
        correction.invoice_date = "2026-11-10"
        correction.action_post()
        return correction

    def test_a_wrong_name_and_address_are_corrected_without_amounts(self):
        move = self.accepted()
        self.customer.write({"name": "Odbiorca Nowy S.A.", "street": "ul. Inna 5"})
        document = self.document(self.corrected(move))
        body, (before,) = document.body, document.body.correction.buyers_before
        self.assertEqual((body.kind, body.total), (fa3.InvoiceKind.CORRECTION, 0))
        self.assertEqual((body.lines, body.payment), ([], None))
        self.assertEqual(before.identification.name, "Odbiorca S.A.")
        self.assertEqual(before.address.line1, "ul. Długa 1")
        self.assertEqual(document.buyer.identification.name, "Odbiorca Nowy S.A.")
        self.assertEqual(document.buyer.key, before.key)
        self.assertIsNone(body.correction.seller_before)
        self.assertEqual(
            body.correction.invoices[0].ksef_number, move.l10n_pl_ksef_number
        )

    def test_the_correction_of_data_is_taken_by_ksef(self):
        move = self.accepted()
        self.company.street = "ul. Nowa 8"
        correction = self.corrected(move)
        before = self.document(correction).body.correction.seller_before
        self.assertEqual(before.address.line1, "ul. Próżna 7")
        correction._l10n_pl_ksef_send()
        self.process(self.company._l10n_pl_ksef_connection())
        self.assertEqual(correction.l10n_pl_ksef_state, "accepted")

    def test_nothing_to_correct_is_told(self):
        move = self.accepted()
        with self.assertRaisesRegex(UserError, "Correct them in the contact first"):
            move.action_l10n_pl_ksef_correct_data()

    def test_a_wrong_nip_takes_a_correction_to_zero(self):
        move = self.accepted()
        self.customer.vat = self.supplier.vat
        with self.assertRaisesRegex(UserError, "went to another NIP"):
            move.action_l10n_pl_ksef_correct_data()

    def test_of_what_is_not_in_ksef_no_data_are_corrected(self):
        with self.assertRaisesRegex(UserError, "in KSeF can be corrected"):
            self.invoice().action_l10n_pl_ksef_correct_data()

    # --- before and after ----------------------------------------------------

    def states(self, original, *changes, **values):
        """Correct ``original`` by lines ``(name, quantity, price)``; its rows."""
        lines = [
            Command.create(
                {
                    "name": name,
                    "quantity": quantity,
                    "price_unit": price,
                    "tax_ids": [Command.set(self.tax_23.ids)],
                }
            )
            for name, quantity, price in changes
        ]
        move = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-10",
                "reversed_entry_id": original.id,
                "l10n_pl_ksef_before_after": True,
                "invoice_line_ids": lines,
                **values,
            }
        )
        move.action_post()
        return move

    def rows(self, move):
        return [
            (row.number, row.before, row.quantity, row.unit_price_net, row.net)
            for row in self.document(move).body.lines
        ]

    def test_a_returned_part_is_shown_before_and_after(self):
        original = self.invoice(
            ("Krzesło", 10, 100, self.tax_23), ("Stół", 1, 500, self.tax_23)
        )
        move = self.states(original, ("Stół", 1, 500), ("Krzesło", 3, 100))
        self.assertEqual(
            self.rows(move),
            [
                (2, True, 1, 500, 500),
                (2, False, 0, 500, 0),
                (1, True, 10, 100, 1000),
                (1, False, 7, 100, 700),
            ],
        )

    def test_a_lower_price_is_shown_before_and_after(self):
        original = self.invoice(("Krzesło", 10, 100, self.tax_23))
        move = self.states(original, ("Krzesło", 10, 5))
        self.assertEqual(
            self.rows(move),
            [(1, True, 10, 100, 1000), (1, False, 10, Decimal(95), 950)],
        )

    def test_a_line_that_the_original_does_not_have_is_told(self):
        move = self.states(self.invoice(), ("Coś innego", 1, 5))
        self.assertIn("Line 1 is not on the corrected invoice", self.texts(move)[0])

    def test_of_lines_of_one_product_that_at_the_same_price_is_meant(self):
        original = self.invoice(
            ("Krzesło", 10, 5, self.tax_23), ("Krzesło", 3, 7, self.tax_23)
        )
        move = self.states(original, ("Krzesło", 3, 7))
        self.assertEqual(self.rows(move), [(2, True, 3, 7, 21), (2, False, 0, 7, 0)])

    def test_of_equal_rows_that_of_the_returned_quantity_is_meant(self):
        original = self.invoice(
            ("Krzesło", 1, 100, self.tax_23), ("Krzesło", 5, 100, self.tax_23)
        )
        move = self.states(original, ("Krzesło", 5, 100))
        rows = [(2, True, 5, 100, 500), (2, False, 0, 100, 0)]
        self.assertEqual(self.rows(move), rows)

    def test_a_second_change_of_identical_products_has_the_row_that_is_left(self):
        original = self.invoice(
            ("Krzesło", 2, 100, self.tax_23), ("Krzesło", 5, 100, self.tax_23)
        )
        move = self.states(original, ("Krzesło", 1, 100), ("Krzesło", 2, 100))
        rows = [
            (2, True, 5, 100, 500),
            (2, False, 4, 100, 400),
            (1, True, 2, 100, 200),
            (1, False, 0, 100, 0),
        ]
        self.assertEqual(self.rows(move), rows)

    def test_equal_products_are_known_again_by_their_description(self):
        product = self.env["product.product"].create({"name": "Krzesło"})
        original = self.invoice(
            ("Krzesło czarne", 3, 100, self.tax_23),
            ("Krzesło białe", 3, 100, self.tax_23),
            post=False,
        )
        for line, name in zip(
            original.invoice_line_ids, ("czarne", "białe"), strict=True
        ):
            line.write({"product_id": product.id})
            line.write({"name": name, "price_unit": 100})
            line.tax_ids = self.tax_23
        original.action_post()
        credit = original._reverse_moves([{"invoice_date": "2026-11-03"}])
        credit.invoice_line_ids[0].unlink()
        credit.l10n_pl_ksef_before_after = True
        credit.action_post()
        rows = credit._l10n_pl_ksef_fa3_lines()
        self.assertEqual([row.name for row in rows], ["białe", "białe"])

    def test_a_return_at_a_price_with_vat_is_one_of_quantity(self):
        tax = self.tax_23.copy(
            {"name": "23% w cenie", "price_include_override": "tax_included"}
        )
        original = self.invoice(("Krzesło", 3, 9.99, tax))
        credit = original._reverse_moves([{"invoice_date": "2026-11-03"}])
        credit.invoice_line_ids.quantity = 1
        credit.l10n_pl_ksef_before_after = True
        credit.action_post()
        rows = credit._l10n_pl_ksef_fa3_lines()
        self.assertEqual([row.quantity for row in rows], [3, 2])

    def test_a_second_correction_cannot_show_the_state_before(self):
        original = self.invoice(("Krzesło", 10, 100, self.tax_23))
        self.states(original, ("Krzesło", 1, 100))
        move = self.states(original, ("Krzesło", 2, 100))
        self.assertIn("has other corrections", "".join(self.texts(move)))
