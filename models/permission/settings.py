from odoo import fields, models

from ..access import ADMINISTRATOR, allowed


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_rights_missing = fields.Text(
        related="l10n_pl_ksef_connection_id.rights_missing"
    )

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_rights(self):
        """Open the connection, which says what its login may do."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "l10n_pl_ksef.connection",
            "res_id": self.l10n_pl_ksef_connection_id.id,
            "views": [(False, "form")],
        }
