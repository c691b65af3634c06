"""The lines of a document give its sums to the grosz, and its sums are the books'."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command

from ...ksef_api import fa3
from ...models.bill.pipeline import BillImport
from .case import Fa3Case

OPTIONS = {
    "deadline": None,
    "derandomize": True,
    # Odoo is too slow to look for the smallest example: the message tells the invoice.
    "phases": (Phase.generate,),
    "suppress_health_check": list(HealthCheck),
}
ROUNDINGS = ("round_globally", "round_per_line")
LINE = st.fixed_dictionaries(
    {
        "rate": st.sampled_from(("23", "8", "5", "0", "zw")),
        "price_unit": st.decimals(min_value="0.01", max_value="4999.99", places=2).map(
            float
        ),
        "quantity": st.sampled_from((1, 2, 3, 7, 60, 0.5, 1.25, 12.345, 999)),
        "discount": st.sampled_from((0, 0, 0, 7.5, 10, 33.33, 50, 100)),
    }
)
INVOICE = st.fixed_dictionaries(
    {
        "with_vat": st.booleans(),
        "currency": st.sampled_from(("PLN", "EUR")),
        "refund": st.booleans(),
        "lines": st.lists(LINE, min_size=1, max_size=8),
    }
)
# Odoo makes many invoices at once much faster than one by one.
TEN = st.lists(INVOICE, min_size=10, max_size=10)


class SumsCase(Fa3Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net = dict(
            zip(
                ("23", "8", "5", "0", "zw"),
                (cls.tax_23, cls.tax_8, cls.tax_5, cls.tax_0, cls.tax_zw),
                strict=True,
            )
        )
        cls.with_vat = {
            rate: tax.copy({"name": f"{rate} w cenie"}) for rate, tax in cls.net.items()
        }
        for tax in cls.with_vat.values():
            tax.price_include_override = "tax_included"
        cls.with_vat["zw"].l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 29"
        cls.company.tax_calculation_rounding_method = "round_globally"
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.euro.id,
                "name": "2026-01-01",
                "rate": 1 / 4.2735,
                "company_id": cls.company.id,
            }
        )

    def priced(self, lines, **values):
        """Return a draft of ``lines``: dicts of values, with the name of the rate."""
        return self.env["account.move"].create(self.values(lines, **values))

    def values(self, lines, *, with_vat=False, currency="PLN", refund=False):
        taxes = self.with_vat if with_vat else self.net
        rows = [
            {
                "name": f"Towar {number}",
                **{key: value for key, value in line.items() if key != "rate"},
                "tax_ids": [Command.set(taxes[line["rate"]].ids)],
            }
            for number, line in enumerate(lines, 1)
        ]
        return {
            "move_type": "out_refund" if refund else "out_invoice",
            "partner_id": self.customer.id,
            "invoice_date": "2026-11-02",
            "currency_id": self.env.ref(f"base.{currency}").id,
            "l10n_pl_ksef_original_number": "FV/1" if refund else False,
            "l10n_pl_ksef_original_date": "2026-10-01",
            "invoice_line_ids": [Command.create(row) for row in rows],
        }

    def file(self, move):
        """Return the file of a draft, which has no number yet."""
        document = move._l10n_pl_ksef_invoice()
        document.body.number = "FV/1"
        return fa3.write(document)

    def body(self, move):
        return move._l10n_pl_ksef_invoice().body

    def assertAddsUp(self, move):
        """The values of the lines of a rate give its sums."""
        body = self.body(move)
        of_lines = defaultdict(Decimal)
        for row in body.lines:
            given = row.net if row.gross is None else row.gross
            of_lines[fa3.sums_of(row)] += given
            self.assertEqual((row.net is None), (row.gross is not None))
        for sums, net, vat, _pln in fa3.summary(body):
            with_vat = any(row.gross is not None for row in body.lines)
            self.assertEqual(of_lines[sums], net + (vat or 0) * with_vat, sums.net)
        return body


class TestFa3Sums(SumsCase):
    @settings(**OPTIONS, max_examples=20)
    @given(st.sampled_from(ROUNDINGS), TEN)
    def test_lines_of_any_invoice_give_its_sums(self, rounding, invoices):
        self.company.tax_calculation_rounding_method = rounding
        values = [self.values(**invoice) for invoice in invoices]
        for move in self.env["account.move"].create(values):
            self.assertSums(move, self.assertAddsUp(move))

    @settings(**OPTIONS, max_examples=6)
    @given(st.sampled_from(ROUNDINGS), st.sampled_from(ROUNDINGS), TEN)
    def test_any_invoice_comes_back_without_a_line_of_differences(
        self, theirs, ours, invoices
    ):
        self.company.tax_calculation_rounding_method = theirs
        values = [self.values(**invoice) for invoice in invoices]
        moves = self.env["account.move"].create(values)
        files = [self.file(move) for move in moves]
        self.company.tax_calculation_rounding_method = ours
        for move, file in zip(moves, files, strict=True):
            bill = self.env["account.move"].create({"move_type": "in_invoice"})
            read = fa3.read(file)
            bill._l10n_pl_ksef_import_invoice(BillImport(read))
            self.assertEqual(
                (len(bill.invoice_line_ids), bill.amount_untaxed, bill.amount_tax),
                (len(move.invoice_line_ids), move.amount_untaxed, move.amount_tax),
                read.document.body.lines,
            )

    def test_sixty_discounted_lines_give_their_sum(self):
        line = {"rate": "23", "quantity": 3, "price_unit": 19.99, "discount": 7.5}
        body = self.assertAddsUp(self.priced([line] * 60))
        self.assertEqual(body.net_23, Decimal("3328.33"))
        self.assertEqual(sum(row.net for row in body.lines), Decimal("3328.33"))
        self.assertEqual({row.unit_price_net for row in body.lines}, {Decimal("19.99")})

    def test_eighty_lines_priced_with_vat_give_their_sum(self):
        line = {"rate": "8", "quantity": 3, "price_unit": 1.99}
        move = self.priced([line] * 80, with_vat=True)
        body = self.assertAddsUp(move)
        self.assertEqual({row.gross for row in body.lines}, {Decimal("5.97")})
        self.assertEqual(body.total, Decimal("477.60"))

    def test_prices_with_vat_are_told_as_they_were_entered(self):
        line = {"rate": "23", "quantity": 2, "price_unit": 99.99, "discount": 10}
        move = self.priced([line], with_vat=True)
        (row,) = self.document(self.posted(move)).body.lines
        self.assertEqual(
            (row.unit_price_gross, row.gross), (Decimal("99.99"), Decimal("179.98"))
        )
        self.assertEqual((row.unit_price_net, row.net), (None, None))
        self.assertEqual(row.discount, Decimal("20.00"))

    def posted(self, move):
        move.action_post()
        return move

    def test_prices_with_and_without_vat_together_are_told_without(self):
        line = {"rate": "23", "quantity": 1, "price_unit": 123}
        move = self.priced([line, line], with_vat=True)
        move.invoice_line_ids[1].tax_ids = self.tax_23
        rows = self.body(move).lines
        self.assertEqual([row.net for row in rows], [100, 123])
        self.assertEqual([row.unit_price_net for row in rows], [100, 123])

    def test_a_fee_that_vat_is_paid_on_is_a_line_of_its_own(self):
        fee = self.tax_23.copy(
            {
                "name": "Opłata",
                "amount_type": "fixed",
                "amount": 0.5,
                "l10n_pl_ksef_rate": False,
                "sequence": -1,
                "include_base_amount": True,
            }
        )
        move = self.invoice(("Bateria", 10, 3, fee + self.tax_23))
        body = self.assertAddsUp(move)
        self.assertEqual([(row.name, row.net) for row in body.lines][1], ("Opłata", 5))
        self.assertEqual(body.total, Decimal("43.05"))

    def test_a_margin_is_told_with_the_whole_price(self):
        margin = self.tax_zw.copy({"name": "marża"})
        margin.l10n_pl_ksef_rate = "margin"
        move = self.invoice(
            ("Obraz", 1, 2000, margin), l10n_pl_ksef_margin="P_PMarzy_3_2"
        )
        (row,) = self.document(move).body.lines
        self.assertEqual((row.unit_price_gross, row.gross, row.net), (2000, 2000, None))
