from odoo import api, fields, models
from odoo.exceptions import ValidationError

ROLES = [
    ("1", "Factor"),
    ("2", "Receiver"),
    ("3", "Original entity"),
    ("4", "Additional buyer"),
    ("5", "Issuer"),
    ("6", "Payer"),
    ("7", "Local government unit: issuer"),
    ("8", "Local government unit: receiver"),
    ("9", "VAT group: issuer"),
    ("10", "VAT group: receiver"),
    ("11", "Employee"),
]


class MoveParty(models.Model):
    """Somebody else on an invoice (*Podmiot3*), with the role they play there."""

    _name = "l10n_pl_ksef.move.party"
    _description = "Third Party on an Invoice"
    _inherit = ["l10n_pl_ksef.move.part"]
    _rec_name = "partner_id"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one("res.partner", "Third Party", required=True)
    role = fields.Selection(
        ROLES,
        required=True,
        default="2",
        help="What this party is in the invoice (Rola).",
    )
    share = fields.Float("Share (%)", help="Udzial, of an additional buyer.")

    @api.constrains("share")
    def _check_share(self):
        for party in self:
            if not 0 <= party.share <= 100:
                raise ValidationError(
                    self.env._("The share of a buyer is between 0 and 100 percent.")
                )


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_party_ids = fields.One2many(
        "l10n_pl_ksef.move.party", "move_id", "Third Parties", copy=True
    )


class ResPartner(models.Model):
    """What FA(3) wants to know of a buyer and Odoo does not."""

    _inherit = "res.partner"

    l10n_pl_ksef_jst = fields.Boolean(
        "Local Government Unit",
        help="Invoices are for a sub-unit of a local government unit, which "
        "is named as a third party (JST).",
    )
    l10n_pl_ksef_vat_group = fields.Boolean(
        "Member of a VAT Group",
        help="Invoices are for a member of a VAT group, which is named as a "
        "third party (GV).",
    )
    l10n_pl_ksef_internal_id = fields.Char(
        "Internal Number in KSeF",
        help="The identifier of a sub-unit: NIP, dash and five digits (IDWew).",
    )


class ResCompany(models.Model):
    """Numbers of a company in other registers, for the footer (*Stopka*)."""

    _inherit = "res.company"

    l10n_pl_ksef_krs = fields.Char("KRS")
    l10n_pl_ksef_regon = fields.Char("REGON")
    l10n_pl_ksef_bdo = fields.Char("BDO", help="Register of waste (BDO).")
    l10n_pl_ksef_footer = fields.Text(
        "Footer of Invoices in KSeF",
        help="Stands at the foot of every invoice (StopkaFaktury).",
    )
    l10n_pl_ksef_cash_method = fields.Boolean(
        "Cash Method of VAT", help="Metoda kasowa, for small taxpayers."
    )


class ProductTemplate(models.Model):
    """What FA(3) wants to know of goods and services and Odoo does not."""

    _inherit = "product.template"

    l10n_pl_ksef_annex15 = fields.Boolean(
        "Annex 15",
        help="Goods or service of annex 15 to the VAT act: split payment is compulsory "
        "above 15 000 PLN (P_12_Zal_15).",
    )
    l10n_pl_ksef_pkwiu = fields.Char("PKWiU")
    l10n_pl_ksef_cn = fields.Char("CN")
