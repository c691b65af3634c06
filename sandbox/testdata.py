"""`/testdata`: what KSeF's test environment offers to set scenes."""

from . import limits
from .auth_request import CONTEXTS
from .errors import BadRequest
from .numbers import FINGERPRINT, NIP, PESEL
from .routes import empty, route
from .tokens import RIGHTS

KINDS = ("EnforcementAuthority", "VatGroup", "JST")
AUTHORIZED = {"Nip": NIP, "Pesel": PESEL, "Fingerprint": FINGERPRINT}
OPEN = {"token": None, "group": "public"}


def _done():
    return empty(200)


@route("POST", "/testdata/subject", **OPEN)
def add_subject(call):
    """A company, with its units."""
    body = call.body()
    nip = body.text("subjectNip", pattern=NIP)
    kind = body.choice("subjectType", KINDS)
    body.text("description", low=5, high=256)
    units = [
        (
            unit.text("subjectNip", pattern=NIP),
            unit.text("description", low=5, high=256),
        )
        for unit in body.children("subunits", False)
    ]
    body.done()
    if call.store.setting("subjects", nip):
        raise BadRequest(30001)
    found = {"type": kind, "units": [unit[0] for unit in units]}
    call.store.set_setting("subjects", nip, found)
    return _done()


@route("POST", "/testdata/subject/remove", **OPEN)
def remove_subject(call):
    """Forget a company."""
    body = call.body()
    nip = body.text("subjectNip", pattern=NIP)
    body.done()
    call.store.set_setting("subjects", nip, None)
    return _done()


@route("POST", "/testdata/person", **OPEN)
def add_person(call):
    """A person whose PESEL owns a NIP."""
    body = call.body()
    nip, pesel = body.text("nip", pattern=NIP), body.text("pesel", pattern=PESEL)
    body.flag("isBailiff", required=True)
    body.text("description", low=5, high=256)
    is_deceased = body.flag("isDeceased")
    body.done()
    if call.store.setting("persons", nip):
        raise BadRequest(30001)
    call.store.set_setting("persons", nip, {"pesel": pesel})
    call.store.set_setting("deceased", pesel, is_deceased or None)
    return _done()


@route("POST", "/testdata/person/remove", **OPEN)
def remove_person(call):
    """Forget a person."""
    body = call.body()
    nip = body.text("nip", pattern=NIP)
    body.done()
    person = call.store.setting("persons", nip)
    if person:
        call.store.set_setting("deceased", person["pesel"], None)
        call.store.set_setting("persons", nip, None)
    return _done()


def _parties(body):
    """(NIP of the context, type and identifier of who is authorised)."""
    context = body.child("contextIdentifier")
    context.choice("type", ("Nip",))
    nip = context.text("value", pattern=NIP)
    who = body.child("authorizedIdentifier")
    kind = who.choice("type", tuple(AUTHORIZED))
    pattern = AUTHORIZED.get(kind)
    return nip, kind, who.text("value", pattern=pattern)


def give_rights(store, context, kind, subject, permissions):
    """Let a subject act in the context of a NIP; what it has already stays."""
    for permission in permissions:
        store.run(
            "INSERT OR IGNORE INTO permissions VALUES (?, ?, ?, ?)",
            context,
            kind,
            subject,
            permission,
        )


def take_rights(store, context, kind, subject, permissions=()):
    """Take rights back; all of them when none are named."""
    where = "context = ? AND subject_type = ? AND subject = ?"
    if permissions:
        where += f" AND permission IN ({', '.join('?' * len(permissions))})"
    store.run(
        f"DELETE FROM permissions WHERE {where}", context, kind, subject, *permissions
    )


@route("POST", "/testdata/permissions", **OPEN)
def add_permissions(call):
    """Give rights to a company, a person or a certificate."""
    body = call.body()
    context, kind, subject = _parties(body)
    granted = []
    for item in body.children("permissions", low=1):
        granted.append(item.choice("permissionType", RIGHTS))
        item.text("description", low=5, high=256)
    body.done()
    give_rights(call.store, context, kind, subject, granted)
    return _done()


