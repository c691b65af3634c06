from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api import certificate as x509
from ..ksef_api.errors import CertificateError
from ..models.connection import ENVIRONMENTS


class CertificateUpload(models.TransientModel):
    """The window that takes a KSeF certificate with its key.

    The file is checked here; nothing is stored unless it can be used. An authentication
    certificate orders an authorisation, and once KSeF grants it the action that was
    begun
    goes on: ``move_ids`` are sent, or vendor bills are fetched.
    """

    _name = "l10n_pl_ksef.certificate.upload"
    _description = "KSeF: Add Certificate"
    _inherit = ["l10n_pl_ksef.typed.mixin"]
    _typed_secrets = ("certificate_file", "key_file", "password")

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    type = fields.Selection(
        [("authentication", "Authentication"), ("offline", "Offline")],
        required=True,
        default="authentication",
    )
    environment = fields.Selection(
        ENVIRONMENTS, required=True, default=lambda self: self._default_environment()
    )
    production_confirmed = fields.Boolean(
        "I know that invoices sent to production have legal effect and cannot be undone"
    )
    nip = fields.Char("NIP", compute="_compute_nip", store=True, readonly=False)
    certificate_file = fields.Binary(attachment=False)
    certificate_filename = fields.Char("Name of the Certificate File")
    key_file = fields.Binary(attachment=False)
    key_filename = fields.Char("Name of the Key File")
    password = fields.Char("Password of the Key")
    move_ids = fields.Many2many("account.move", string="Invoices to Send Afterwards")
    fetch_afterwards = fields.Boolean()
    connection_id = fields.Many2one("l10n_pl_ksef.connection", readonly=True)
    state = fields.Selection(related="connection_id.state")
    status_message = fields.Text(related="connection_id.status_message")

    def _default_environment(self):
        return self.env.company.l10n_pl_ksef_environment or "test"

    @api.depends("company_id")
    def _compute_nip(self):
        for wizard in self:
            wizard.nip = wizard.company_id.vat

    def _open(self):
        """Return the action that shows this window."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a KSeF certificate"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_add(self):
        """Check and store the certificate, authorise with it, then go on."""
        self.ensure_one()
        connections = self.env["l10n_pl_ksef.connection"]
        connections._check_manager()
        self._check_production()
        loaded = self._load()
        certificate = self.env["l10n_pl_ksef.certificate"]._add(self.company_id, loaded)
        # The key lives on sealed only.
        self.write({"key_file": False, "password": False, "certificate_file": False})
        if self.type == "offline":
            return {"type": "ir.actions.act_window_close"}
        self.connection_id = connections._connect(
            self.company_id,
            self.environment,
            "certificate",
            nip=self.nip,
            certificate_id=certificate.id,
        )
        self.connection_id.action_authorise()
        return self._go_on()

    def action_check(self):
        """Ask KSeF again, and go on when it has decided."""
        self.connection_id.action_check()
        return self._go_on()

    def _go_on(self):
        """Carry out the begun action when connected, else show how it stands."""
        if self.connection_id.state != "connected":
            return self._open()
        if self.move_ids:
            return self.move_ids.action_l10n_pl_ksef_send()
        if self.fetch_afterwards:
            journal = self.company_id._l10n_pl_ksef_bill_journal()
            return journal.action_l10n_pl_ksef_fetch()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The company is connected to KSeF."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_production(self):
        if (
            self.type == "authentication"
            and self.environment == "production"
            and not self.production_confirmed
        ):
            raise UserError(
                self.env._(
                    "Confirm that you mean production: invoices sent there have legal "
                    "effect."
                )
            )

    def _load(self):
        """Return the certificate in the files.

        :raise UserError: with a sentence about what is wrong with them
        """
        if not self.certificate_file:
            raise UserError(self.env._("Choose the file of the certificate."))
        try:
            loaded = x509.load(
                self._typed("certificate_file"),
                self._typed("key_file"),
                self._typed("password"),
            )
            if loaded.private_key is None:
                raise CertificateError("no_key")
            loaded.check(usage=self.type)
        except CertificateError as error:
            raise UserError(self._reason(error)) from error
        return loaded

    def _reason(self, error):
        """Return the sentence for ``error.reason``."""
        texts = {
            "wrong_password": self.env._("The password does not open the key."),
            "key_mismatch": self.env._(
                "The key does not belong to this certificate. Choose the key file that "
                "was downloaded together with it."
            ),
            "expired": self.env._("The certificate has expired. Generate a new one."),
            "not_yet_valid": self.env._("The certificate is not valid yet."),
            "wrong_usage": self._wrong_usage(),
            "not_a_certificate": self.env._(
                "The file is not a certificate. A PEM, DER (.crt, .cer) or PKCS#12 "
                "(.p12, "
                ".pfx) file is needed."
            ),
            "too_large": self.env._(
                "The file is larger than 1 MB; it is not the right one."
            ),
            "weak_key": self.env._(
                "The key is too weak for KSeF: RSA needs 2048 bits, EC the curve P-256."
            ),
            "no_key": self.env._("Choose the file of the private key as well."),
            "too_costly": self.env._(
                "The file is protected in an unusual way that would take the server "
                "too long to open. Save the key again with an ordinary protection."
            ),
            "unsupported_key": self.env._(
                "KSeF takes RSA keys and EC keys on the curve P-256 only."
            ),
        }
        return texts.get(error.reason) or self.env._(
            "The certificate cannot be used (%(reason)s).", reason=error.reason
        )

    def _wrong_usage(self):
        if self.type == "authentication":
            return self.env._(
                "This is an offline certificate. It signs QR codes only and cannot "
                "log in "
                "to KSeF: choose the authentication certificate."
            )
        return self.env._(
            "This is an authentication certificate. Choose the offline certificate, or "
            "add this one in the window for authentication certificates."
        )
