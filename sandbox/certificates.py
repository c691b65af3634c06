"""KSeF certificates: enrolment by CSR, retrieval, search, revocation."""

import base64
from datetime import timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from . import pki, registry
from .clock import iso, parse
from .errors import BadRequest, Forbidden, Gone
from .limits import certificate_limits
from .numbers import ENROLMENT
from .routes import LAST_PAGE, empty, json_answer, route

VALID = timedelta(days=730)
KEPT = timedelta(days=30)
TYPES = ("Authentication", "Offline")
REASONS = ("Unspecified", "Superseded", "KeyCompromise")
NAME = r"[a-zA-Z0-9_\- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]+"
SERIAL = r"[0-9A-F]{16}"
HASHES = ("sha1", "sha256", "sha384", "sha512")
STATUSES = {
    100: "Wniosek przyjęty do realizacji",
    200: "Wniosek obsłużony (certyfikat wygenerowany)",
    400: "Wniosek odrzucony",
}
# Member of the answer -> attribute of the distinguished name
ATTRIBUTES = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "uniqueIdentifier": NameOID.X500_UNIQUE_IDENTIFIER,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": pki.ORGANIZATION_IDENTIFIER,
}


def _subject(call, refusal):
    """The distinguished name of the certificate that the caller logged in with.

    :raises BadRequest: `refusal`, when it was a KSeF token
    """
    if call.identity.by_token:
        raise BadRequest(refusal)
    login = call.store.get("logins", call.identity.login)
    return x509.load_der_x509_certificate(login["certificate"]).subject


def _described(subject):
    found = {}
    for member, oid in ATTRIBUTES.items():
        values = subject.get_attributes_for_oid(oid)
        if values:
            found[member] = str(values[0].value)
    return found


def _remaining(call):
    """((enrolments left, limit), (certificates left, limit))"""
    subject = call.identity.subject
    counts = call.store.row(
        "SELECT (SELECT count(*) FROM enrolments WHERE subject = ?) AS enrolments, "
        "(SELECT count(*) FROM certificates WHERE subject = ? AND status = 'Active' "
        "AND valid_to > ?) AS certificates",
        subject,
        subject,
        iso(call.now),
    )
    limits = certificate_limits(call.world, call.identity)
    return tuple((max(0, n - used), n) for n, used in zip(limits, counts, strict=True))


@route("GET", "/certificates/limits")
def limits(call):
    """How many more can be had."""
    enrolment, certificate = _remaining(call)
    return json_answer(
        {
            "canRequest": bool(enrolment[0] and certificate[0]),
            "enrollment": {"remaining": enrolment[0], "limit": enrolment[1]},
            "certificate": {"remaining": certificate[0], "limit": certificate[1]},
        }
    )


@route("GET", "/certificates/enrollments/data")
def data(call):
    """What must stand in the CSR."""
    return json_answer(_described(_subject(call, 25001)))


@route("POST", "/certificates/enrollments")
def enrol(call):
    """Take a CSR; the certificate is made after a while."""
    body = call.body()
    label = body.text("certificateName", low=5, high=100, pattern=NAME)
    kind = body.choice("certificateType", TYPES)
    content = body.binary("csr")
    begin = body.moment("validFrom", required=False)
    body.done()
    subject = _subject(call, 25002)
    csr = _read_csr(content)
    if _described(csr.subject) != _described(subject):
        raise BadRequest(25003)
    enrolment, certificate = _remaining(call)
    if not enrolment[0]:
        raise BadRequest(25006)
    if not certificate[0]:
        raise BadRequest(25007)
    return _make(call, csr, label, kind, max(begin or call.now, call.now))


def _read_csr(content):
    """:raises BadRequest: 25004, 25010, 25011"""
    try:
        csr = x509.load_der_x509_csr(content)
        key = csr.public_key()
        is_valid = csr.is_signature_valid
        algorithm = csr.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise BadRequest(25004) from error
    if not is_valid:
        raise BadRequest(25004)
    is_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048
    is_ec = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    if not is_rsa and not is_ec:
        raise BadRequest(25010)
    if algorithm is None or algorithm.name not in HASHES:
        raise BadRequest(25011)
    return csr


def _make(call, csr, label, kind, begin):
    who, world = call.identity, call.world
    reference = world.reference(ENROLMENT)
    row = {"code": 200, "detail": None, "serial": None}
    taken = call.store.row(
        "SELECT 1 FROM certificates WHERE key_id = ? AND subject != ?",
        pki.key_id(csr.public_key()),
        who.subject,
    )
    if taken:
        row |= {"code": 400, "detail": "Klucz jest certyfikowany dla innego podmiotu."}
    else:
        made = world.authority.certify(
            csr.subject, csr.public_key(), kind.lower(), begin, begin + VALID
        )
        owner = (who.subject_type, who.subject)
        row["serial"] = registry.register(world, made, owner, kind, label)
    created = iso(call.now)
    call.store.add(
        "enrolments", id=reference, subject=who.subject, created=created, **row
    )
    return json_answer({"referenceNumber": reference, "timestamp": created}, 202)


