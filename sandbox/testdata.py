"""`/testdata`: what KSeF's test environment offers to set scenes."""

from . import grants, limits
from .auth_request import CONTEXTS
from .clock import iso, parse
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
    text = body.text("description", low=5, high=256)
    units = [
        {
            "nip": unit.text("subjectNip", pattern=NIP),
            "description": unit.text("description", low=5, high=256),
        }
        for unit in body.children("subunits", False)
    ]
    created = body.moment("createdDate", False) or call.now
    body.done()
    if call.store.setting("subjects", nip):
        raise BadRequest(30001)
    found = {
        "type": kind,
        "description": text,
        "created": iso(created),
        "units": units,
    }
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
    is_bailiff = body.flag("isBailiff", required=True)
    text = body.text("description", low=5, high=256)
    created = body.moment("createdDate", False) or call.now
    is_deceased = body.flag("isDeceased")
    body.done()
    if call.store.setting("persons", nip):
        raise BadRequest(30001)
    told = {"pesel": pesel, "is_bailiff": is_bailiff, "description": text}
    call.store.set_setting("persons", nip, {**told, "created": iso(created)})
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


@route("POST", "/testdata/permissions", **OPEN)
def add_permissions(call):
    """Give rights to a company, a person or a certificate."""
    body = call.body()
    context, kind, subject = _parties(body)
    granted = []
    for item in body.children("permissions", low=1):
        kind_of_right = item.choice("permissionType", RIGHTS)
        granted.append((kind_of_right, item.text("description", low=5, high=256)))
    body.done()
    for permission, text in granted:
        grants.give_by_system(call.world, context, (kind, subject), [permission], text)
    return _done()


@route("POST", "/testdata/permissions/revoke", **OPEN)
def remove_permissions(call):
    """Take all rights back."""
    body = call.body()
    context, kind, subject = _parties(body)
    body.done()
    grants.take(call.world, context, (kind, subject))
    return _done()


@route("POST", "/testdata/attachment", **OPEN)
def allow_attachments(call):
    """Let a company send invoices with attachments."""
    body = call.body()
    nip = body.text("nip", pattern=NIP)
    body.done()
    call.store.set_setting("attachments", nip, {"ended": None})
    return _done()


@route("POST", "/testdata/attachment/revoke", **OPEN)
def forbid_attachments(call):
    """The reverse, now or at a day to come."""
    body = call.body()
    nip = body.text("nip", pattern=NIP)
    day = body.day("expectedEndDate", required=False)
    body.done()
    if call.store.setting("attachments", nip):
        ended = iso(parse(day)) if day else call.world.now_text()
        call.store.set_setting("attachments", nip, {"ended": ended})
    return _done()


def _set_blocked(call, value):
    body = call.body()
    part = body.child("contextIdentifier")
    part.choice("type", tuple(CONTEXTS))
    context = part.text("value", low=1)
    body.done()
    call.store.set_setting("blocked", context, value)
    return _done()


@route("POST", "/testdata/context/block", token=None)
def block(call):
    """Logins to the context end in 480."""
    return _set_blocked(call, True)


@route("POST", "/testdata/context/unblock", token=None)
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
    # Asked for since 2.8; what older callers leave out stays as it is.
    if body.has("collectiveIdentifier"):
        part = body.child("collectiveIdentifier")
        most = part.number("maxInvoices", low=2, high=5000)
        found["collectiveIdentifier"] = {"maxInvoices": most}
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
    for group in limits.settable(call.world.knobs["contract"]):
        values = part.child(group)
        found[group] = {
            name: values.number(name, low=limits.NO_LIMIT) for name in limits.NAMES
        }
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
