import io
import zipfile

from odoo import fields, models
from odoo.exceptions import UserError

from ..ksef_api.enrolment import certificate_name
from ..models.access import ADMINISTRATOR, allowed
from ..models.client_actions import close_window

SHORTEST_PASSWORD = 12


class CertificateExport(models.TransientModel):
    """The window that hands out a certificate with its key, for another computer.

    Only where the company allows it. The file is made when it is downloaded, once, and
    kept nowhere; it is written down and told before it leaves.
    """

    _name = "l10n_pl_ksef.certificate.export"
    _description = "KSeF: Export a Certificate"
    _inherit = ["l10n_pl_ksef.typed.mixin"]
    _typed_secrets = ("password", "repeated")

    company_id = fields.Many2one("res.company", required=True)
    certificate_id = fields.Many2one("l10n_pl_ksef.certificate", required=True)
    password = fields.Char()
    repeated = fields.Char("Password Again")

    def _open(self):
        """Return the action that shows this window."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export a certificate with its key"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @allowed(ADMINISTRATOR)
    def action_export(self):
        """Let the browser download the file."""
        self.ensure_one()
        self.certificate_id._check_may_export()
        self._check_password()
        return {
            "type": "ir.actions.client",
            "tag": "l10n_pl_ksef.download",
            "params": {
                "url": f"/l10n_pl_ksef/certificate/{self.id}",
                "next": close_window(),
            },
        }

    def _check_password(self):
        password = self._typed("password") or ""
        if len(password) < SHORTEST_PASSWORD:
            raise UserError(
                self.env._(
                    "Choose a password of at least %(count)s characters: whoever has "
                    "the file and the password acts for the company in KSeF.",
                    count=SHORTEST_PASSWORD,
                )
            )
        if password != self._typed("repeated"):
            raise UserError(self.env._("The two passwords differ."))

    def _take_file(self):
        """Return ``(name, content)`` of the file (ZIP), once. It is written down and
        told before.

        :raise UserError: no password, or it was taken already
        """
        self.ensure_one()
        self.certificate_id._check_may_export()
        self._check_password()
        password = self._typed("password")
        self.write({"password": False, "repeated": False})
        self.certificate_id._log_export()
        loaded = self.certificate_id._load()
        name = certificate_name(self.certificate_id.name).replace(" ", "_")
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for end, data in loaded.files(password).items():
                archive.writestr(f"{name}.{end}", data)
        return f"{name}.zip", content.getvalue()
