import base64
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ...ksef_api import xades
from ...ksef_api.errors import DocumentError, KsefError, SignatureError
from ...ksef_api.signed_file import check_signed_request
from ..access import ADMINISTRATOR, allowed
from ..concurrency import checkpoint

TIME_TO_SIGN = timedelta(minutes=5)


class Connection(models.Model):
    """Authorisation by a file that a person signs outside Odoo.

    The file (*AuthTokenRequest*) holds KSeF's challenge and is good for five minutes.
    It is checked here before KSeF sees it (auth/podpis-xades.md).
    """

    _inherit = "l10n_pl_ksef.connection"

    sign_until = fields.Datetime("To Be Uploaded By", readonly=True)
    request_file = fields.Binary(
        "File to Sign", attachment=False, groups=fields.NO_ACCESS
    )
    signed_request_sealed = fields.Text(
        "Signed File (encrypted)", groups=fields.NO_ACCESS, copy=False
    )

    @allowed(ADMINISTRATOR)
    def action_sign(self):
        """Open the window in which the file is downloaded and uploaded."""
        self.ensure_one()
        window = self.env["l10n_pl_ksef.sign"].create(
            {
                "connection_id": self.id,
                "company_id": self.company_id.id,
                "environment": self.environment,
            }
        )
        return window._open()

    def _prepare_request(self):
        """Fetch a challenge and keep the file made of it, to compare with later."""
        self.ensure_one()
        try:
            challenge = self._call_public(lambda client: client.challenge())
        except KsefError as error:
            raise UserError(
                self.env["l10n_pl_ksef.verdict"]._of(error).message
            ) from error
        request = xades.auth_token_request(challenge.challenge, self.nip)
        self._out_of_trouble()
        self.write(
            {
                "state": "to_sign",
                "request_file": base64.b64encode(request),
                "sign_until": fields.Datetime.now() + TIME_TO_SIGN,
            }
        )
        checkpoint(self.env)

    def _take_signed_request(self, signed):
        """Keep the signed file for the next step, when it is what KSeF will take.

        :param signed: bytes of the file as it was uploaded
        :raise UserError: with a sentence about what is wrong with it
        """
        self.ensure_one()
        if self.state != "to_sign" or not self.request_file:
            raise UserError(self.env._("Download the file to sign first."))
        if not self.sign_until or self.sign_until < fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The 5 minutes are over, KSeF would refuse this file. Download a "
                    "new one and sign it."
                )
            )
        original = base64.b64decode(self.with_context(bin_size=False).request_file)
        try:
            signer = check_signed_request(signed, original)
        except (SignatureError, DocumentError) as error:
            raise UserError(self._fault_sentence(error.reason)) from error
        self._out_of_trouble()
        self._order_authorisation()
        self.write(
            {
                "signed_request_sealed": self._seal("signed_request_sealed", signed),
                "request_file": False,
                "sign_until": False,
            }
        )
        self.message_post(
            body=self.env._("Signed by %(subject)s.", subject=signer.subject)
        )

    def _submit_by_method(self, challenge):
        if self.method != "signed_file":
            return super()._submit_by_method(challenge)
        signed = self._unseal("signed_request_sealed")
        # Kept until KSeF has taken it: what stands in the way may pass while the
        # challenge lives.
        operation = self._call_public(lambda client: client.authenticate_xades(signed))
        self.signed_request_sealed = False
        return operation

    def _refused(self, verdict):
        self.signed_request_sealed = False
        return super()._refused(verdict)

    def _fault_sentence(self, reason):
        """Return what is wrong with a signed file and what to do about it.

        :param reason: of ``SignatureError`` or ``DocumentError``
        """
        _ = self.env._
        again = _("Download a new file and sign that one.")
        sentences = {
            "not_xml": _(
                "This is not a signed XML file. Choose the format XAdES in the signing "
                "program; PDF, ASiC and P7M files are not taken."
            ),
            "entities": _("The file has a document type declaration and is refused."),
            "too_deep": _("The file is built in a way that is not safe to read."),
            "too_large": _("The file is larger than 2 MB; it is not the right one."),
            "no_signature": _("There is no signature in the file. Sign it first."),
            "too_many": _(
                "There is more than one signature in the file. Sign it once."
            ),
            "detached": _(
                "The signature stands apart from what it signs. Choose the type "
                "enveloped (otoczony) in the signing program."
            ),
            "layout": _(
                "The signature is neither enveloped nor enveloping. Choose the type "
                "enveloped (otoczony) in the signing program."
            ),
            "wrapped": _("The file holds more than one request and is refused."),
            "duplicate_id": _("Two parts of the file have one name; it is refused."),
            "transform": _(
                "The signature uses a transformation that KSeF does not take. Choose "
                "XAdES, enveloped, SHA-256."
            ),
            "algorithm": _(
                "The signature uses an algorithm that KSeF does not take. Choose "
                "SHA-256 in the signing program."
            ),
            "not_xades": _(
                "The signature is not XAdES. Choose the format XAdES (BES) in the "
                "signing program."
            ),
            "no_certificate": _("The signature holds no certificate of the signer."),
            "certificate_digest": _(
                "The signature names another certificate than the one it holds."
            ),
            "weak_key": _("The key of the signature is too weak for KSeF."),
            "invalid": _(
                "The signature is not valid: the file was changed after it was signed."
            ),
            "content_changed": _(
                "The signed file is not the one that was downloaded. %(again)s",
                again=again,
            ),
            "challenge": _(
                "This file belongs to an earlier download. %(again)s", again=again
            ),
            "expired_certificate": _("The certificate of the signature has expired."),
            "not_yet_valid_certificate": _(
                "The certificate of the signature is not valid yet."
            ),
        }
        return sentences.get(reason) or _(
            "The signed file is refused (%(reason)s).", reason=reason
        )
