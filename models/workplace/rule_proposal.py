"""*Make a rule of this*: the rule that would have done what a person corrected."""

from odoo import api, fields, models

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from ..access import BILLING, allowed

CORRECTED = {"account_id", "product_id", "tax_ids", "analytic_distribution"}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    l10n_pl_ksef_line_number = fields.Integer(
        "Line of the Invoice in KSeF", readonly=True, copy=False
    )
    l10n_pl_ksef_is_corrected = fields.Boolean(
        "Corrected by a Person", readonly=True, copy=False
    )

    def write(self, vals):
        result = super().write(vals)
        if CORRECTED & vals.keys() and not self.env.su:
            self._l10n_pl_ksef_note_corrected()
        return result

    def _l10n_pl_ksef_note_corrected(self):
        """Somebody decided on these otherwise than the program had."""
        lines = self.filtered("l10n_pl_ksef_line_number")
        if lines and lines.company_id._l10n_pl_ksef_uses("rules"):
            lines.l10n_pl_ksef_is_corrected = True

    def _l10n_pl_ksef_booking(self):
        """Return what rules decide of a line."""
        self.ensure_one()
        analytic = tuple(sorted((self.analytic_distribution or {}).items()))
        return self.product_id, self.account_id, self.tax_ids, analytic

    def _l10n_pl_ksef_chosen_tax(self, company):
        """Return the line's tax where the program would have taken another one."""
        tax = self.tax_ids[:1]
        if len(self.tax_ids) != 1 or not tax.l10n_pl_ksef_rate:
            return tax.browse()
        taxes = tax._l10n_pl_ksef_purchase_taxes(company).get(tax.l10n_pl_ksef_rate)
        usual = taxes and taxes._l10n_pl_ksef_best(company)
        return tax if taxes and tax in taxes and tax != usual else tax.browse()


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_rule_proposal = fields.Char(
        "Proposed Rule", compute="_compute_l10n_pl_ksef_rule_proposal"
    )

    def write(self, vals):
        result = super().write(vals)
        if "journal_id" in vals and not self.env.su:
            self.invoice_line_ids._l10n_pl_ksef_note_corrected()
        return result

    def _l10n_pl_ksef_import_line(self, line, price, sums, bill_import, tools):
        # EXTENDS l10n_pl_ksef/models/bill/lines.py
        values = super()._l10n_pl_ksef_import_line(
            line, price, sums, bill_import, tools
        )
        return {**values, "l10n_pl_ksef_line_number": line.number}

    @api.depends("invoice_line_ids.l10n_pl_ksef_is_corrected")
    def _compute_l10n_pl_ksef_rule_proposal(self):
        for move in self:
            values = move._l10n_pl_ksef_proposed_rule()
            rule = self.env["l10n_pl_ksef.rule"].new(values) if values else None
            move.l10n_pl_ksef_rule_proposal = rule and self.env._(
                "%(why)s → %(told)s",
                why="; ".join(rule._conditions()),
                told=", ".join(rule._results()),
            )

    def _l10n_pl_ksef_proposed_rule(self):
        """Return values of the rule that would have done it; none where nothing was
        corrected.
        """
        self.ensure_one()
        ours = self.invoice_line_ids.filtered("l10n_pl_ksef_line_number")
        line = ours.filtered("l10n_pl_ksef_is_corrected")[:1]
        if not line or not self.is_purchase_document() or not self.partner_id:
            return {}
        vendor = self.commercial_partner_id
        company = self.company_id.l10n_pl_ksef_taxpayer_id
        journal = self.journal_id - company._l10n_pl_ksef_bill_journal()
        product = line.product_id
        values = {
            "name": vendor.name,
            "company_id": company.id,
            "partner_id": vendor.id,
            "journal_id": journal.id,
            "product_id": product.id,
            "account_id": line.account_id.id,
            "tax_id": line._l10n_pl_ksef_chosen_tax(company).id,
            "analytic_distribution": line.analytic_distribution or False,
        }
        if any(
            other._l10n_pl_ksef_booking() != line._l10n_pl_ksef_booking()
            for other in ours
        ):
            text = self._l10n_pl_ksef_text_of(line)
            values["line_text"] = text.replace(";", " ")
            values["name"] = f"{vendor.name}: {text}"
        return values

    def _l10n_pl_ksef_text_of(self, line):
        """Return what the document calls a line."""
        try:
            document = fa3.read(self._l10n_pl_ksef_received_file() or b"").document
        except DocumentError:
            return line.name or ""
        number = line.l10n_pl_ksef_line_number
        names = [row.name for row in document.body.lines if row.number == number]
        return (names and names[0]) or line.name or ""

    @allowed(BILLING, operation="write")
    def action_l10n_pl_ksef_make_rule(self):
        """Make the proposed rule; what people have decided before it gives way."""
        # Whoever books may have their own decision repeated: such a rule names nobody.
        # sudo: only administrators write rules; this one says nothing of approval
        rules = self.env["l10n_pl_ksef.rule"].sudo()
        for move in self:
            values = move._l10n_pl_ksef_proposed_rule()
            if not values or not move.company_id._l10n_pl_ksef_uses("rules"):
                continue
            rules._accept(values)
        return self.action_l10n_pl_ksef_no_rule()

    @allowed(BILLING, operation="write")
    def action_l10n_pl_ksef_no_rule(self):
        """What was corrected here was meant for this bill alone, or has its rule."""
        self.invoice_line_ids.l10n_pl_ksef_is_corrected = False
        return True


class Rule(models.Model):
    _inherit = "l10n_pl_ksef.rule"

    def _accept(self, values):
        """Make a rule that comes first, or change the one with its conditions."""
        same = self.search(
            [
                ("company_id", "=", values["company_id"]),
                ("partner_id", "=", values["partner_id"]),
                ("line_text", "=", values.get("line_text", False)),
            ]
        ).filtered(lambda rule: rule._asks_no_more())
        if same:
            same[0].write({**values, "name": same[0].name})
            return same[0]
        first = self.search([("company_id", "=", values["company_id"])], limit=1)
        return self.create({**values, "sequence": (first.sequence or 10) - 1})

    def _asks_no_more(self):
        """Tell whether vendor and text of a line are all that it asks."""
        others = ("unit", "number", "kind", "currency_id", "amount_from", "amount_to")
        return not any(self[name] for name in (*others, "line_code"))
