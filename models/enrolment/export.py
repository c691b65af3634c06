from odoo import fields, models
from odoo.exceptions import UserError

from ..access import ADMINISTRATOR, allowed


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    may_export = fields.Boolean(related="company_id.l10n_pl_ksef_may_export")

    @allowed(ADMINISTRATOR)
    def action_export(self):
        """Open the window that hands out this certificate with its key."""
        self.ensure_one()
        self._check_may_export()
        window = self.env["l10n_pl_ksef.certificate.export"].create(
            {"company_id": self.company_id.id, "certificate_id": self.id}
        )
        return window._open()

    def _check_may_export(self):
        """:raise UserError: the company does not let certificates be exported"""
        if not self.may_export:
            raise UserError(
                self.env._(
                    "Certificates are not exported in this company. An accounting "
                    "administrator can allow it in the settings of KSeF."
                )
            )

    def _log_export(self):
        """Note who takes this certificate with its key, and tell the administrators."""
        text = self.env._(
            "%(user)s exported the certificate with its key, under a password.",
            user=self.env.user.name,
        )
        # sudo: nobody may write certificates, this code does
        self.sudo().message_post(body=text, author_id=self.env.user.partner_id.id)
        self.env["l10n_pl_ksef.notification"]._notify(
            "certificate_exported", self, occasion=fields.Datetime.now(), details=text
        )
