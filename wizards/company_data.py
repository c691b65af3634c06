from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api.nip import normalize_nip
from ..models.access import ADMINISTRATOR, allowed
from ..models.client_actions import reload_page
from ..models.vault.vault import VaultError


class CompanyData(models.TransientModel):
    """The window that fetches a company's name and address from GUS REGON by NIP.

    What was found is shown first; the company changes only when the user takes it over.
    """

    _name = "l10n_pl_ksef.company.data"
    _description = "KSeF: Company Data from GUS REGON"
    _inherit = ["l10n_pl_ksef.typed.mixin"]
    _typed_secrets = ("user_key",)

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    nip = fields.Char(
        "NIP", required=True, default=lambda self: self.env.company.vat or ""
    )
    user_key = fields.Char("User Key from GUS")
    has_key = fields.Boolean("A key is stored", compute="_compute_has_key")
    is_found = fields.Boolean("Found", readonly=True)
    is_closed = fields.Boolean("Business Has Ended", readonly=True)
    name = fields.Char("Company Name")
    street = fields.Char()
    zip = fields.Char("ZIP")
    city = fields.Char()
    regon = fields.Char("REGON", readonly=True)
    krs = fields.Char("KRS", readonly=True)

    @api.depends("company_id")
    def _compute_has_key(self):
        for window in self:
            # sudo: nobody may read the sealed key; only whether there is one
            company = window.company_id._l10n_pl_ksef_taxpayer().sudo()
            window.has_key = bool(company.l10n_pl_ksef_gus_key_sealed)

    @allowed(ADMINISTRATOR)
    def action_fetch(self):
        """Ask GUS REGON and show what it says."""
        self.ensure_one()
        try:
            user_key, self.user_key = self._typed("user_key"), False
            found = self.company_id._l10n_pl_ksef_find_company(self.nip, user_key)
        except VaultError as error:
            raise UserError(
                self.env._("The stored key cannot be opened. Enter it again.")
            ) from error
        self.write(
            {
                "is_found": True,
                "is_closed": found.is_closed,
                "name": found.name,
                "street": found.address_line,
                "zip": found.zip,
                "city": found.city,
                "regon": found.regon,
                "krs": found.krs,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fetch Company Data"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @allowed(ADMINISTRATOR)
    def action_apply(self):
        """Write name, address and NIP to the company."""
        self.ensure_one()
        if not self.name:
            raise UserError(self.env._("Fetch the data from GUS first."))
        # sudo: who looks after the accounts need not be allowed to write companies
        self.company_id.sudo().write(
            {
                "name": self.name,
                "vat": f"PL{normalize_nip(self.nip)}",
                "street": self.street,
                "street2": False,
                "zip": self.zip,
                "city": self.city,
                "country_id": self.env.ref("base.pl").id,
            }
        )
        return reload_page()
