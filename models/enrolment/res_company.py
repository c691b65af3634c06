from odoo import fields, models

from ..access import ADMINISTRATOR, allowed


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_renew_days = fields.Integer(
        "Order the Next Certificate",
        default=60,
        help="So many days before a KSeF certificate ends the next one is ordered.",
    )
    l10n_pl_ksef_may_export = fields.Boolean(
        "Certificates May Be Exported",
        help="Accounting administrators may export a certificate with its key, under a "
        "password, for another computer or a till. The others are told of each export.",
    )

    _l10n_pl_ksef_renew_days_positive = models.Constraint(
        "CHECK(l10n_pl_ksef_renew_days BETWEEN 1 AND 365)",
        "The next certificate can be ordered 1 to 365 days before the end.",
    )

    def _l10n_pl_ksef_order_window(self, types=None, **values):
        """Return the window that orders certificates in KSeF.

        :param types: those to be ordered; by default what the company lacks
        """
        taxpayer = self._l10n_pl_ksef_taxpayer()
        connection = self._l10n_pl_ksef_connection()
        if types is None:
            types = self.env["l10n_pl_ksef.enrolment"]._lacking(taxpayer)
        return self.env["l10n_pl_ksef.order.certificates"].create(
            {
                "company_id": taxpayer.id,
                "environment": connection.environment or "production",
                "nip": connection.nip or self._l10n_pl_ksef_nip(),
                "connection_id": connection.id,
                "order_authentication": "authentication" in types,
                "order_offline": "offline" in types,
                **values,
            }
        )

    def _l10n_pl_ksef_ask_signature(self, send=None, fetch=False):
        """Return the window that connects by one signed file, through which both
        certificates are ordered; then the begun action goes on."""
        window = self._l10n_pl_ksef_window("connect", send, fetch)
        window.method = "signed_file"
        return window._open()


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_renew_days = fields.Integer(
        related="company_id.l10n_pl_ksef_renew_days", readonly=False
    )
    l10n_pl_ksef_may_export = fields.Boolean(
        related="company_id.l10n_pl_ksef_may_export", readonly=False
    )
    l10n_pl_ksef_certificate_way = fields.Text(
        related="l10n_pl_ksef_connection_id.certificate_way",
        string="The Way to Certificates",
    )

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_order_certificates(self):
        """Order the certificates that the company lacks; connect it first, where it is
        not yet."""
        company = self.company_id
        if not company._l10n_pl_ksef_connection():
            return company._l10n_pl_ksef_ask_signature()
        window = company._l10n_pl_ksef_order_window()
        window._look()
        return window._open()

    @allowed(ADMINISTRATOR)
    def action_l10n_pl_ksef_listed(self):
        """Show all certificates that KSeF has for whoever is logged in."""
        taxpayer = self.company_id._l10n_pl_ksef_taxpayer()
        return self.env["l10n_pl_ksef.listed.certificate"]._open_for(taxpayer)
