"""Permissions in KSeF (*uprawnienia*): who may do what in whose context.

uprawnienia.md, [oa] *permissions*.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from . import safe_json
from .errors import BadAnswer
from .fields import Fields

NIP, PESEL, FINGERPRINT = "Nip", "Pesel", "Fingerprint"
PEPPOL_ID, INTERNAL_ID, ALL_PARTNERS = "PeppolId", "InternalId", "AllPartners"
INVOICE_READ, INVOICE_WRITE = "InvoiceRead", "InvoiceWrite"
COLLECTIVE_MANAGE = "CollectiveIdentifierManage"
# What one company may let another one do with its invoices.
OF_ENTITIES = (INVOICE_READ, INVOICE_WRITE, COLLECTIVE_MANAGE)
OF_PERSONS = (
    *OF_ENTITIES,
    "CredentialsManage",
    "CredentialsRead",
    "Introspection",
    "SubunitManage",
    "EnforcementOperations",
)
SELF_INVOICING, RR_INVOICING = "SelfInvoicing", "RRInvoicing"
TAX_REPRESENTATIVE, PEF_INVOICING = "TaxRepresentative", "PefInvoicing"
AUTHORIZATIONS = (SELF_INVOICING, RR_INVOICING, TAX_REPRESENTATIVE, PEF_INVOICING)
# Lists of `person_grants` and of `authorization_grants`
IN_CONTEXT = "PermissionsInCurrentContext"
GRANTED_HERE = "PermissionsGrantedInCurrentContext"
GRANTED, RECEIVED = "Granted", "Received"
ACTIVE, INACTIVE = "Active", "Inactive"


@dataclass(frozen=True)
class Identifier:
    """Whom KSeF means: a type and a value; AllPartners and System have no value."""

    type: str
    value: str | None = None

    def payload(self):
        """As it goes into a request."""
        payload = {"type": self.type}
        return {**payload, "value": self.value} if self.value else payload

    @classmethod
    def read(cls, fields: Fields | None):
        """None for what is not there."""
        return fields and cls(fields.text("type"), fields.text("value", None))


@dataclass(frozen=True)
class IdDocument:
    """An identity document of somebody without NIP and PESEL."""

    type: str
    number: str
    country: str


@dataclass(frozen=True)
class Person:
    """Who is to be granted a right.

    Whoever is known by the fingerprint of a certificate needs either an `identifier`
    (NIP or PESEL), or date of birth and document.
    """

    first_name: str
    last_name: str
    identifier: Identifier | None = None
    birth_date: date | None = None
    document: IdDocument | None = None

    def payload(self, subject: Identifier):
        """*subjectDetails* of a grant for `subject`."""
        told = {"firstName": self.first_name, "lastName": self.last_name}
        if subject.type != FINGERPRINT:
            kind, name = "PersonByIdentifier", "personById"
        elif self.identifier:
            kind, name = "PersonByFingerprintWithIdentifier", "personByFpWithId"
            told["identifier"] = self.identifier.payload()
        else:
            kind, name = "PersonByFingerprintWithoutIdentifier", "personByFpNoId"
            told["birthDate"] = self.birth_date.isoformat()
            told["idDocument"] = {
                "type": self.document.type,
                "number": self.document.number,
                "country": self.document.country,
            }
        return {"subjectDetailsType": kind, name: told}


@dataclass(frozen=True)
class Grant:
    """A right that somebody has.

    `subject`: who has it, when the list tells; `context`: the company (or unit) that
    gave it, or that it is for; `target`: the client, when it was passed on; `name`: of
    the person or company, as whoever granted it wrote it; `raw`: the whole JSON object.
    """

    id: str
    scope: str
    description: str
    started: datetime
    subject: Identifier | None
    context: Identifier | None
    target: Identifier | None
    author: Identifier | None
    name: str | None
    is_active: bool
    can_delegate: bool
    raw: Mapping[str, Any]

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            id=fields.text("id"),
            scope=fields.text("permissionScope"),
            description=fields.text("description", ""),
            started=fields.moment("startDate"),
            subject=Identifier.read(fields.child("authorizedIdentifier", None)),
            context=Identifier.read(fields.child("contextIdentifier", None)),
            target=Identifier.read(fields.child("targetIdentifier", None)),
            author=Identifier.read(fields.child("authorIdentifier", None)),
            name=_name(fields),
            is_active=fields.text("permissionState", ACTIVE) == ACTIVE,
            can_delegate=fields.flag("canDelegate", False),
            raw=fields.data,
        )


@dataclass(frozen=True)
class Authorization:
    """A right of one company to invoice in the name of another."""

    id: str
    scope: str
    description: str
    started: datetime
    giver: Identifier
    taker: Identifier
    author: Identifier | None
    name: str | None

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            id=fields.text("id"),
            scope=fields.text("authorizationScope"),
            description=fields.text("description", ""),
            started=fields.moment("startDate"),
            giver=Identifier.read(fields.child("authorizingEntityIdentifier")),
            taker=Identifier.read(fields.child("authorizedEntityIdentifier")),
            author=Identifier.read(fields.child("authorIdentifier", None)),
            name=_name(fields),
        )


@dataclass(frozen=True)
class OwnPermissions:
    """What this login may do here; `owner`: rights that need no grant."""

    grants: list[Grant]
    owner: frozenset[str]

    @property
    def scopes(self) -> frozenset[str]:
        """Every right, however it was come by."""
        active = {grant.scope for grant in self.grants if grant.is_active}
        return self.owner | active


@dataclass(frozen=True)
class AttachmentsStatus:
    """Whether the company may send invoices with attachments, and until when."""

    is_allowed: bool
    ends: datetime | None

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            fields.flag("isAttachmentAllowed", False),
            fields.moment("revokedDate", None),
        )


def _name(fields):
    """Name of the person or of the company that has the right."""
    if person := fields.child("subjectPersonDetails", None):
        return f"{person.text('firstName')} {person.text('lastName')}"
    entity = fields.child("subjectEntityDetails", None)
    return entity.text("fullName") if entity else None


def scopes_of_access_token(token: str) -> frozenset[str] | None:
    """What an access token says that its login may do; None when it does not.

    It is a JWT with a claim *per*. KSeF checks for itself what it lets a login do; this
    only says it beforehand.
    """
    try:
        claims = token.split(".")[1]
        padded = claims + "=" * (-len(claims) % 4)
        told = safe_json.loads(base64.urlsafe_b64decode(padded))["per"]
        told = safe_json.loads(told.encode()) if isinstance(told, str) else told
        return frozenset(str(scope) for scope in told)
    except (BadAnswer, IndexError, KeyError, TypeError, ValueError):
        return None
