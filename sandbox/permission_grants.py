"""`/permissions`: granting and taking back (*nadawanie i odbieranie uprawnień*)."""

import json

from . import permission_fields as read
from .auth_request import CONTEXTS
from .errors import BadRequest, Forbidden
from .grants import ALL_PARTNERS, AUTHORIZATIONS
from .numbers import internal_id_is_right
from .permission_operations import begin
from .routes import route

INVOICES = ("InvoiceWrite", "InvoiceRead", "CollectiveIdentifierManage")
PERSONS = (
    "CredentialsManage",
    "CredentialsRead",
    "InvoiceWrite",
    "InvoiceRead",
    "Introspection",
    "SubunitManage",
    "EnforcementOperations",
    "CollectiveIdentifierManage",
)
EU_ADMIN = ("VatUeManage", "InvoiceWrite", "InvoiceRead", "Introspection")
EU_DETAILS = (read.BY_PRINT_ID, read.BY_PRINT, read.ENTITY_PRINT)
MANAGE = {"rights": ("CredentialsManage",)}


def _check_context(call, *kinds):
    """:raises Forbidden: the login is to a context of another type"""
    kind = call.identity.context_type
    if kind not in kinds:
        raise Forbidden("context-type-not-allowed", contextIdentifierType=kind)


def _known(call, permissions):
    """Without the rights that the contract spoken does not know."""
    if call.world.knobs["contract"] == "2.6":
        return tuple(p for p in permissions if p != "CollectiveIdentifierManage")
    return permissions


def _grants(kind, context, subject, permissions, description, details, **more):
    """One grant for each right."""
    return [
        {
            "kind": kind,
            "context_type": context[0],
            "context": context[1],
            "subject_type": subject[0],
            "subject": subject[1],
            "permission": permission,
            "description": description,
            "details": json.dumps(details, ensure_ascii=False),
            **more,
        }
        for permission in permissions
    ]


def _own(call):
    return call.identity.context_type, call.identity.context


@route("POST", "/permissions/persons/grants", **MANAGE)
def persons(call):
    """Let a person work in this context."""
    _check_context(call, "Nip", "InternalId")
    body = call.body()
    subject = read.identifier(body, "subjectIdentifier", read.PEOPLE)
    permissions = read.permissions(body, _known(call, PERSONS))
    text, details = read.description(body), read.person(body, subject)
    body.done()
    made = _grants("person", _own(call), subject, permissions, text, details)
    return begin(call, "CredentialsManage", grants=made)


@route("POST", "/permissions/entities/grants", **MANAGE)
def entities(call):
    """Let a company, as an accounting office, handle invoices of this context."""
    _check_context(call, "Nip", "InternalId")
    body = call.body()
    subject = read.identifier(body, "subjectIdentifier", ("Nip",))
    asked = [
        (item.choice("type", _known(call, INVOICES)), item.flag("canDelegate"))
        for item in body.children("permissions", low=1)
    ]
    if len({kind for kind, _flag in asked}) < len(asked):
        body.wrong("permissions", "każda wartość może wystąpić tylko raz.")
    text, details = read.description(body), read.entity(body)
    body.done()
    made = [
        grant
        for kind, flag in asked
        for grant in _grants(
            "entity", _own(call), subject, (kind,), text, details, can_delegate=flag
        )
    ]
    return begin(call, "CredentialsManage", grants=made)


@route("POST", "/permissions/authorizations/grants", **MANAGE)
def authorizations(call):
    """Let a company invoice in the name of this one, in its own context."""
    _check_context(call, "Nip")
    body = call.body()
    subject = read.identifier(body, "subjectIdentifier", ("Nip", "PeppolId"))
    permission = body.choice("permission", AUTHORIZATIONS)
    text, details = read.description(body), read.entity(body)
    body.done()
    made = _grants("authorization", _own(call), subject, (permission,), text, details)
    return begin(call, "CredentialsManage", grants=made)


