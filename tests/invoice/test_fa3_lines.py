"""Lines as people wrote them, and what is to be paid beside the sale."""

from decimal import Decimal

from odoo import Command

from ...ksef_api import fa3
from .case import Fa3Case


class TestFa3Lines(Fa3Case):
    def sold(self, **values):
        """Return a posted invoice of one line."""
        line = {
            "name": "Regał",
            "quantity": 1,
            "price_unit": 100,
            "tax_ids": [Command.set(self.tax_23.ids)],
            **values,
        }
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-02",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        move.action_post()
        return move

    def row(self, move):
        (row,) = self.document(move).body.lines
        return row

    def told(self, move):
        return [problem.text for problem in move._l10n_pl_ksef_problems()]

    def fee(self, **values):
        """Return a tax that is no VAT: an amount for each piece."""
        return self.tax_23.copy(
            {
                "name": "Kaucja",
                "amount_type": "fixed",
                "amount": 0.5,
                "l10n_pl_ksef_rate": False,
                "sequence": -1,
                "invoice_repartition_line_ids": [
                    Command.clear(),
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax"}),
                ],
                "refund_repartition_line_ids": [
                    Command.clear(),
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax"}),
                ],
                **values,
            }
        )

    def test_price_and_discount_are_those_that_were_entered(self):
        row = self.row(self.sold(quantity=3, price_unit=33.33, discount=12.5))
        self.assertEqual(row.unit_price_net, Decimal("33.33"))
        self.assertEqual((row.discount, row.net), (Decimal("12.50"), Decimal("87.49")))

    def test_what_is_given_away_has_its_price_all_the_same(self):
        row = self.row(self.sold(quantity=2, discount=100))
        self.assertEqual(row.unit_price_net, Decimal(100))
        self.assertEqual((row.discount, row.net), (Decimal(200), Decimal(0)))

    def test_a_price_with_vat_stands_as_it_was_entered(self):
        tax = self.tax_23.copy(
            {"name": "23% w cenie", "price_include_override": "tax_included"}
        )
        taxes = [Command.set(tax.ids)]
        row = self.row(self.sold(price_unit=246, discount=50, tax_ids=taxes))
        self.assertEqual((row.unit_price_gross, row.gross), (246, 123))
        self.assertEqual(row.discount, 123)
        self.assertEqual((row.unit_price_net, row.net), (None, None))

    def test_a_credit_note_takes_back_price_and_discount(self):
        move = self.sold(quantity=2, discount=10)
        credit = move._reverse_moves([{"invoice_date": "2026-11-03", "ref": "Zwrot"}])
        credit.action_post()
        row = self.row(credit)
        self.assertEqual((row.quantity, row.unit_price_net), (-2, Decimal(100)))
        self.assertEqual((row.discount, row.net), (Decimal(-20), Decimal(-180)))

    # --- beside the sale -----------------------------------------------------

    def settled(self, move):
        """Return (*P_15*, the settlement) of the document."""
        invoice = move._l10n_pl_ksef_invoice()
        self.assertEqual(self.env["l10n_pl_ksef.schema"]._faults(invoice), [])
        body = fa3.read(fa3.write(invoice)).document.body
        sums = fa3.summary(body)
        self.assertEqual(body.total, sum(row[1] + (row[2] or 0) for row in sums))
        return body.total, body.settlement

    def test_a_rounding_is_to_be_paid_beside_the_sale(self):
        accounts = self.company_data
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "Zaokrąglenie",
                "rounding": 1.0,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": accounts["default_account_revenue"].id,
                "loss_account_id": accounts["default_account_expense"].id,
            }
        )
        for price, total, charged, taken_off, to_pay in (
            (10.4, "12.79", "0.21", None, 13),
            (10.0, "12.30", None, "0.30", 12),
        ):
            move = self.sold(price_unit=price).copy(
                {"invoice_date": "2026-11-02", "invoice_cash_rounding_id": rounding.id}
            )
            move.action_post()
            sale, settlement = self.settled(move)
            self.assertEqual((sale, settlement.to_pay), (Decimal(total), to_pay))
            amounts = settlement.charges_total, settlement.deductions_total
            wanted = (charged and Decimal(charged), taken_off and Decimal(taken_off))
            self.assertEqual(amounts, wanted)

    def test_a_deposit_for_packaging_is_a_charge(self):
        taxes = self.fee() + self.tax_23
        move = self.sold(quantity=10, price_unit=3, tax_ids=[Command.set(taxes.ids)])
        sale, settlement = self.settled(move)
        self.assertEqual(sale, Decimal("36.90"))
        (charge,) = settlement.charges
        self.assertEqual((charge.reason, charge.amount), ("Kaucja", Decimal(5)))
        self.assertEqual(settlement.to_pay, Decimal("41.90"))

    def test_a_fee_that_vat_is_paid_on_belongs_to_the_sale(self):
        taxes = self.fee(include_base_amount=True) + self.tax_23
        move = self.sold(quantity=10, price_unit=3, tax_ids=[Command.set(taxes.ids)])
        sale, settlement = self.settled(move)
        self.assertEqual((sale, settlement), (Decimal("43.05"), None))

    # --- what is told --------------------------------------------------------

    def test_a_line_without_words_is_told(self):
        self.assertEqual(self.told(self.sold(name="")), ["Line 1: enter what is sold."])

    def test_two_rates_on_one_line_are_told(self):
        taxes = self.tax_23 + self.tax_8
        move = self.sold(tax_ids=[Command.set(taxes.ids)])
        self.assertEqual(self.told(move), ["Line 1 has several VAT taxes; leave one."])

    def faults(self, move, lang="en_US"):
        schema = self.env["l10n_pl_ksef.schema"].with_context(lang=lang)
        return schema._faults(move._l10n_pl_ksef_invoice())

    def test_what_the_schema_refuses_is_told_in_words_of_the_invoice(self):
        unit = self.env["uom.uom"].create({"name": "s" * 300, "relative_factor": 1})
        self.assertEqual(
            self.faults(self.sold(product_uom_id=unit.id)),
            ["Line 1: Unit (P_8A) is longer than 256 characters."],
        )
        self.assertEqual(
            self.faults(self.sold(name="Rega\x0bł")),
            [
                "Line 1: Name of goods or service (P_7) has characters that KSeF "
                "refuses: 'Rega\\x0b\\u0142'."
            ],
        )
        self.customer.name = "x" * 600
        self.assertEqual(
            self.faults(self.sold()),
            ["Buyer: Name (Nazwa) is longer than 512 characters."],
        )

    def test_in_polish_too(self):
        self.customer.name = "x" * 600
        self.assertEqual(
            self.faults(self.sold(), lang="pl_PL"),
            ["Nabywca: Nazwa ma więcej niż 512 znaków."],
        )
