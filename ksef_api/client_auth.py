"""Logging in and what belongs to it (uwierzytelnianie.md, auth/sesje.md)."""

from .calls import Calls, segment
from .crypto import encrypt_ksef_token
from .errors import BadAnswer
from .fields import Fields
from .keys import read_public_key
from .types import (
    AuthOperation,
    AuthSession,
    Challenge,
    PublicKey,
    Status,
    Token,
    TokenPair,
)


class AuthCalls(Calls):
    """challenge -> authenticate_* -> auth_status until 200 -> redeem -> refresh."""

    def challenge(self) -> Challenge:
        """Ask for a challenge; good for ten minutes, once."""
        answer = self._send("POST", "/auth/challenge")
        return Challenge.read(answer.fields())

    def authenticate_xades(
        self, signed_xml: bytes, verify_chain: bool = False
    ) -> AuthOperation:
        """Log in with a signed AuthTokenRequest, see `xades`.

        :param verify_chain: ask TEST to check the chain of trust, as production does
        :raises InvalidRequest: 21111 challenge, 21115 certificate, 9105 signature ...
        """
        answer = self._send(
            "POST",
            "/auth/xades-signature",
            body=signed_xml,
            content_type="application/xml",
            params={"verifyCertificateChain": "true"} if verify_chain else None,
        )
        return _operation(answer.fields())

    def authenticate_token(
        self, challenge: Challenge, nip: str, ksef_token: str, public_key: PublicKey
    ) -> AuthOperation:
        """Log in with a KSeF token.

        :param public_key: one of usage *KsefTokenEncryption*
        :raises InvalidRequest: 21470 when the public key was withdrawn
        """
        payload = {
            "challenge": challenge.challenge,
            "contextIdentifier": {"type": "Nip", "value": nip},
            "encryptedToken": encrypt_ksef_token(
                ksef_token, challenge.timestamp_ms, public_key
            ),
        }
        if public_key.public_key_id:
            payload["publicKeyId"] = public_key.public_key_id
        answer = self._send("POST", "/auth/ksef-token", payload=payload)
        return _operation(answer.fields())

    def auth_status(self, reference: str, authentication_token: str) -> Status:
        """How far a login is: 100 in progress, 200 done, 4xx and 5xx failed.

        :raises Gone: the login is older than seven days
        """
        path = f"/auth/{segment(reference)}"
        answer = self._send("GET", path, token=authentication_token)
        return Status.read(answer.fields().child("status"))

    def redeem(self, authentication_token: str) -> TokenPair:
        """Take the tokens of a finished login; works once.

        :raises InvalidRequest: 21301: not finished, or taken already
        """
        answer = self._send("POST", "/auth/token/redeem", token=authentication_token)
        fields = answer.fields()
        return TokenPair(
            Token.read(fields.child("accessToken")),
            Token.read(fields.child("refreshToken")),
        )

    def refresh(self, refresh_token: str) -> Token:
        """Get a new access token; the refresh token stays as it is.

        :raises Unauthorized, InvalidRequest: the session was ended or has ended
        """
        answer = self._send("POST", "/auth/token/refresh", token=refresh_token)
        return Token.read(answer.fields().child("accessToken"))

    def auth_sessions(
        self, token: str | None = None, page_size: int = 100
    ) -> list[AuthSession]:
        """All living logins of this subject in this context, newest first."""
        listing = self._listing(
            "GET",
            "/auth/sessions",
            "items",
            token=token,
            params={"pageSize": page_size},
        )
        return [AuthSession.read(item) for item in listing]

    def revoke_current(self, token: str | None = None) -> None:
        """End the login of this token: its refresh token dies at once, access tokens
        live to their own end.
        """
        self._call("DELETE", "/auth/sessions/current", token=token)

    def revoke(self, reference: str, token: str | None = None) -> None:
        """End another login of this subject."""
        self._call("DELETE", f"/auth/sessions/{segment(reference)}", token=token)

    def public_keys(self) -> list[PublicKey]:
        """KSeF's encryption keys, see `keys.choose_key`."""
        answer = self._send("GET", "/security/public-key-certificates")
        data = answer.json()
        if not isinstance(data, list):
            raise BadAnswer("field", details=["a list is expected"])
        return [read_public_key(Fields(item)) for item in data]


def _operation(fields):
    return AuthOperation(
        fields.text("referenceNumber"), Token.read(fields.child("authenticationToken"))
    )
