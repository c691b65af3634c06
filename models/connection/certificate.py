import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api.certificate import KsefCertificate
from ..times import naive_utc

EXPIRES_SOON = timedelta(days=30)


class Certificate(models.Model):
    """A KSeF certificate (*certyfikat KSeF*) of a company, with its private key.

    Type *authentication* logs in to KSeF, type *offline* signs the second QR code of
    invoices issued offline (*KOD II*); KSeF never lets one do the work of the other.
    Made by the upload wizard only. Its key is sealed (see ``l10n_pl_ksef.vault``) and
    erased with the record.

    State of an authentication certificate::

        ordered --KSeF takes the request--> processing --200--> valid
                                            processing --4xx--> failed
        valid --KSeF says so--> revoked

    An offline certificate is ``valid`` from the start: KSeF has no call that tests it.
    What the calendar does to it is in ``status``.
    """

    _name = "l10n_pl_ksef.certificate"
    _description = "KSeF Certificate"
    _inherit = ["l10n_pl_ksef.sealed.mixin"]
    _order = "valid_to desc, id desc"

    name = fields.Char(required=True, readonly=True, help="Subject's common name (CN).")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    type = fields.Selection(
        [("authentication", "Authentication"), ("offline", "Offline")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("ordered", "Ordered for authorisation"),
            ("processing", "Accepted, being authorised"),
            ("valid", "Valid"),
            ("failed", "Error: authentication failed"),
            ("revoked", "Revoked"),
        ],
        required=True,
        readonly=True,
        default="ordered",
    )
    status = fields.Selection(
        [
            ("ordered", "Ordered for authorisation"),
            ("processing", "Accepted, being authorised"),
            ("authorised", "Authorised"),
            ("added", "Added correctly"),
            ("failed", "Error: authentication failed"),
            ("expires_soon", "Expires soon"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_status",
    )
    status_message = fields.Text(readonly=True, help="Why the last attempt failed.")
    subject = fields.Char(readonly=True)
    issuer = fields.Char(readonly=True)
    serial = fields.Char("Serial Number", readonly=True)
    fingerprint = fields.Char(
        "Fingerprint (SHA-256)", required=True, readonly=True, index=True
    )
    nip = fields.Char("NIP", readonly=True, help="NIP named in the certificate.")
    valid_from = fields.Datetime(required=True, readonly=True)
    valid_to = fields.Datetime("Valid Until", required=True, readonly=True)
    certificate_der = fields.Binary("Certificate", attachment=False, readonly=True)
    key_sealed = fields.Text("Key (encrypted)", groups=fields.NO_ACCESS, copy=False)

    _company_fingerprint_unique = models.Constraint(
        "UNIQUE(company_id, fingerprint)",
        "This certificate has been added to the company already.",
    )

    @api.constrains("company_id")
    def _check_company_is_taxpayer(self):
        self.company_id._l10n_pl_ksef_check_is_taxpayer()

    @api.depends("state", "type", "valid_to")
    def _compute_status(self):
        now = fields.Datetime.now()
        for certificate in self:
            if certificate.state == "revoked":
                certificate.status = "revoked"
            elif certificate.valid_to and certificate.valid_to <= now:
                certificate.status = "expired"
            elif certificate.state != "valid":
                certificate.status = certificate.state
            elif certificate.valid_to - EXPIRES_SOON <= now:
                certificate.status = "expires_soon"
            elif certificate.type == "offline":
                certificate.status = "added"
            else:
                certificate.status = "authorised"

    @api.model
    def _add(self, company, certificate):
        """Store a loaded certificate for ``company`` and return its record.

        One that is known, and that nothing uses, is used again.

        :param certificate: ``ksef_api`` KsefCertificate that has passed its checks
        """
        known = self._known(company, certificate)
        if known:
            # Sealed anew: with another host's key it could not be opened here.
            known.key_sealed = self._seal("key_sealed", certificate.key_pem())
            return known
        # sudo: nobody may write certificates, this code does
        return self.sudo().create(
            {
                "company_id": company.id,
                "name": certificate.common_name or certificate.subject,
                "type": certificate.usage,
                "state": "valid" if certificate.usage == "offline" else "ordered",
                "subject": certificate.subject,
                "issuer": certificate.issuer,
                "serial": certificate.serial,
                "fingerprint": certificate.fingerprint,
                "nip": certificate.nip,
                "valid_from": naive_utc(certificate.not_before),
                "valid_to": naive_utc(certificate.not_after),
                "certificate_der": base64.b64encode(certificate.certificate_der),
                "key_sealed": self._seal("key_sealed", certificate.key_pem()),
            }
        )

    @api.model
    def _newest(self, company, type):
        """Return the certificate of ``company`` that is valid the longest, or none.

        One that works goes before any that does not, or not yet.
        """
        taxpayer = company._l10n_pl_ksef_taxpayer()
        # sudo: whose is asked for is said by the caller, who checked it
        found = self.sudo().search(
            [("company_id", "=", taxpayer.id), ("type", "=", type)],
            order="valid_to desc, id desc",
        )
        now = fields.Datetime.now()
        works = found.filtered(lambda c: c.state == "valid" and c.valid_to > now)
        return (works or found)[:1]

    @api.model
    def _known(self, company, certificate):
        """Return the record of a loaded certificate that was added before, or none.

        :raise UserError: it does its work already
        """
        # sudo: whose is asked for is said by the caller, who checked it
        known = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("fingerprint", "=", certificate.fingerprint),
            ],
            limit=1,
        )
        if known.type == "offline" or known._connects():
            raise UserError(
                self.env._("This certificate has been added to the company already.")
            )
        return known

    def _connects(self):
        """Tell whether the company is connected by this certificate."""
        states = self._connections().mapped("state")
        return any(state in ("ordered", "processing", "connected") for state in states)

    def _load(self):
        """Return the certificate with its key for signing.

        :raise VaultError: the key was sealed on a host with another master key
        """
        self.ensure_one()
        return KsefCertificate.from_stored(
            # sudo: nobody is shown the key; it signs here
            base64.b64decode(self.sudo().certificate_der),
            self._unseal("key_sealed"),
        )