@route("POST", "/permissions/indirect/grants", **MANAGE)
def indirect(call):
    """Let a person of this company handle invoices of its clients."""
    _check_context(call, "Nip")
    body = call.body()
    subject = read.identifier(body, "subjectIdentifier", read.PEOPLE)
    target = read.identifier(
        body,
        "targetIdentifier",
        ("Nip", ALL_PARTNERS, "InternalId"),
        required=False,
        empty=(ALL_PARTNERS,),
    )
    permissions = read.permissions(body, _known(call, INVOICES))
    text, details = read.description(body), read.person(body, subject)
    body.done()
    target = target or (ALL_PARTNERS, "")
    made = _grants("indirect", target, subject, permissions, text, details)
    return begin(call, "CredentialsManage", grants=made)


@route("POST", "/permissions/subunits/grants", rights=("SubunitManage",))
def subunits(call):
    """Let somebody manage a unit, or a company below this one."""
    _check_context(call, "Nip")
    body = call.body()
    subject = read.identifier(body, "subjectIdentifier", read.PEOPLE)
    unit = read.identifier(body, "contextIdentifier", ("InternalId", "Nip"))
    text, details = read.description(body), read.person(body, subject)
    name = body.text("subunitName", required=False, low=5, high=256)
    if unit[0] == "InternalId":
        if not name:
            body.wrong("subunitName", "wartość jest wymagana.")
        if unit[1] and not internal_id_is_right(unit[1]):
            body.wrong("contextIdentifier.value", "nieprawidłowa suma kontrolna.")
    body.done()
    made = _grants(
        "subunit", unit, subject, ("CredentialsManage",), text, details, name=name
    )
    return begin(call, "SubunitManage", grants=made)


@route("POST", "/permissions/eu-entities/administration/grants", **MANAGE)
def eu_administrators(call):
    """Let somebody manage the context of this company and of one in the EU."""
    _check_context(call, "Nip")
    body = call.body()
    subject = read.identifier(body, "subjectIdentifier", ("Fingerprint",))
    context = body.child("contextIdentifier")
    kind = context.choice("type", ("NipVatUe",))
    value = context.text("value", pattern=CONTEXTS["NipVatUe"])
    text = read.description(body)
    name = body.text("euEntityName", low=5, high=256)
    details = read.person(body, subject, EU_DETAILS)
    company = body.child("euEntityDetails")
    told = {
        "fullName": company.text("fullName", high=100),
        "address": company.text("address", high=512),
    }
    body.done()
    made = _grants(
        "eu_admin",
        (kind, value),
        subject,
        EU_ADMIN,
        text,
        {**details, "euEntityDetails": told},
        name=name,
    )
    return begin(call, "CredentialsManage", grants=made)


@route("POST", "/permissions/eu-entities/grants", rights=("VatUeManage",))
def eu_representatives(call):
    """Let somebody handle invoices in this context of an EU company."""
    _check_context(call, "NipVatUe")
    body = call.body()
    subject = read.identifier(body, "subjectIdentifier", ("Fingerprint",))
    permissions = read.permissions(body, ("InvoiceWrite", "InvoiceRead"))
    text, details = read.description(body), read.person(body, subject, EU_DETAILS)
    body.done()
    made = _grants("eu", _own(call), subject, permissions, text, details)
    return begin(call, "VatUeManage", grants=made)


@route(
    "DELETE",
    "/permissions/common/grants/<permission_id>",
    rights=("CredentialsManage", "VatUeManage", "SubunitManage"),
)
def revoke(call):
    """Take back a grant of any kind but an authorisation."""
    return begin(call, None, revoke=_identifier(call), is_authorization=False)


@route("DELETE", "/permissions/authorizations/grants/<permission_id>", **MANAGE)
def revoke_authorization(call):
    """Take back an authorisation to invoice in the name of this company."""
    return begin(call, None, revoke=_identifier(call), is_authorization=True)


def _identifier(call):
    """:raises BadRequest: 21405 not of 36 characters"""
    value = call.args["permission_id"]
    if len(value) != 36:
        raise BadRequest(21405, "permissionId: wymagana długość to 36 znaków.")
    return value
