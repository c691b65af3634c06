"""The table of rules: what the law wants is told before an invoice is sent."""

from pathlib import Path

from odoo import Command

from ...models.invoice.rules import RULES
from ..common import make_nip
from .case import Fa3Case
from .sale_case import AdvanceCase

DOCS = Path(__file__).parents[2] / "docs" / "invoices.md"


class TestFa3Rules(Fa3Case):
    def foreigner(self, country="de", vat="DE123456788"):
        return self._partner(
            "Kunde GmbH", "", vat=vat, country_id=self.env.ref(f"base.{country}").id
        )

    def sold(self, tax, partner=None, **values):
        return self.invoice(("Towar", 1, 100, tax), partner=partner, **values)

    def broken(self, move):
        """Return the names of the rules that ``move`` breaks."""
        return [rule.check for rule in RULES if self.text_of(move, rule)]

    def text_of(self, move, rule):
        return getattr(move, f"_l10n_pl_ksef_rule_{rule.check}")()

    def assertTold(self, move, check):
        """``move`` breaks that rule alone, and its place is where it is mended."""
        self.assertEqual(self.broken(move), [check])
        (rule,) = [rule for rule in RULES if rule.check == check]
        problem = move._l10n_pl_ksef_problems()[-1]
        self.assertIn(rule.law, problem.text)
        self.assertIn(rule.field, problem.record._fields)
        self.assertEqual(problem.is_warning, rule.is_warning)

    def test_each_rule_has_its_check_its_law_and_a_place(self):
        for rule in RULES:
            self.assertTrue(hasattr(self.env["account.move"], self.name_of(rule)))
            self.assertTrue(rule.law)
        self.assertEqual(len({rule.check for rule in RULES}), len(RULES))

    def name_of(self, rule):
        return f"_l10n_pl_ksef_rule_{rule.check}"

    def test_each_rule_stands_in_the_docs(self):
        told = DOCS.read_text()
        missing = [rule.check for rule in RULES if f"`{rule.check}`" not in told]
        self.assertEqual(missing, [])

    def test_a_draft_that_lacks_everything_breaks_no_rule_by_an_error(self):
        move = self.env["account.move"].create({"move_type": "out_invoice"})
        move._l10n_pl_ksef_broken_rules()

    # --- who sells, who buys -------------------------------------------------

    def test_wdt_without_a_number_of_the_union_is_told(self):
        tax = self.tax("vs_unia")
        self.assertFalse(self.broken(self.sold(tax, self.foreigner())))
        self.assertTold(self.sold(tax, self.foreigner(vat=False)), "wdt_number")

    def test_wdt_to_a_polish_number_is_told(self):
        polish = self.foreigner(vat=f"PL{make_nip('oddział')}")
        self.assertTold(self.sold(self.tax("vs_unia"), polish), "wdt_number")
        self.assertTold(self.sold(self.tax("vs_unia")), "wdt_number")

    def test_a_service_in_the_union_without_a_number_is_told(self):
        tax = self.tax("vs_dostu")
        self.assertFalse(self.broken(self.sold(tax, self.foreigner())))
        self.assertTold(self.sold(tax, self.foreigner(vat=False)), "np2_number")

    def test_domestic_reverse_charge_to_a_foreigner_is_told(self):
        tax = self.tax("vs_stal")
        self.assertFalse(self.broken(self.sold(tax)))
        self.assertTold(self.sold(tax, self.foreigner()), "oo_abroad")

    def test_what_is_sold_elsewhere_without_the_mark_is_told(self):
        tax = self.tax("vs_ekspu")
        buyer = self.foreigner("us", "12-3456789")
        move = self.sold(tax, buyer)
        self.assertTold(move, "np1_mark")
        marked = self.sold(tax, buyer, l10n_pl_ksef_reverse_charge=True)
        self.assertFalse(self.broken(marked))

    def party(self, role):
        return [Command.create({"partner_id": self.supplier.id, "role": role})]

    def test_a_local_government_unit_without_its_receiver_is_told(self):
        self.customer.l10n_pl_ksef_jst = True
        self.assertTold(self.sold(self.tax_23), "jst_receiver")
        named = self.sold(self.tax_23, l10n_pl_ksef_party_ids=self.party("8"))
        self.assertFalse(self.broken(named))

    def test_a_vat_group_without_its_receiver_is_told(self):
        self.customer.l10n_pl_ksef_vat_group = True
        self.assertTold(self.sold(self.tax_23), "group_receiver")
        named = self.sold(self.tax_23, l10n_pl_ksef_party_ids=self.party("10"))
        self.assertFalse(self.broken(named))

    def test_self_billing_with_another_issuer_is_told(self):
        parties = {"l10n_pl_ksef_party_ids": self.party("5")}
        self.assertFalse(self.broken(self.sold(self.tax_23, **parties)))
        billed = self.sold(self.tax_23, l10n_pl_ksef_self_billing=True, **parties)
        self.assertTold(billed, "issuer_is_buyer")

    def test_exemptions_of_different_kinds_are_told(self):
        other = self.tax_zw.copy({"name": "zw dyrektywa"})
        other.l10n_pl_ksef_exemption = "art. 135"
        other.l10n_pl_ksef_exemption_kind = "directive"
        lines = [("A", 1, 10, self.tax_zw), ("B", 1, 10, other)]
        self.assertTold(self.invoice(*lines), "exempt_kinds")
        self.assertFalse(self.broken(self.invoice(lines[0])))
        self.assertFalse(self.broken(self.invoice(lines[1])))

    # --- days and rates ------------------------------------------------------

    def in_euro(self, **values):
        """Return an invoice in EUR; rates of 29 and 30 October, 20 November."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": euro.id,
                    "name": day,
                    "inverse_company_rate": rate,
                    "company_id": self.company.id,
                }
                for day, rate in (
                    ("2026-10-29", 4.25),
                    ("2026-10-30", 4.26),
                    ("2026-11-20", 4.3),
                )
            ]
        )
        return self.sold(
            self.tax_23, currency_id=euro.id, invoice_date="2026-11-20", **values
        )

    def test_a_rate_of_another_day_than_the_supply_is_told_with_the_right_one(self):
        move = self.in_euro(post=False)
        move.delivery_date = "2026-10-30"
        self.assertTold(move, "exchange_rate")
        text = move._l10n_pl_ksef_problems()[-1].text
        self.assertIn("4.25", text)
        self.assertIn("4.3", text)

    def test_the_rate_of_the_day_of_supply_or_the_day_before_is_right(self):
        for rate in (4.25, 4.26):
            move = self.in_euro(post=False)
            move.delivery_date = "2026-10-30"
            move.invoice_currency_rate = 1 / rate
            self.assertFalse(self.broken(move), rate)

    def test_the_rate_follows_the_taxable_supply_date(self):
        move = self.in_euro(taxable_supply_date="2026-10-30")
        self.assertFalse(self.broken(move))


class TestFa3AdvanceDay(AdvanceCase):
    """P_6 of an advance is the day on which it was paid."""

    def pay(self, move, **values):
        window = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        window.create(values)._create_payments()

    def told(self, move):
        return [problem.text for problem in move._l10n_pl_ksef_problems()]

    def test_an_advance_tells_the_day_of_its_payment(self):
        move = self.advance(self.order(), 30)
        self.pay(move, payment_date="2026-10-30")
        body = self.document(move).body
        self.assertEqual(str(body.sale_date), "2026-10-30")
        self.assertFalse(self.told(move))

    def test_an_advance_without_a_payment_is_told(self):
        move = self.advance(self.order(), 30)
        (text,) = self.told(move)
        self.assertIn("tells the day of the payment", text)
        self.assertIsNone(self.document(move).body.sale_date)
        move.taxable_supply_date = "2026-10-29"
        self.assertFalse(self.told(move))

    def test_the_parts_of_an_advance_have_their_days(self):
        move = self.advance(self.order(), 30)
        self.pay(move, payment_date="2026-10-28", amount=100)
        self.pay(move, payment_date="2026-10-30", amount=50)
        body = self.document(move).body
        told = [(str(one.received_on), one.amount) for one in body.advance_payments]
        self.assertEqual(told, [("2026-10-28", 100), ("2026-10-30", 50)])
        self.assertIsNone(body.sale_date)
