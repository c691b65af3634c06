"""Down payments of *sale* when the order, the amounts or the advances change."""

from decimal import Decimal

from odoo import Command

from ...ksef_api import fa3
from .sale_case import AdvanceCase

Kind = fa3.InvoiceKind


class TestFa3AdvancesChanged(AdvanceCase):
    def euros(self, rate=4.25):
        """Return the values of an order in euros."""
        eur = self.env.ref("base.EUR")
        eur.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": eur.id, "name": "2026-10-30", "inverse_company_rate": rate}
        )
        pricelist = self.env["product.pricelist"].sudo()
        made = pricelist.create({"name": "EUR", "currency_id": eur.id})
        return {"pricelist_id": made.id}

    def told(self, move):
        return [problem.text for problem in move._l10n_pl_ksef_problems()]

    def test_an_order_that_grows_after_the_advance_is_settled_as_it_is(self):
        order = self.order(self.goods)
        self.in_ksef(self.advance(order, 50))
        order.order_line = [
            Command.create({"product_id": self.book.id, "product_uom_qty": 2})
        ]
        body = self.document(self.bill(order)).body
        self.assertEqual(body.kind, Kind.SETTLEMENT)
        self.assertEqual([row.name for row in body.lines], ["Regał", "Książka"])
        self.assertEqual((body.net_23, body.net_5), (Decimal(500), Decimal(400)))

    def test_a_corrected_advance_shows_how_the_order_changed(self):
        order = self.order(self.goods)
        advance = self.advance(order, 50)
        self.in_ksef(advance)
        order.order_line[0].product_uom_qty = 3
        order.order_line = [
            Command.create({"product_id": self.book.id, "product_uom_qty": 1})
        ]
        body = self.document(self.credit(advance)).body
        shown = [
            (row.number, row.name, row.quantity, row.before) for row in body.order.lines
        ]
        self.assertEqual(
            shown,
            [
                (1, "Regał", Decimal(1), True),
                (1, "Regał", Decimal(3), False),
                (2, "Książka", Decimal(1), False),
            ],
        )
        self.assertEqual(body.order.total, Decimal("3900.00"))

    def test_an_advance_is_corrected_in_part(self):
        order = self.order(self.goods)
        advance = self.advance(order, 50)
        (number,) = self.in_ksef(advance)
        credit = advance._reverse_moves([{"invoice_date": "2026-11-03"}])
        credit.invoice_line_ids.filtered("is_downpayment").price_unit = 100
        credit.l10n_pl_ksef_correction_reason = "Zwrot części zaliczki"
        credit.action_post()
        body = self.document(credit).body
        self.assertEqual(body.kind, Kind.ADVANCE_CORRECTION)
        self.assertEqual(body.correction.total_before, Decimal(615))
        self.assertEqual((body.net_23, body.vat_23), (Decimal(-100), Decimal(-23)))
        self.assertEqual(body.correction.invoices[0].ksef_number, number)

    def test_a_fixed_amount_is_split_over_the_rates(self):
        move = self.bill(self.order(), "fixed", fixed_amount=500)
        body = self.document(move).body
        self.assertEqual(body.total, Decimal(500))
        self.assertTrue(body.net_23 > body.net_5 > 0)

    def test_a_settlement_in_a_foreign_currency_has_vat_in_zlotys(self):
        order = self.order(**self.euros())
        self.in_ksef(self.advance(order, 50))
        body = self.document(self.bill(order)).body
        self.assertEqual((body.kind, body.currency), (Kind.SETTLEMENT, "EUR"))
        self.assertAlmostEqual(
            body.vat_23_pln, body.vat_23 * Decimal("4.25"), delta=Decimal("0.01")
        )
        self.assertEqual({row.exchange_rate for row in body.lines}, {Decimal("4.25")})

    def test_an_advance_that_was_given_back_pays_nothing(self):
        order = self.order()
        self.credit(self.advance(order, 60))
        last = self.advance(order, 40)
        self.assertEqual(self.document(last).body.advance_invoices, [])

    def test_a_credit_note_of_an_advance_names_no_other_advance(self):
        order = self.order()
        first, _second = self.advance(order, 50), self.advance(order, 50)
        credit = self.credit(first)
        self.assertEqual(self.document(credit).body.advance_invoices, [])

    def test_advances_follow_each_other_by_date_whenever_they_were_made(self):
        order = self.order()
        later = self.advance(order, 40, date="2026-11-09")
        earlier = self.advance(order, 60, date="2026-11-03")
        self.assertEqual(self.document(earlier).body.advance_invoices, [])
        (named,) = self.document(later).body.advance_invoices
        self.assertEqual(named.number, earlier.name)

    def test_advances_above_the_order_are_corrected_first(self):
        order = self.order(self.goods)
        self.advance(order, 80)
        order.order_line.filtered(lambda row: not row.is_downpayment).price_unit = 500
        final = self.bill(order)
        self.assertEqual(final.move_type, "out_refund")
        (text,) = self.told(final)
        self.assertIn("The advances exceed", text)

    def test_a_tax_without_a_rate_on_the_order_is_told_before_sending(self):
        self.tax_5.l10n_pl_ksef_rate = False
        advance = self.advance(self.order(), 30)
        told = "\n".join(self.told(advance))
        self.assertIn("“Książka”: choose a tax that has a KSeF rate", told)


class TestForgotten(AdvanceCase):
    """What an invoice refers to belongs in KSeF first."""

    def setUp(self):
        super().setUp()
        # Since the end of October this company has its invoices in KSeF.
        self.in_ksef(self.invoice(invoice_date="2026-10-30"))

    def told(self, move):
        return [problem.text for problem in move._l10n_pl_ksef_problems()]

    def test_an_advance_that_nobody_sent_is_sent_before_its_settlement(self):
        order = self.order()
        advance = self.advance(order, 30)
        final = self.bill(order)
        (text,) = self.told(final)
        self.assertIn(f"Send {advance.name} to KSeF first", text)
        self.in_ksef(advance)
        self.assertEqual(self.told(final), [])

    def test_a_credit_note_waits_for_its_original(self):
        original = self.invoice()
        credit = self.credit(original)
        documents = self.env["l10n_pl_ksef.document"].sudo()
        waiting = documents._queue(credit)
        connection = self.company._l10n_pl_ksef_connection()
        self.assertNotIn(waiting, documents._due(connection, "queued"))
        self.assertIn("send that to KSeF first", waiting.waiting_reason)
        self.in_ksef(original)
        self.process(connection)
        self.assertEqual(credit.l10n_pl_ksef_state, "accepted")
        self.assertIn(original.l10n_pl_ksef_number, waiting._xml().decode())

    def test_an_original_from_before_ksef_was_issued_outside_it(self):
        credit = self.credit(self.invoice(invoice_date="2026-10-02"))
        self.assertEqual(self.told(credit), [])
        (named,) = self.document(credit).body.correction.invoices
        self.assertIsNone(named.ksef_number)

    def test_an_original_that_was_issued_outside_ksef_is_marked_so(self):
        original = self.invoice()
        credit = self.credit(original)
        self.assertTrue(self.told(credit))
        original.l10n_pl_ksef_is_outside = True
        self.assertFalse(original.l10n_pl_ksef_can_send)
        self.assertEqual(self.told(credit), [])

    def test_what_waits_and_is_marked_as_issued_outside_leaves_the_queue(self):
        move = self.invoice()
        document = self.env["l10n_pl_ksef.document"].sudo()._queue(move)
        move.l10n_pl_ksef_is_outside = True
        self.assertEqual(document.state, "cancelled")
        self.assertFalse(move.l10n_pl_ksef_state)
