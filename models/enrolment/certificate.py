import base64

from odoo import api, fields, models

from ...ksef_api.certificate import KsefCertificate
from ...ksef_api.errors import CertificateError


class Certificate(models.Model):
    _name = "l10n_pl_ksef.certificate"
    _inherit = ["l10n_pl_ksef.certificate", "mail.thread"]

    is_personal = fields.Boolean(
        "Of a Person",
        compute="_compute_is_personal",
        store=True,
        help="Made for a person by PESEL: only that person has another one made.",
    )
    enrolment_ids = fields.One2many("l10n_pl_ksef.enrolment", "certificate_id")
    successor_ids = fields.One2many("l10n_pl_ksef.enrolment", "replaces_id")

    @api.depends("certificate_der")
    def _compute_is_personal(self):
        for certificate in self:
            certificate.is_personal = certificate._names_pesel()

    def _names_pesel(self):
        # sudo: of the certificate, which is no secret, one fact is kept
        der = self.sudo().with_context(bin_size=False).certificate_der
        try:
            loaded = KsefCertificate.from_stored(base64.b64decode(der or b""))
        except CertificateError:
            return False
        return bool(loaded.pesel)

    def _works(self):
        """Tell whether KSeF takes this certificate, as far as is known here."""
        is_valid = bool(self) and self.state == "valid"
        return is_valid and self.valid_to > fields.Datetime.now()

    def _is_needed(self):
        """Tell whether something that is under way ends when this one is revoked."""
        return self.is_in_use or bool(self._signed_without_number())

    def _signed(self):
        """Return the documents whose second QR code (*KOD II*) this one signed."""
        # sudo: whoever may read the certificate is told what it signed
        documents = self.env["l10n_pl_ksef.document"].sudo()
        if self.type != "offline" or not self.serial:
            return documents
        return documents.search(
            [
                ("company_id", "in", self.company_id._l10n_pl_ksef_of_taxpayer().ids),
                ("certificate_link", "like", f"/{self.serial}/"),
            ]
        )

    def _signed_without_number(self):
        """Return what the customer has on paper with a code of this certificate, and
        that is not in KSeF yet: the code must verify until then."""
        return self._signed().filtered(
            lambda document: document.state not in ("accepted", "cancelled")
        )

    def _log_in_use(self, enrolment):
        """Note in the history that this certificate was ordered and taken into use."""
        if enrolment.replaces_id:
            text = self.env._(
                "Ordered in KSeF by Odoo and tried; it is in use in the place of "
                "%(old)s.",
                old=enrolment.replaces_id.name,
            )
        else:
            text = self.env._("Ordered in KSeF by Odoo and tried; it is in use.")
        self.message_post(body=text)
