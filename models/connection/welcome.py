from odoo import api, fields, models

from ..access import ADMINISTRATOR, allowed


class ResCompany(models.Model):
    """Who is welcomed, and which companies still need a connection to KSeF."""

    _inherit = "res.company"

    l10n_pl_ksef_welcomed_user_ids = fields.Many2many(
        "res.users",
        "l10n_pl_ksef_welcomed_rel",
        string="Welcomed to KSeF",
        groups=fields.NO_ACCESS,
        copy=False,
        help="These users have seen the welcome screen of KSeF.",
    )

    @api.model
    def l10n_pl_ksef_greeting(self):
        """Tell the web client whether the current company needs a connection.

        :return: {"welcome": bool, show the welcome screen; "banner": bool; "company"}
        """
        company = self.env.company
        needed = (
            company._l10n_pl_ksef_may_connect()
            and company.country_code == "PL"
            and not company._l10n_pl_ksef_connection()
        )
        taxpayer = company._l10n_pl_ksef_taxpayer()
        welcomed = self.env.user in taxpayer.l10n_pl_ksef_welcomed_user_ids
        return {
            "banner": needed,
            "welcome": needed and not welcomed,
            "company": taxpayer.name,
        }

    @api.model
    @allowed(ADMINISTRATOR)
    def l10n_pl_ksef_welcomed(self):
        """Note that the current user has seen the welcome screen; it stays away."""
        taxpayer = self.env.company._l10n_pl_ksef_taxpayer()
        taxpayer.l10n_pl_ksef_welcomed_user_ids = [(4, self.env.user.id)]


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        # EXTENDS 'web'
        info = super().session_info()
        if self.env.user._is_internal():
            greeting = self.env["res.company"].l10n_pl_ksef_greeting()
            info["l10n_pl_ksef_welcome"] = greeting["welcome"]
        return info
