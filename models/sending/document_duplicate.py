import base64

from odoo import models

from ...ksef_api import crypto
from ...ksef_api.errors import Forbidden, Gone, InvalidRequest

NOT_STORED_YET = 21165
NOT_OURS_TO_SEE = 21164


class Document(models.Model):
    """What KSeF has already (440): our own invoice whose number was lost, or another.

    It is ours when its file is one that Odoo made for this invoice: then an answer was
    lost, the question about it found nothing, and KSeF took the first sending.
    """

    _inherit = "l10n_pl_ksef.document"

    def _settle_duplicate(self, connection, status):
        """Recover the number of our own invoice, or refuse this one.

        :param status: ``ksef_api`` Status; its extensions name the original
        """
        number = status.extensions.get("originalKsefNumber")
        session = status.extensions.get("originalSessionReferenceNumber")
        try:
            original = number and self._original_hash(connection, number, session)
        except InvalidRequest as error:
            if error.has(NOT_STORED_YET):
                return self._ask_later()
            if not error.has(NOT_OURS_TO_SEE):
                raise
            original = None
        owner = self._of_this_invoice(original)
        if not owner:
            return self._refuse(status)
        if owner != self:
            self.write({"xml_file": base64.b64encode(owner._xml())})
            self.xml_hash = owner.xml_hash
        return self._accept(number, session)

    def _of_this_invoice(self, digest):
        """Return the attempt to send this invoice whose file has the hash ``digest``"""
        if self._same_hash(digest):
            return self
        # sudo: who reads the invoice need not read its documents
        attempts = self.move_id.sudo().l10n_pl_ksef_document_ids
        return attempts.filtered(lambda d: d.xml_hash and d._same_hash(digest))[:1]

    def _original_hash(self, connection, number, session):
        """Return the hash of the invoice that KSeF holds, None when it cannot be known.

        Whoever may send only, and not read, is shown the sessions of its own.
        """
        try:
            found = connection._call(lambda client: client.download_invoice(number))
            return crypto.sha256_b64(found.content)
        except Forbidden as error:
            digest = session and self._hash_in_session(connection, number, session)
            if not digest and not error.reason_code:
                # Not KSeF's word but that of something in front of it: ask again.
                raise
            return digest

    def _hash_in_session(self, connection, number, session):
        try:
            statuses = connection._call(
                lambda client: list(client.session_invoices(session))
            )
        except (Forbidden, Gone):
            return None
        return next((s.invoice_hash for s in statuses if s.ksef_number == number), None)
