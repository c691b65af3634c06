import base64
import logging

from odoo import api, models

from ...ksef_api import certificate as x509
from ...ksef_api.errors import CertificateError
from ...ksef_api.nip import is_valid_nip
from ..vault.vault import VaultError

_logger = logging.getLogger(__name__)

MODE = "l10n_pl_edi_ksef.mode"
CERTIFICATE = "l10n_pl_edi_certificate"
# What l10n_pl_edi keeps in the clear; newer versions may lack some of it.
SECRETS = (
    "l10n_pl_edi_access_token",
    "l10n_pl_edi_refresh_token",
    "l10n_pl_edi_session_id",
    "l10n_pl_edi_session_key",
    "l10n_pl_edi_session_iv",
)


class ResCompany(models.Model):
    """Certificates of ``l10n_pl_edi`` go into the vault, its other secrets go away."""

    _inherit = "res.company"

    @api.model
    def _l10n_pl_ksef_take_over(self):
        """Take over from ``l10n_pl_edi``: what it sent, its certificates, its secrets.

        May be called again: what was taken over is not there any more.
        """
        # sudo: a parameter of the system; nobody is shown it
        mode = self.env["ir.config_parameter"].sudo().get_param(MODE) or "prod"
        environment = "production" if mode == "prod" else "test"
        # sudo: run at installation, for all companies
        self.env["l10n_pl_ksef.document"].sudo()._take_over(environment)
        every = [("id", "!=", False)]
        # sudo: run at installation, for all companies
        archived_too = self.sudo().with_context(active_test=False)
        companies = archived_too.search(every, order="id")
        known = CERTIFICATE in self._fields
        for company in companies.filtered(lambda c: known and c[CERTIFICATE]):
            company._l10n_pl_ksef_take_certificate(environment)
        companies._l10n_pl_ksef_erase_edi_secrets()

    def _l10n_pl_ksef_take_certificate(self, environment):
        """Keep the certificate in the vault, and connect with it.

        One that cannot be used stays where it is: the company is asked for another.
        """
        certificate = self[CERTIFICATE]
        try:
            loaded = _load(certificate)
            ours = self._l10n_pl_ksef_keep_certificate(loaded)
        except (CertificateError, VaultError) as error:
            _logger.info("KSeF: %s not taken over: %s", certificate.name, error)
            return
        taxpayer, nip = self._l10n_pl_ksef_taxpayer(), self._l10n_pl_ksef_nip()
        connections = self.env["l10n_pl_ksef.connection"]
        if self.active and is_valid_nip(nip) and not connections._of_company(taxpayer):
            connection = connections._connect(
                taxpayer, environment, "certificate", certificate_id=ours.id
            )
            connection._order_authorisation()
        self[CERTIFICATE] = False
        self._l10n_pl_ksef_forget_clear_key(certificate)

    def _l10n_pl_ksef_keep_certificate(self, loaded):
        """Return our record of the certificate, new or there already."""
        # sudo: nobody may write certificates, this code does
        certificates = self.env["l10n_pl_ksef.certificate"].sudo()
        taxpayer = self._l10n_pl_ksef_taxpayer()
        known = certificates.search(
            [
                ("company_id", "=", taxpayer.id),
                ("fingerprint", "=", loaded.fingerprint),
            ],
            limit=1,
        )
        return known or certificates._add(taxpayer, loaded)

    def _l10n_pl_ksef_forget_clear_key(self, certificate):
        """Delete what lies in the clear, unless something else uses it too."""
        key = certificate.private_key_id
        for record in (certificate, key):
            if record and not self._l10n_pl_ksef_is_used(record):
                record.unlink()

    @api.model
    def _l10n_pl_ksef_is_used(self, record):
        """Tell whether any record of the database points at this one."""
        pointing = self.env["ir.model.fields"].search(
            [
                ("relation", "=", record._name),
                ("ttype", "=", "many2one"),
                ("store", "=", True),
            ]
        )
        for field in pointing:
            model = self.env.get(field.model)
            if model is None or model._abstract or not model._auto:
                continue
            # sudo: run at installation, for all companies
            everything = model.sudo().with_context(active_test=False)
            if everything.search_count([(field.name, "=", record.id)], limit=1):
                return True
        return False

    def _l10n_pl_ksef_erase_edi_secrets(self):
        """Erase tokens and session keys, and the files that the keys were kept in."""
        self.write({name: False for name in SECRETS if name in self._fields})
        files = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_field", "in", SECRETS)]
        )
        if files:
            files.unlink()
            # It removes what no attachment needs any more from the disk.
            self.env.ref("base.autovacuum_job")._trigger()


def _load(certificate):
    """Return a record of ``certificate.certificate`` as ``ksef_api`` has it.

    :raise CertificateError: it cannot log in to KSeF
    """
    whole = certificate.with_context(bin_size=False)
    key = whole.private_key_id
    if not (whole.pem_certificate and key.pem_key):
        raise CertificateError("no_key")
    loaded = x509.load(
        base64.b64decode(whole.pem_certificate),
        base64.b64decode(key.pem_key),
        key.password or None,
    )
    loaded.check(usage=x509.AUTHENTICATION)
    return loaded
