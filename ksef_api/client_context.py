"""KSeF tokens and limits of the context (tokeny-ksef.md, limity/*.md)."""

from .calls import Calls, segment
from .types import KsefToken, NewKsefToken

PAGE = 100


class ContextCalls(Calls):
    """KSeF tokens: `create_ksef_token` -> `ksef_token` until Active; and limits."""

    def create_ksef_token(self, permissions, description: str) -> NewKsefToken:
        """Order a KSeF token; its secret is in this answer and never again.

        :param permissions: such as "InvoiceRead", "InvoiceWrite"
        :param description: 5 to 256 characters
        :raises InvalidRequest: 26001 more than the caller may, 26002 wrong context
        """
        payload = {"permissions": list(permissions), "description": description}
        fields = self._call("POST", "/tokens", payload=payload).fields()
        return NewKsefToken(fields.text("referenceNumber"), fields.text("token"))

    def ksef_tokens(self, statuses: tuple[str, ...] = ()) -> list[KsefToken]:
        """The tokens of this context.

        :param statuses: of Pending, Active, Revoking, Revoked, Failed; all when empty
        """
        params = {"pageSize": PAGE}
        if statuses:
            params["status"] = list(statuses)
        listing = self._listing("GET", "/tokens", "tokens", params=params)
        return [KsefToken.read(item) for item in listing]

    def ksef_token(self, reference: str) -> KsefToken:
        """One token, for its status."""
        answer = self._call("GET", f"/tokens/{segment(reference)}")
        return KsefToken.read(answer.fields())

    def revoke_ksef_token(self, reference: str) -> None:
        """Revoke a token."""
        self._call("DELETE", f"/tokens/{segment(reference)}")

    def rate_limits(self) -> dict[str, dict[str, int]]:
        """Limits by group of calls: `{"invoiceSend": {"perSecond": 10, ...}}`."""
        return self._call("GET", "/rate-limits").fields().data

    def context_limits(self) -> dict:
        """Sizes and numbers allowed: `{"onlineSession": {"maxInvoices": ...}, ...}`."""
        return self._call("GET", "/limits/context").fields().data
