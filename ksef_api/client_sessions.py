"""Sending invoices in interactive sessions, and asking what became of them.

sesja-interaktywna.md, faktury/sesje/sesja-sprawdzenie-stanu-i-pobranie-upo.md, [oa].
"""

import base64
from collections.abc import Iterator
from datetime import datetime

from .calls import Calls, download, segment
from .crypto import SymmetricKey, encrypt_aes, sha256_b64
from .fields import stamp
from .invoice_types import (
    InvoiceStatus,
    OpenSession,
    SessionStatus,
    SessionSummary,
)
from .types import Download, EncryptionInfo, FormCode

_PAGE = 1000


class SessionCalls(Calls):
    """open_session -> send_invoice ... -> close_session -> session_status -> UPO."""

    def open_session(
        self, form_code: FormCode, encryption: EncryptionInfo
    ) -> OpenSession:
        """Open an interactive session for documents of one type.

        :raises InvalidRequest: 21470 when the public key was withdrawn
        """
        payload = {
            "formCode": form_code.payload(),
            "encryption": encryption.payload(),
        }
        fields = self._call("POST", "/sessions/online", payload=payload).fields()
        return OpenSession(fields.text("referenceNumber"), fields.moment("validUntil"))

    def send_invoice(
        self,
        session_ref: str,
        xml: bytes,
        key: SymmetricKey,
        offline: bool = False,
        corrected_hash: str | None = None,
    ) -> str:
        """Send one invoice and return its reference number.

        :param key: the key the session was opened with
        :param offline: it was issued in an offline mode (tryby-offline.md)
        :param corrected_hash: hash of the rejected file of which this is the technical
            correction (offline/korekta-techniczna.md)
        :raises InvalidRequest: 21180 session not open, 21155 too many,
            21184 session away for maintenance: it was not taken, open another ...
        :raises NoAnswer: with `sent` True the invoice may be in KSeF
        """
        encrypted = encrypt_aes(xml, key)
        payload = {
            "invoiceHash": sha256_b64(xml),
            "invoiceSize": len(xml),
            "encryptedInvoiceHash": sha256_b64(encrypted),
            "encryptedInvoiceSize": len(encrypted),
            "encryptedInvoiceContent": base64.b64encode(encrypted).decode(),
            "offlineMode": offline,
        }
        if corrected_hash:
            payload["hashOfCorrectedInvoice"] = corrected_hash
        path = f"/sessions/online/{segment(session_ref)}/invoices"
        fields = self._call("POST", path, payload=payload).fields()
        return fields.text("referenceNumber")

    def close_session(self, session_ref: str) -> None:
        """Close an interactive session; KSeF then makes its collective UPO."""
        self._call("POST", f"/sessions/online/{segment(session_ref)}/close")

    def session_status(self, session_ref: str) -> SessionStatus:
        """State of a session of either kind, with the pages of its UPO."""
        answer = self._call("GET", f"/sessions/{segment(session_ref)}")
        return SessionStatus.read(answer.fields())

    def session_invoices(
        self, session_ref: str, failed_only: bool = False, page_size: int = _PAGE
    ) -> Iterator[InvoiceStatus]:
        """Every invoice of a session; fetches page after page as it is iterated."""
        path = f"/sessions/{segment(session_ref)}/invoices"
        listing = self._listing(
            "GET",
            path + "/failed" if failed_only else path,
            "invoices",
            params={"pageSize": page_size},
        )
        return map(InvoiceStatus.read, listing)

    def invoice_status(self, session_ref: str, invoice_ref: str) -> InvoiceStatus:
        """State of one invoice of a session."""
        path = f"/sessions/{segment(session_ref)}/invoices/{segment(invoice_ref)}"
        return InvoiceStatus.read(self._call("GET", path).fields())

    def sessions(
        self,
        session_type: str,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        statuses: tuple[str, ...] = (),
        page_size: int = _PAGE,
    ) -> Iterator[SessionSummary]:
        """The sessions of this context, newest first.

        :param session_type: "Online" or "Batch"
        :param statuses: of InProgress, Succeeded, Failed, Cancelled; all when empty
        """
        params = {"sessionType": session_type, "pageSize": page_size}
        if created_from:
            params["dateCreatedFrom"] = stamp(created_from)
        if created_to:
            params["dateCreatedTo"] = stamp(created_to)
        if statuses:
            params["statuses"] = list(statuses)
        listing = self._listing("GET", "/sessions", "sessions", params=params)
        return map(SessionSummary.read, listing)

    def invoice_upo(self, session_ref: str, invoice_ref: str) -> Download:
        """The UPO of one invoice, byte for byte.

        :raises InvalidRequest: 21178: there is none, or none yet
        """
        invoice = segment(invoice_ref)
        return self._upo(f"/sessions/{segment(session_ref)}/invoices/{invoice}/upo")

    def upo_by_number(self, session_ref: str, ksef_number: str) -> Download:
        """The same, by KSeF number."""
        number = segment(ksef_number)
        return self._upo(f"/sessions/{segment(session_ref)}/invoices/ksef/{number}/upo")

    def session_upo(self, session_ref: str, upo_ref: str) -> Download:
        """One page of the collective UPO of a session."""
        return self._upo(f"/sessions/{segment(session_ref)}/upo/{segment(upo_ref)}")

    def upo_from_url(self, url: str) -> Download:
        """A UPO from the pre-signed address in a status; costs no rate limit."""
        return download(self.transport.signed_url("GET", url))

    def _upo(self, path):
        return download(self._call("GET", path))
