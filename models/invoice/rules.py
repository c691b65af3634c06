"""The table of what the law wants of an invoice, told before it is sent.

Each row is one rule: what checks it (in `rule_checks.py`), the place of the law or of
the official description of FA(3), and where it is mended. What an invoice merely lacks
is told in `problems.py`.
"""

from typing import NamedTuple

from odoo import models

from .problems import Problem

ACT = "ustawa o VAT"
FORM = "FA(3)"


class Rule(NamedTuple):
    """One rule.

    check: `_l10n_pl_ksef_rule_<check>` returns a sentence where the rule is broken
    law: the place that says so, as Polish accountants cite it
    where: the record that is mended, see `_l10n_pl_ksef_rule_record`
    field: its field
    is_warning: KSeF takes the invoice and the law lets it be issued all the same
    """

    check: str
    law: str
    where: str
    field: str
    is_warning: bool = False


RULES = (
    # who sells, who buys
    Rule("wdt_number", f"art. 42 ust. 1 pkt 1, {ACT}", "buyer", "vat"),
    Rule("np2_number", f"art. 106e ust. 1 pkt 24 lit. b, {ACT}", "buyer", "vat"),
    Rule("oo_abroad", f"art. 145e ust. 1, {ACT}", "move", "invoice_line_ids"),
    Rule("jst_receiver", f"{FORM}, JST", "move", "l10n_pl_ksef_party_ids"),
    Rule("group_receiver", f"{FORM}, GV", "move", "l10n_pl_ksef_party_ids"),
    Rule("issuer_is_buyer", f"{FORM}, Rola 5", "move", "l10n_pl_ksef_party_ids"),
    Rule("sellers_phone", f"{FORM}, Telefon", "seller", "phone", is_warning=True),
    Rule("buyers_phone", f"{FORM}, Telefon", "contact", "phone", is_warning=True),
    # marks
    Rule(
        "np1_mark",
        f"art. 106e ust. 1 pkt 18, {ACT}",
        "move",
        "l10n_pl_ksef_reverse_charge",
        is_warning=True,
    ),
    Rule("exempt_kinds", f"{FORM}, P_19A-C", "move", "invoice_line_ids"),
    # days and rates
    Rule(
        "advance_day",
        f"art. 106e ust. 1 pkt 6, {ACT}",
        "move",
        "taxable_supply_date",
        is_warning=True,
    ),
    Rule(
        "exchange_rate",
        f"art. 31a, {ACT}",
        "move",
        "invoice_currency_rate",
        is_warning=True,
    ),
    # payment
    Rule("bank_account", f"{FORM}, NrRB", "bank", "acc_number"),
    Rule(
        "split_account",
        f"art. 108a ust. 2, {ACT}",
        "move",
        "partner_bank_id",
        is_warning=True,
    ),
    Rule(
        "factor_account",
        f"{FORM}, RachunekBankowyFaktora",
        "factor",
        "bank_ids",
        is_warning=True,
    ),
    # corrections
    Rule(
        "taken_back",
        f"art. 106j ust. 2 pkt 5, {ACT}",
        "move",
        "l10n_pl_ksef_corrected_ids",
    ),
)


class AccountMove(models.Model):
    """Goes through the table."""

    _inherit = "account.move"

    def _l10n_pl_ksef_problems(self):
        return super()._l10n_pl_ksef_problems() + self._l10n_pl_ksef_broken_rules()

    def _l10n_pl_ksef_broken_rules(self):
        """Return a ``Problem`` for each rule of the table that is broken."""
        found = []
        for rule in RULES:
            if text := getattr(self, f"_l10n_pl_ksef_rule_{rule.check}")():
                record = self._l10n_pl_ksef_rule_record(rule.where)
                found.append(
                    Problem(
                        self.env._("%(rule)s (%(law)s)", rule=text, law=rule.law),
                        record,
                        rule.field,
                        is_warning=rule.is_warning,
                    )
                )
        return found

    def _l10n_pl_ksef_rule_record(self, where):
        return {
            "move": lambda: self,
            "buyer": self._l10n_pl_ksef_partner_buying,
            "contact": self._l10n_pl_ksef_buyers_contact,
            "seller": self._l10n_pl_ksef_partner_selling,
            "bank": self._l10n_pl_ksef_bank_account,
            "factor": self._l10n_pl_ksef_factor,
        }[where]()
