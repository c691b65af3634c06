"""Down payments of *sale*: advance (ZAL) and settlement (ROZ) invoices."""

from decimal import Decimal

from ...ksef_api import fa3
from .sale_case import AdvanceCase

Kind = fa3.InvoiceKind


class TestFa3Advances(AdvanceCase):
    def test_an_advance_shows_the_order_and_the_sums_that_were_paid(self):
        body = self.document(self.advance(self.order(), 30)).body
        self.assertEqual((body.kind, body.lines), (Kind.ADVANCE, []))
        self.assertEqual(body.total, Decimal("432.00"))
        self.assertEqual((body.net_23, body.vat_23), (Decimal(300), Decimal(69)))
        self.assertEqual((body.net_5, body.vat_5), (Decimal(60), Decimal(3)))
        self.assertEqual(body.order.total, Decimal("1440.00"))
        shown = [
            (row.name, row.net, row.vat, row.rate.value) for row in body.order.lines
        ]
        self.assertEqual(
            shown,
            [
                ("Regał", Decimal(1000), Decimal(230), "23"),
                ("Książka", Decimal(200), Decimal(10), "5"),
            ],
        )

    def test_an_advance_of_a_fixed_amount(self):
        move = self.bill(self.order(), "fixed", fixed_amount=100)
        self.assertEqual(self.document(move).body.total, Decimal("100.00"))

    def test_the_settlement_shows_all_goods_and_the_rest_to_pay(self):
        order = self.order()
        (number,) = self.in_ksef(self.advance(order, 30))
        body = self.document(self.bill(order)).body
        self.assertEqual(body.kind, Kind.SETTLEMENT)
        self.assertEqual([row.net for row in body.lines], [Decimal(1000), Decimal(200)])
        self.assertEqual(body.total, Decimal("1008.00"))
        self.assertEqual((body.net_23, body.vat_23), (Decimal(700), Decimal(161)))
        named = [(one.ksef_number, one.number) for one in body.advance_invoices]
        self.assertEqual(named, [(number, None)])

    def test_an_advance_outside_ksef_is_named_by_its_own_number(self):
        order = self.order()
        advance = self.advance(order, 30)
        (named,) = self.document(self.bill(order)).body.advance_invoices
        self.assertEqual((named.ksef_number, named.number), (None, advance.name))

    def test_two_advances_and_their_settlement(self):
        order = self.order()
        numbers = self.in_ksef(self.advance(order, 30), self.advance(order, 20))
        body = self.document(self.bill(order)).body
        self.assertEqual(body.total, Decimal("720.00"))
        named = [one.ksef_number for one in body.advance_invoices]
        self.assertEqual(named, numbers)

    def test_the_advance_that_pays_the_rest_names_the_earlier_ones(self):
        order = self.order()
        first, last = self.advance(order, 40), self.advance(order, 60)
        self.assertEqual(self.document(first).body.advance_invoices, [])
        (named,) = self.document(last).body.advance_invoices
        self.assertEqual(named.number, first.name)

    def test_nothing_is_left_to_settle_after_advances_of_everything(self):
        order = self.order()
        self.advance(order, 100)
        self.company.l10n_pl_ksef_send_on_validation = True
        move = self.bill(order)
        self.assertFalse(move.amount_total)
        self.assertFalse(move.l10n_pl_ksef_document_ids)

    def test_a_settlement_waits_for_the_numbers_of_its_advances(self):
        order = self.order()
        advance = self.advance(order, 30)
        documents = self.env["l10n_pl_ksef.document"].sudo()
        connection = self.connect()
        documents._queue(advance)
        final = self.bill(order)
        waiting = documents._queue(final)
        self.assertNotIn(waiting, documents._due(connection, "queued"))
        self.assertIn(advance.name, waiting.waiting_reason)
        self.process(connection)
        self.assertEqual(final.l10n_pl_ksef_state, "accepted", waiting.status_message)
        self.assertIn(advance.l10n_pl_ksef_number, waiting._xml().decode())

    def test_a_corrected_advance_confirms_the_order(self):
        advance = self.advance(self.order(), 30)
        (number,) = self.in_ksef(advance)
        credit = advance._reverse_moves(
            [{"invoice_date": "2026-11-03", "ref": "Zwrot"}]
        )
        credit.action_post()
        body = self.document(credit).body
        self.assertEqual((body.kind, body.lines), (Kind.ADVANCE_CORRECTION, []))
        self.assertEqual(body.total, Decimal("-432.00"))
        self.assertEqual(body.correction.total_before, Decimal("432.00"))
        self.assertEqual(body.correction.invoices[0].ksef_number, number)
        states = [(row.number, row.before) for row in body.order.lines]
        self.assertEqual(states, [(1, True), (1, False), (2, True), (2, False)])

    def test_a_corrected_settlement(self):
        order = self.order()
        self.in_ksef(self.advance(order, 30))
        final = self.bill(order)
        self.in_ksef(final)
        credit = self.credit(final)
        body = self.document(credit).body
        self.assertEqual(body.kind, Kind.SETTLEMENT_CORRECTION)
        self.assertEqual(body.total, Decimal("-1008.00"))
        self.assertEqual(body.correction.total_before, Decimal("1008.00"))
        self.assertEqual([row.quantity for row in body.lines], [-1, -1])

    def test_an_advance_in_a_foreign_currency_has_vat_in_zlotys(self):
        eur = self.env.ref("base.EUR")
        eur.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": eur.id, "name": "2026-10-30", "inverse_company_rate": 4.25}
        )
        pricelist = (
            self.env["product.pricelist"]
            .sudo()
            .create({"name": "EUR", "currency_id": eur.id})
        )
        order = self.order(pricelist_id=pricelist.id)
        body = self.document(self.advance(order, 50)).body
        self.assertEqual(body.currency, "EUR")
        self.assertEqual(body.exchange_rate, Decimal("4.25"))
        self.assertAlmostEqual(
            body.vat_23_pln, body.vat_23 * Decimal("4.25"), delta=Decimal("0.01")
        )

    def test_prices_that_include_vat(self):
        tax = self.tax_23.copy(
            {"name": "23% w cenie", "price_include_override": "tax_included"}
        )
        order = self.order(self._product("Lampa", 123, tax))
        body = self.document(self.advance(order, 50)).body
        self.assertEqual((body.net_23, body.vat_23), (Decimal(50), Decimal("11.5")))
        self.assertEqual(body.order.total, Decimal(123))

    def test_goods_of_annex_15_make_split_payment_compulsory_for_the_advance(self):
        steel = self._product("Stal", 20000, self.tax_23, l10n_pl_ksef_annex15=True)
        body = self.document(self.advance(self.order(steel), 90)).body
        self.assertTrue(body.annotations.split_payment)
        self.assertTrue(body.order.lines[0].annex15)
