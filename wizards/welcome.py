from odoo import models

from ..models.access import ADMINISTRATOR, allowed


class Welcome(models.TransientModel):
    """The welcome screen after the first login of an accounting administrator.

    It comes once for each user and company; the banner on the dashboard stays.
    """

    _name = "l10n_pl_ksef.welcome"
    _description = "KSeF: Welcome"
    _inherit = ["l10n_pl_ksef.window"]

    @allowed(ADMINISTRATOR)
    def action_sign_once(self):
        """Open the window that connects by a signed file and orders certificates."""
        return self.env.company._l10n_pl_ksef_ask_signature()

    @allowed(ADMINISTRATOR)
    def action_add_certificate(self):
        """Open the window for an authentication certificate."""
        return self.env.company._l10n_pl_ksef_ask_certificate()

    @allowed(ADMINISTRATOR)
    def action_other_method(self):
        """Open the window with all three methods."""
        return self.env.company._l10n_pl_ksef_ask_connection()
