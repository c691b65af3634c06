from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    l10n_pl_ksef_connection_id = fields.Many2one(
        "l10n_pl_ksef.connection",
        "Connection to KSeF",
        compute="_compute_l10n_pl_ksef_connection_id",
    )
    l10n_pl_ksef_connection_state = fields.Selection(
        related="l10n_pl_ksef_connection_id.state", string="KSeF Connection"
    )
    l10n_pl_ksef_environment = fields.Selection(
        related="l10n_pl_ksef_connection_id.environment"
    )
    l10n_pl_ksef_nip = fields.Char(related="l10n_pl_ksef_connection_id.nip")
    l10n_pl_ksef_status_message = fields.Text(
        related="l10n_pl_ksef_connection_id.status_message"
    )
    l10n_pl_ksef_send_on_validation = fields.Boolean(
        related="company_id.l10n_pl_ksef_send_on_validation", readonly=False
    )

    def _compute_l10n_pl_ksef_connection_id(self):
        for settings in self:
            settings.l10n_pl_ksef_connection_id = (
                settings.company_id._l10n_pl_ksef_connection()
            )

    def action_l10n_pl_ksef_add_certificate(self):
        return self.company_id._l10n_pl_ksef_ask_certificate()

    def action_l10n_pl_ksef_check(self):
        return self.l10n_pl_ksef_connection_id.action_check()

    def action_l10n_pl_ksef_authorise(self):
        return self.l10n_pl_ksef_connection_id.action_authorise()

    def action_l10n_pl_ksef_disconnect(self):
        return self.l10n_pl_ksef_connection_id.action_disconnect()
