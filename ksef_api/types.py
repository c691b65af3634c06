"""What KSeF answers, as frozen dataclasses; each knows how to read itself ([oa]).

Times are aware UTC datetimes, money is `Decimal`, hashes are standard base64. Whatever
holds a secret keeps it out of its `repr`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .fields import Fields
from .safe_text import storable

USAGE_SYMMETRIC = "SymmetricKeyEncryption"
USAGE_TOKEN = "KsefTokenEncryption"
MOST_CODE = 2**31


@dataclass(frozen=True)
class FormCode:
    """The document type of a session: system code, schema version, value."""

    system_code: str
    schema_version: str
    value: str

    def payload(self):
        """As it goes into a request."""
        return {
            "systemCode": self.system_code,
            "schemaVersion": self.schema_version,
            "value": self.value,
        }


FA3 = FormCode("FA (3)", "1-0E", "FA")


@dataclass(frozen=True)
class EncryptionInfo:
    """A session key as KSeF gets it: encrypted by its public key."""

    encrypted_key_b64: str
    iv_b64: str
    public_key_id: str | None = None

    def payload(self):
        """As it goes into a request."""
        payload = {
            "encryptedSymmetricKey": self.encrypted_key_b64,
            "initializationVector": self.iv_b64,
        }
        if self.public_key_id:
            payload["publicKeyId"] = self.public_key_id
        return payload


@dataclass(frozen=True)
class PublicKey:
    """One of KSeF's encryption keys; `key` is a `cryptography` RSA public key."""

    certificate_id: str
    public_key_id: str
    key: Any = field(repr=False)
    usage: frozenset[str]
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True)
class Status:
    """State of anything asynchronous: KSeF's code, its words, its particulars."""

    code: int
    description: str
    details: list[str] = field(default_factory=list)
    extensions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            fields.integer("code", most=MOST_CODE),
            fields.text("description", ""),
            fields.texts("details"),
        )

    @classmethod
    def read_of_invoice(cls, fields: Fields):
        """The same with `extensions`, which only invoices have."""
        extensions = fields.child("extensions", None)
        return replace(
            cls.read(fields), extensions=_texts(extensions.data) if extensions else {}
        )


def _texts(data):
    """What of an object is text, as it may be kept."""
    return {k: storable(v) for k, v in data.items() if isinstance(v, str)}


@dataclass(frozen=True)
class Challenge:
    """What a login must repeat; good for ten minutes, once."""

    challenge: str
    timestamp_ms: int
    client_ip: str | None
    timestamp: datetime

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            fields.text("challenge"),
            fields.integer("timestampMs"),
            fields.text("clientIp", None),
            fields.moment("timestamp"),
        )


@dataclass(frozen=True)
class Token:
    """A secret and its end."""

    value: str = field(repr=False)
    valid_until: datetime

    @classmethod
    def read(cls, fields: Fields):
        return cls(fields.text("token"), fields.moment("validUntil"))


@dataclass(frozen=True)
class TokenPair:
    """What a finished login gives, once."""

    access: Token
    refresh: Token


@dataclass(frozen=True)
class AuthOperation:
    """A login in progress; `token` serves to ask after it and to redeem it."""

    reference: str
    token: Token


@dataclass(frozen=True)
class AuthSession:
    """One login of this subject that KSeF keeps, *sesja uwierzytelnienia*."""

    reference: str
    start: datetime
    method: str
    status: Status
    is_current: bool
    is_redeemed: bool
    refreshed: datetime | None
    refresh_until: datetime | None

    @classmethod
    def read(cls, fields: Fields):
        info = fields.child("authenticationMethodInfo", None)
        method = info.text("code", None) if info else None
        return cls(
            reference=fields.text("referenceNumber"),
            start=fields.moment("startDate"),
            method=method or fields.text("authenticationMethod", ""),
            status=Status.read(fields.child("status")),
            is_current=fields.flag("isCurrent", False),
            is_redeemed=fields.flag("isTokenRedeemed", False),
            refreshed=fields.moment("lastTokenRefreshDate", None),
            refresh_until=fields.moment("refreshTokenValidUntil", None),
        )


@dataclass(frozen=True)
class KsefToken:
    """A KSeF token's description; the secret is shown only when it is made."""

    reference: str
    description: str
    permissions: list[str]
    status: str
    created: datetime
    last_used: datetime | None
    status_details: list[str]
    author: Mapping[str, Any]
    context: Mapping[str, Any]

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            reference=fields.text("referenceNumber"),
            description=fields.text("description", ""),
            permissions=fields.texts("requestedPermissions"),
            status=fields.text("status"),
            created=fields.moment("dateCreated"),
            last_used=fields.moment("lastUseDate", None),
            status_details=fields.texts("statusDetails"),
            author=fields.child("authorIdentifier").data,
            context=fields.child("contextIdentifier").data,
        )


@dataclass(frozen=True)
class NewKsefToken:
    """A token just ordered: its secret is shown this once."""

    reference: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Download:
    """A document as KSeF gave it, byte for byte, and its hash (already checked)."""

    content: bytes = field(repr=False)
    hash: str | None
