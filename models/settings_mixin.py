from odoo import api, fields, models
from odoo.exceptions import UserError

from .access import ADMINISTRATOR, allowed


class SettingsMixin(models.AbstractModel):
    """The KSeF settings of one company, for Odoo's settings and for our own page.

    Fields live here, their places in ``views/res_config_settings_views.xml``; both
    pages show the same blocks.
    """

    _name = "l10n_pl_ksef.settings.mixin"
    _description = "KSeF: Settings of a Company"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    l10n_pl_ksef_is_branch = fields.Boolean(
        "Uses KSeF of Its Parent", compute="_compute_l10n_pl_ksef_records"
    )
    l10n_pl_ksef_taxpayer_name = fields.Char(
        "Taxpayer in KSeF", compute="_compute_l10n_pl_ksef_records"
    )
    l10n_pl_ksef_connection_id = fields.Many2one(
        "l10n_pl_ksef.connection",
        "Connection to KSeF",
        compute="_compute_l10n_pl_ksef_records",
    )
    l10n_pl_ksef_connection_state = fields.Selection(
        related="l10n_pl_ksef_connection_id.state", string="KSeF Connection"
    )
    l10n_pl_ksef_environment = fields.Selection(
        related="l10n_pl_ksef_connection_id.environment"
    )
    l10n_pl_ksef_nip = fields.Char(related="l10n_pl_ksef_connection_id.nip")
    l10n_pl_ksef_connection_name = fields.Char(
        related="l10n_pl_ksef_connection_id.name"
    )
    l10n_pl_ksef_method = fields.Selection(related="l10n_pl_ksef_connection_id.method")
    l10n_pl_ksef_status_message = fields.Text(
        related="l10n_pl_ksef_connection_id.status_message"
    )
    l10n_pl_ksef_certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        "Authentication Certificate",
        compute="_compute_l10n_pl_ksef_records",
    )
    l10n_pl_ksef_certificate_status = fields.Selection(
        related="l10n_pl_ksef_certificate_id.status",
        string="Status of the Authentication Certificate",
    )
    l10n_pl_ksef_certificate_valid_to = fields.Datetime(
        related="l10n_pl_ksef_certificate_id.valid_to"
    )
    l10n_pl_ksef_offline_certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        "Offline Certificate",
        compute="_compute_l10n_pl_ksef_records",
    )
    l10n_pl_ksef_offline_certificate_status = fields.Selection(
        related="l10n_pl_ksef_offline_certificate_id.status",
        string="Status of the Offline Certificate",
    )
    l10n_pl_ksef_offline_certificate_valid_to = fields.Datetime(
        related="l10n_pl_ksef_offline_certificate_id.valid_to",
        string="Offline Certificate Valid Until",
    )
    l10n_pl_ksef_send_on_validation = fields.Boolean(
        related="company_id.l10n_pl_ksef_send_on_validation", readonly=False
    )

    @api.depends("company_id")
    def _compute_l10n_pl_ksef_records(self):
        certificates = self.env["l10n_pl_ksef.certificate"]
        for settings in self:
            company = settings.company_id
            taxpayer = company._l10n_pl_ksef_taxpayer()
            settings.l10n_pl_ksef_is_branch = company != taxpayer
            settings.l10n_pl_ksef_taxpayer_name = taxpayer.display_name
            connection = company._l10n_pl_ksef_connection()
            settings.l10n_pl_ksef_connection_id = connection
            settings.l10n_pl_ksef_certificate_id = (
                connection.certificate_id
                or certificates._newest(company, "authentication")
            )
            settings.l10n_pl_ksef_offline_certificate_id = certificates._newest(
                company, "offline"
            )

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_connect(self):
        """Open the window that connects the company to KSeF."""
        return self.company_id._l10n_pl_ksef_ask_connection()

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_add_certificate(self):
        """Open the window for an authentication certificate."""
        return self.company_id._l10n_pl_ksef_ask_certificate()

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_add_offline_certificate(self):
        """Open the window for an offline certificate."""
        return self.company_id._l10n_pl_ksef_ask_certificate(type="offline")

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_certificates(self):
        """Show every certificate, also earlier ones."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_certificate"
        )
        taxpayer = self.company_id.l10n_pl_ksef_taxpayer_id
        return {**action, "domain": [("company_id", "=", taxpayer.id)]}

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_check(self):
        return self._l10n_pl_ksef_connection().action_check()

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_authorise(self):
        return self._l10n_pl_ksef_connection().action_authorise()

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_go_on(self):
        """Open the window in which the signed file is downloaded and uploaded."""
        return self._l10n_pl_ksef_connection().action_sign()

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_disconnect(self):
        return self._l10n_pl_ksef_connection().action_disconnect()

    def _l10n_pl_ksef_connection(self):
        """Return the connection that the page is about.

        :raise UserError: it was disconnected since the page was opened
        """
        if not self.l10n_pl_ksef_connection_id:
            raise UserError(self.env._("The company is not connected to KSeF."))
        return self.l10n_pl_ksef_connection_id
