from odoo import models

# What of a company's settings needs rights in KSeF (`_needed_scopes`).
NEED_RIGHTS = {
    "l10n_pl_ksef_send_on_validation",
    "l10n_pl_ksef_fetch_automatically",
    "l10n_pl_ksef_fetch_buyer",
    "l10n_pl_ksef_fetch_third",
    "l10n_pl_ksef_fetch_authorised",
    "l10n_pl_ksef_fetch_seller",
    "l10n_pl_ksef_payment_titles",
}


class ResCompany(models.Model):
    """What is switched on is compared at once with the rights that are known, so that
    a missing one is told before KSeF refuses; KSeF is not asked for that."""

    _inherit = "res.company"

    def write(self, vals):
        # EXTENDS 'base'
        result = super().write(vals)
        if NEED_RIGHTS & vals.keys():
            for company in self:
                connection = company._l10n_pl_ksef_connection()
                if connection.state == "connected" and connection.rights:
                    connection._in_company_language()._compare_rights()
        return result
