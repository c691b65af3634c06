import base64
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api import certificate as x509
from ..ksef_api.errors import CertificateError
from ..ksef_api.nip import normalize_nip
from ..models.access import ADMINISTRATOR, allowed
from ..models.client_actions import close_window
from ..models.vault.vault import VaultError


class CertificateUpload(models.TransientModel):
    """The window that takes a KSeF certificate with its key.

    The file is checked here; nothing is stored unless it can be used. An authentication
    certificate orders an authorisation.
    """

    _name = "l10n_pl_ksef.certificate.upload"
    _description = "KSeF: Add Certificate"
    _inherit = ["l10n_pl_ksef.connect.mixin"]
    _typed_secrets = ("certificate_file", "key_file", "password")

    type = fields.Selection(
        [("authentication", "Authentication"), ("offline", "Offline")],
        required=True,
        default="authentication",
    )
    certificate_file = fields.Binary(attachment=False)
    certificate_filename = fields.Char("Name of the Certificate File")
    key_file = fields.Binary(attachment=False)
    key_filename = fields.Char("Name of the Key File")
    password = fields.Char("Password of the Key")
    certificate_nip = fields.Char(
        "NIP in the Certificate", compute="_compute_certificate_nip", store=True
    )
    nip_warning = fields.Text(compute="_compute_nip_warning")

    @api.depends("certificate_file")
    def _compute_certificate_nip(self):
        for window in self:
            # One in a file with a password is known when that is opened.
            with suppress(CertificateError, VaultError, ValueError):
                window.certificate_nip = x509.load(window._chosen(), None, None).nip

    def _chosen(self):
        """Return the chosen file, sealed already or only being chosen."""
        with suppress(VaultError, ValueError):
            return self._typed("certificate_file") or b""
        return base64.b64decode(self.certificate_file or b"")

    @api.depends("certificate_nip", "nip", "type")
    def _compute_nip_warning(self):
        for window in self:
            theirs, ours = window.certificate_nip, normalize_nip(window.nip or "")
            differs = window.type == "authentication" and theirs and theirs != ours
            window.nip_warning = differs and self.env._(
                "The certificate is of NIP %(theirs)s, the company's NIP is %(ours)s. "
                "KSeF takes it only if %(ours)s has given %(theirs)s a permission in "
                "KSeF. Otherwise choose the certificate of %(ours)s.",
                theirs=theirs,
                ours=ours,
            )

    def _title(self):
        if self.type == "offline":
            return self.env._("Add an offline certificate")
        return self.env._("Add an authentication certificate")

    @allowed(ADMINISTRATOR)
    def action_add(self):
        """Check and store the certificate, authorise with it, then go on."""
        self.ensure_one()
        if self.type == "authentication":
            self._check_answers()
        loaded = self._load()
        if loaded.nip != self.certificate_nip:
            self.certificate_nip = loaded.nip
            if self.nip_warning:
                # It is told first, and added with the next click.
                return self._open()
        certificate = self.env["l10n_pl_ksef.certificate"]._add(self.company_id, loaded)
        # The key lives on sealed only.
        self.write({"key_file": False, "password": False, "certificate_file": False})
        if self.type == "offline":
            if self.move_ids:
                return self.move_ids._l10n_pl_ksef_issue_offline()
            return close_window()
        self._connect("certificate", certificate_id=certificate.id)
        self.connection_id.action_authorise()
        return self._go_on()

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
                "(.p12, .pfx) file is needed."
            ),
            "too_large": self.env._(
                "The file is larger than 1 MB; it is not the right one."
            ),
            "weak_key": self.env._(
                "The key is too weak for KSeF: RSA needs 2048 bits, EC the curve P-256."
            ),
            "damaged": self.env._(
                "The file is damaged, or was made by a program that does not keep to "
                "the standard. Download it again."
            ),
            "no_usage": self.env._(
                "This certificate is not made for signing. Choose the one that KSeF "
                "gave you."
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
                "This is an offline certificate. It signs QR codes only and cannot log "
                "in to KSeF: choose the authentication certificate."
            )
        return self.env._(
            "This is an authentication certificate. Choose the offline certificate, or "
            "add this one in the window for authentication certificates."
        )