@route("GET", "/certificates/enrollments/<reference>")
def enrolment(call):
    """How a request goes; at its end, the serial number."""
    row = call.store.get("enrolments", call.args["reference"])
    if not row or row["subject"] != call.identity.subject:
        raise BadRequest(25005)
    if call.now - parse(row["created"]) > KEPT:
        raise Gone
    ready = call.world.poll("enrolments", row, row["created"])
    code = row["code"] if ready else 100
    status = {"code": code, "description": STATUSES[code]}
    if ready and row["detail"]:
        status["details"] = [row["detail"]]
    answer = {"requestDate": row["created"], "status": status}
    if ready and row["serial"]:
        answer["certificateSerialNumber"] = row["serial"]
    return json_answer(answer)


@route("POST", "/certificates/retrieve")
def retrieve(call):
    """Certificates of the caller by serial numbers."""
    body = call.body()
    serials = body.texts("certificateSerialNumbers", pattern=SERIAL, low=1, high=10)
    body.done()
    rows = call.store.rows(
        f"SELECT * FROM certificates WHERE id IN ({', '.join('?' * len(serials))}) "
        "AND subject = ?",
        *serials,
        call.identity.subject,
    )
    found = [
        {
            "certificate": base64.b64encode(row["der"]).decode(),
            "certificateName": row["name"],
            "certificateSerialNumber": row["id"],
            "certificateType": row["usage"],
        }
        for row in rows
    ]
    return json_answer({"certificates": found})


@route("POST", "/certificates/query")
def search(call):
    """Certificates of the caller, the newest request first."""
    body = call.body()
    serial = body.text("certificateSerialNumber", False, pattern=SERIAL)
    label = body.text("name", False)
    kind = body.choice("type", TYPES, False)
    status = body.choice("status", registry.STATUSES, False)
    after = body.moment("expiresAfter", False)
    body.done()
    size = call.page_size(50)
    start = call.query_number("pageOffset", 0, LAST_PAGE, 0) * size
    rows = call.store.rows(
        "SELECT * FROM certificates WHERE subject = ? ORDER BY rowid DESC",
        call.identity.subject,
    )
    found = [
        _listed(call.world, row)
        for row in rows
        if serial in (None, row["id"])
        and (label or "").lower() in row["name"].lower()
        and kind in (None, row["usage"])
        and status in (None, registry.status_of(call.world, row))
        and (after is None or row["valid_to"] > iso(after))
    ]
    page, rest = found[start : start + size], found[start + size :]
    return json_answer({"certificates": page, "hasMore": bool(rest)})


def _listed(world, row):
    certificate = x509.load_der_x509_certificate(row["der"])
    return {
        "certificateSerialNumber": row["id"],
        "name": row["name"],
        "type": row["usage"],
        "commonName": _described(certificate.subject)["commonName"],
        "status": registry.status_of(world, row),
        "subjectIdentifier": {"type": row["subject_type"], "value": row["subject"]},
        "validFrom": row["valid_from"],
        "validTo": row["valid_to"],
        "lastUseDate": row["used"],
        "requestDate": row["requested"],
    }


@route("POST", "/certificates/<serial>/revoke")
def revoke(call):
    """End a certificate of the caller."""
    if call.identity.by_token:
        raise Forbidden("auth-method-not-allowed", authenticationMethodCategory="Token")
    if call.request.get_data():
        call.body().choice("revocationReason", REASONS, required=False)
    row = _own(call)
    if registry.status_of(call.world, row) != "Active":
        raise BadRequest(25009)
    registry.set_status(call.world, row["id"], "Revoked")
    return empty()


def _own(call):
    """:raises BadRequest: 25008"""
    row = call.store.get("certificates", call.args["serial"])
    if not row or row["subject"] != call.identity.subject:
        raise BadRequest(25008)
    return row


@route("PUT", "/testdata/certificates/<serial>", since="2.7")
def change_validity(call):
    """Let a certificate of the caller end earlier."""
    body = call.body()
    end = body.moment("validTo")
    body.done()
    row = _own(call)
    if iso(end) > row["valid_to"]:
        raise BadRequest(21405, "validTo: nie może być późniejsza niż obecna.")
    call.store.change("certificates", row["id"], valid_to=iso(end))
    return empty(200)
