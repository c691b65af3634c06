"""Dates and amounts of the law: one source, which an administrator may correct."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ...models.law.legal_fact import FACTS
from ..common import PolishCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLegalFact(PolishCase):
    def test_the_table_has_every_fact_and_says_the_same(self):
        facts = self.env["l10n_pl_ksef.legal.fact"].search([])
        table = {
            fact.code: fact.date or fact.amount or timedelta(fact.days)
            for fact in facts
        }
        self.assertEqual(table, FACTS)

    def test_every_fact_says_when_it_was_looked_up(self):
        facts = self.env["l10n_pl_ksef.legal.fact"].search([])
        self.assertTrue(all(facts.mapped("valid_as_of")))

    def test_a_corrected_fact_counts_at_once(self):
        facts = self.env["l10n_pl_ksef.legal.fact"]
        facts._term("report_abuse_within")  # kept from now on
        self.env.ref("l10n_pl_ksef.legal_report_abuse_within").days = 90
        self.assertEqual(facts._term("report_abuse_within"), timedelta(90))

    def test_what_is_not_in_the_table_yet_counts_all_the_same(self):
        facts = self.env["l10n_pl_ksef.legal.fact"].sudo()
        facts.search([]).unlink()
        above = facts._amount("split_payment_above")
        self.assertEqual(above, FACTS["split_payment_above"])
        self.assertEqual(facts._date("payment_titles"), FACTS["payment_titles"])
        term = facts._term("report_abuse_within")
        self.assertEqual(term, FACTS["report_abuse_within"])

    def test_what_nobody_knows_is_an_error(self):
        with self.assertRaises(KeyError):
            self.env["l10n_pl_ksef.legal.fact"]._amount("rent")

    def test_the_amount_of_split_payment_is_that_of_the_table(self):
        product = self.env["product.product"].create(
            {"name": "Stal", "l10n_pl_ksef_annex15": True}
        )
        company = self.company_data["company"]
        tax = self.env.ref(f"account.{company.id}_vs_kraj_23")
        customer = self.env["res.partner"].create(
            {"name": "Odbiorca", "is_company": True, "vat": "PL1111111111"}
        )

        def is_split(price):
            return (
                self.env["account.move"]
                .create(
                    {
                        "move_type": "out_invoice",
                        "partner_id": customer.id,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "price_unit": price,
                                    "tax_ids": [Command.set(tax.ids)],
                                }
                            )
                        ],
                    }
                )
                .l10n_pl_ksef_split_payment
            )

        self.assertFalse(is_split(1_000))
        self.env.ref("l10n_pl_ksef.legal_split_payment_above").amount = 500
        self.assertTrue(is_split(1_000))