@route("POST", "/testdata/permissions/revoke", **OPEN)
def remove_permissions(call):
    """Take all rights back."""
    body = call.body()
    context, kind, subject = _parties(body)
    body.done()
    take_rights(call.store, context, kind, subject)
    return _done()


def _set_attachment(call, value):
    body = call.body()
    nip = body.text("nip", pattern=NIP)
    body.done()
    call.store.set_setting("attachments", nip, value)
    return _done()


@route("POST", "/testdata/attachment", **OPEN)
def allow_attachments(call):
    """Let a company send invoices with attachments."""
    return _set_attachment(call, True)


@route("POST", "/testdata/attachment/revoke", **OPEN)
def forbid_attachments(call):
    """The reverse."""
    return _set_attachment(call, None)


def _set_blocked(call, value):
    body = call.body().child("contextIdentifier")
    body.choice("type", tuple(CONTEXTS))
    context = body.text("value", low=1)
    body.done()
    call.store.set_setting("blocked", context, value)
    return _done()


@route("POST", "/testdata/context/block", **OPEN)
def block(call):
    """Logins to the context end in 480."""
    return _set_blocked(call, True)


@route("POST", "/testdata/context/unblock", **OPEN)
def unblock(call):
    """The reverse."""
    return _set_blocked(call, None)


@route("POST", "/testdata/limits/context/session")
def set_session_limits(call):
    """Other limits of sessions for the context."""
    body = call.body()
    highest = {
        "maxInvoiceSizeInMB": 5,
        "maxInvoiceWithAttachmentSizeInMB": 10,
        "maxInvoices": 100_000,
    }
    found = {}
    for kind in ("onlineSession", "batchSession"):
        part = body.child(kind)
        found[kind] = {
            name: part.number(name, low=0, high=high) for name, high in highest.items()
        }
    body.done()
    call.store.set_setting("session-limits", call.identity.context, found)
    return _done()


@route("DELETE", "/testdata/limits/context/session")
def default_session_limits(call):
    """The documented limits again."""
    call.store.set_setting("session-limits", call.identity.context, None)
    return _done()


@route("POST", "/testdata/limits/subject/certificate")
def set_certificate_limits(call):
    """Other numbers of certificates for the subject."""
    body = call.body()
    body.choice("subjectIdentifierType", tuple(AUTHORIZED), required=False)
    usual = limits.certificate_limits(call.world, call.identity)
    enrolments = body.child("enrollment", False).number("maxEnrollments", False, low=0)
    certificates = body.child("certificate", False).number(
        "maxCertificates", False, low=0
    )
    body.done()
    given = (enrolments, certificates)
    found = [usual[i] if value is None else value for i, value in enumerate(given)]
    call.store.set_setting("certificate-limits", call.identity.subject, found)
    return _done()


@route("DELETE", "/testdata/limits/subject/certificate")
def default_certificate_limits(call):
    """The documented numbers again."""
    call.store.set_setting("certificate-limits", call.identity.subject, None)
    return _done()


@route("POST", "/testdata/rate-limits")
def set_rate_limits(call):
    """Other rate limits for the context."""
    body = call.body()
    part = body.child("rateLimits")
    found = {}
    for group in limits.PRODUCTION:
        values = part.child(group)
        found[group] = {name: values.number(name, low=0) for name, _s in limits.WINDOWS}
    body.done()
    call.store.set_setting("rate-limits", call.identity.context, found)
    return _done()


@route("DELETE", "/testdata/rate-limits")
def default_rate_limits(call):
    """The rate limits of this environment again."""
    call.store.set_setting("rate-limits", call.identity.context, None)
    return _done()


@route("POST", "/testdata/rate-limits/production")
def production_rate_limits(call):
    """Those of production, which are this environment's, too."""
    call.store.set_setting("rate-limits", call.identity.context, None)
    return _done()
