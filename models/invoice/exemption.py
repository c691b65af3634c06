"""By which provision a sale is exempt (*P_19A*, *P_19B*, *P_19C*).

It is told on the line, else on its product, else on its tax: who issues invoices may
not change taxes, and one tax serves many provisions.
"""

from odoo import api, fields, models

from ...ksef_api import fa3

EXEMPT = "zw"


class ExemptionMixin(models.AbstractModel):
    _name = "l10n_pl_ksef.exemption.mixin"
    _description = "KSeF: Legal Basis of an Exemption"

    l10n_pl_ksef_exemption = fields.Char(
        "Legal Basis of the Exemption",
        help="Provision that exempts, for example art. 43 ust. 1 pkt 29.",
    )
    l10n_pl_ksef_exemption_kind = fields.Selection(
        [
            ("act", "Polish VAT act or regulation (P_19A)"),
            ("directive", "Directive 2006/112/EC (P_19B)"),
            ("other", "Another legal basis (P_19C)"),
        ],
        "Kind of Legal Basis",
    )


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "l10n_pl_ksef.exemption.mixin"]


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "l10n_pl_ksef.exemption.mixin"]

    l10n_pl_ksef_is_exempt = fields.Boolean(
        "Exempt from VAT", compute="_compute_l10n_pl_ksef_is_exempt"
    )

    @api.depends("tax_ids.l10n_pl_ksef_rate", "move_id.move_type")
    def _compute_l10n_pl_ksef_is_exempt(self):
        for line in self:
            tax = line.move_id._l10n_pl_ksef_rated(line)
            line.l10n_pl_ksef_is_exempt = tax.l10n_pl_ksef_rate == EXEMPT

    def _l10n_pl_ksef_basis(self):
        """Return (kind, provision) by which this line is exempt; None of one that is
        taxed, and no provision where nobody told it.
        """
        self.ensure_one()
        if not self.l10n_pl_ksef_is_exempt:
            return None
        tax = self.move_id._l10n_pl_ksef_rated(self)
        places = (self, self.product_id.product_tmpl_id, tax)
        told = [place for place in places if place.l10n_pl_ksef_exemption]
        if not told:
            return "act", ""
        kind = told[0].l10n_pl_ksef_exemption_kind or "act"
        return kind, told[0].l10n_pl_ksef_exemption

    def _l10n_pl_ksef_lacks_basis(self):
        """Tell whether this line is exempt and nothing says by which provision."""
        basis = self._l10n_pl_ksef_basis()
        return bool(basis) and not basis[1]


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_has_exempt = fields.Boolean(
        "Has Lines Exempt from VAT", compute="_compute_l10n_pl_ksef_has_exempt"
    )

    @api.depends("invoice_line_ids.l10n_pl_ksef_is_exempt", "country_code")
    def _compute_l10n_pl_ksef_has_exempt(self):
        for move in self:
            lines = move.invoice_line_ids
            is_polish = move.country_code == "PL" and move._l10n_pl_ksef_is_ours()
            move.l10n_pl_ksef_has_exempt = is_polish and any(
                lines.mapped("l10n_pl_ksef_is_exempt")
            )

    def _l10n_pl_ksef_fa3_exemption(self):
        """Return the legal basis of the exempt lines; FA(3) takes one kind of it."""
        bases = [line._l10n_pl_ksef_basis() for line in self._l10n_pl_ksef_lines()]
        bases = [basis for basis in bases if basis]
        if not bases:
            return fa3.Exemption()
        provisions = dict.fromkeys(provision for _kind, provision in bases if provision)
        return fa3.Exemption(**{bases[0][0]: "; ".join(provisions)})
