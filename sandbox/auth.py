"""Logging in: challenge, signed request or KSeF token, status, redeem, refresh."""

import json
from datetime import timedelta

from . import auth_request, keys, subjects, tokens, xades_check
from .clock import iso, parse
from .errors import BadRequest, Gone
from .grants import rights
from .identity import grant
from .numbers import CHALLENGE, LOGIN, REFERENCE
from .routes import json_answer, route

OPERATION_SECONDS = 2700
KEPT = timedelta(days=7)
STATUSES = {
    100: "Uwierzytelnianie w toku",
    200: "Uwierzytelnianie zakończone sukcesem",
    415: "Uwierzytelnianie zakończone niepowodzeniem",
    425: "Uwierzytelnienie unieważnione",
    450: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
    460: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędu certyfikatu",
    470: "Uwierzytelnianie zakończone niepowodzeniem",
    480: "Uwierzytelnienie zablokowane",
}
REVOKED = (
    "Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione przez użytkownika"
)
NO_RIGHTS = "Brak przypisanych uprawnień"
BLOCKED = (
    "Podejrzenie incydentu bezpieczeństwa. Skontaktuj się z Ministerstwem Finansów "
    "przez formularz zgłoszeniowy."
)
# authenticationMethod -> authenticationMethodInfo
METHODS = {
    "Token": ("Token", "token.ksef", "Token KSeF"),
    "InternalCertificate": (
        "XadesSignature",
        "xades.internal-certificate",
        "Certyfikat KSeF",
    ),
    "QualifiedSignature": (
        "XadesSignature",
        "xades.qualified-signature",
        "Podpis kwalifikowany",
    ),
    "QualifiedSeal": (
        "XadesSignature",
        "xades.qualified-seal",
        "Pieczęć kwalifikowana",
    ),
}


@route("POST", "/auth/challenge", group="public", token=None)
def challenge(call):
    """A value to sign, good for ten minutes and once."""
    now = call.now
    milliseconds = int(now.timestamp() * 1000)
    made = call.world.reference(CHALLENGE)
    call.store.add("challenges", id=made, created=milliseconds)
    return json_answer(
        {
            "challenge": made,
            "timestamp": iso(now),
            "timestampMs": milliseconds,
            "clientIp": call.ip,
        }
    )


def use_challenge(call, value):
    """Take a challenge, and return when it was made in milliseconds.

    :raises BadRequest: 21111 when it is unknown, used or too old
    """
    found = call.store.get("challenges", value)
    lifetime = call.world.knobs["challenge_seconds"] * 1000
    age = call.world.clock.timestamp() * 1000 - (found["created"] if found else 0)
    if not found or found["used"] or age > lifetime:
        raise BadRequest(21111)
    call.store.change("challenges", value, used=1)
    return int(found["created"])


@route("POST", "/auth/xades-signature", group="public", token=None)
def with_signature(call):
    """Begin a login with a signed AuthTokenRequest."""
    signed = xades_check.verify(call.request.get_data())
    use_challenge(call, signed.request.challenge)
    demand_chain = call.request.args.get("verifyCertificateChain") == "true"
    subject = subjects.of_certificate(signed.certificate, signed.request.subject_type)
    code, detail = subjects.judge_certificate(
        call.world, signed.certificate, subject, demand_chain
    )
    return _begin(
        call,
        signed.request,
        subject,
        method=subjects.method(call.world, signed.certificate),
        verdict=(code, detail),
        serial=f"{signed.certificate.serial_number:016X}",
        certificate=subjects.to_der(signed.certificate),
        document_hash=signed.document_hash,
    )


@route("POST", "/auth/ksef-token", group="public", token=None)
def with_token(call):
    """Begin a login with an encrypted KSeF token."""
    body = call.body()
    value = body.text("challenge", pattern=REFERENCE)
    identifier = body.child("contextIdentifier")
    context_type = identifier.choice("type", tuple(auth_request.CONTEXTS))
    context = identifier.text("value", low=1)
    encrypted = body.binary("encryptedToken")
    key_id = body.text("publicKeyId", required=False, low=44, high=44)
    policy = _json_policy(body)
    body.done()
    keys.check_id(call.world, "KsefTokenEncryption", key_id)
    made = use_challenge(call, value)
    plain = keys.unwrap(call.world, "KsefTokenEncryption", encrypted)
    found, problem = tokens.judge(call.world, plain, made, context_type, context)
    wanted = auth_request.AuthRequest(value, context_type, context, policy=policy)
    subject = (found["author_type"], found["author"]) if found else ("Nip", context)
    return _begin(
        call,
        wanted,
        subject,
        method="Token",
        verdict=(450, problem) if problem else (200, None),
        token_id=found["id"] if found else None,
    )


def _json_policy(body):
    allowed = body.child("authorizationPolicy", False).child("allowedIps", False)
    found = {}
    most = auth_request.MOST_ADDRESSES
    for member, pattern in auth_request.POLICY.values():
        found[member] = allowed.texts(member, False, high=most, pattern=pattern)
    return found


def _begin(call, wanted, subject, verdict, method, **more):
    """Note a login; what becomes of it is told later."""
    code, detail = verdict
    subject_type, value = subject or ("Nip", "")
    if code == 200:
        code, detail = _admit(call.store, wanted, subject_type, value)
    reference = call.world.reference(LOGIN)
    call.store.add(
        "logins",
        id=reference,
        created=iso(call.now),
        method=method,
        context_type=wanted.context_type,
        context=wanted.context,
        subject_type=subject_type,
        subject=value,
        code=code,
        detail=detail,
        policy=json.dumps(wanted.policy),
        **more,
    )
    login = call.store.get("logins", reference)
    token = grant(call.world, login, "operation", OPERATION_SECONDS)
    answer = {"referenceNumber": reference, "authenticationToken": token}
    return json_answer(answer, 202)


def _admit(store, wanted, subject_type, subject):
    """Whether a proven subject may enter the context: (code, detail)."""
    if store.setting("blocked", wanted.context):
        return 480, BLOCKED
    if subject_type == "Pesel" and store.setting("deceased", subject):
        return 470, "Próba wykorzystania metod autoryzacyjnych osoby zmarłej"
    context = (wanted.context_type, wanted.context)
    if not rights(store, context, (subject_type, subject)):
        return 415, NO_RIGHTS
    return 200, None


def status_of(login, ready=True):
    """`{code, description, details}` of a login."""
    code, detail = (login["code"], login["detail"]) if ready else (100, None)
    if ready and login["revoked"]:
        code, detail = 425, REVOKED
    found = {"code": code, "description": STATUSES[code]}
    return {**found, "details": [detail]} if detail else found


def describe(login, ready=True):
    """A login as the statuses and lists show it."""
    category, code, label = METHODS[login["method"]]
    return {
        "startDate": login["created"],
        "authenticationMethod": login["method"],
        "authenticationMethodInfo": {
            "category": category,
            "code": code,
            "displayName": label,
        },
        "status": status_of(login, ready),
        "isTokenRedeemed": bool(login["redeemed"]),
        "lastTokenRefreshDate": login["refreshed"],
        "refreshTokenValidUntil": login["refresh_until"],
    }


@route("GET", "/auth/<reference>", group="public", token="operation")
def status(call):
    """How a login goes."""
    reference = call.args["reference"]
    login = call.store.get("logins", reference)
    if not login or call.identity.login != reference:
        raise BadRequest(21304, _not_found(reference))
    if call.now - parse(login["created"]) > KEPT:
        raise Gone
    ready = call.world.poll("logins", login, login["created"], "auth_polls")
    return json_answer(describe(login, ready))


def _not_found(reference):
    return (
        f"Operacja uwierzytelniania o numerze referencyjnym {reference} nie została "
        "znaleziona."
    )


def _check_alive(call, login, what):
    """:raises BadRequest: 21301 when the login does not, or no longer, allow `what`"""
    ready = call.world.is_ready(login, login["created"], "auth_polls")
    code = status_of(login, ready)["code"]
    if code != 200:
        raise BadRequest(
            21301, f"Status uwierzytelniania ({code}) nie pozwala na {what}."
        )
    token = login["token_id"] and call.store.get("tokens", login["token_id"])
    if token and token["revoked"]:
        raise BadRequest(21301, "Token KSeF został unieważniony.")


def _access(call, login):
    seconds = call.world.knobs["access_token_seconds"]
    found = rights(
        call.store,
        (login["context_type"], login["context"]),
        (login["subject_type"], login["subject"]),
    )
    if login["token_id"]:
        token = call.store.get("tokens", login["token_id"])
        found = found.intersection(json.loads(token["permissions"]))
    return grant(call.world, login, "access", seconds, found)


@route("POST", "/auth/token/redeem", group="public", token="operation")
def redeem(call):
    """Access and refresh token, once."""
    login = call.store.get("logins", call.identity.login)
    _check_alive(call, login, "pobranie tokenów")
    if login["redeemed"]:
        raise BadRequest(
            21301,
            f"Tokeny dla operacji uwierzytelniania {login['id']} zostały już pobrane.",
        )
    seconds = call.world.knobs["refresh_token_seconds"]
    refresh_token = grant(call.world, login, "refresh", seconds)
    until = refresh_token["validUntil"]
    call.store.change("logins", login["id"], redeemed=1, refresh_until=until)
    access = _access(call, login)
    return json_answer({"accessToken": access, "refreshToken": refresh_token})


@route("POST", "/auth/token/refresh", group="public", token="refresh")
def refresh(call):
    """A new access token; the refresh token stays."""
    login = call.store.get("logins", call.identity.login)
    _check_alive(call, login, "odświeżenie tokenu dostępowego")
    call.store.change("logins", login["id"], refreshed=iso(call.now))
    return json_answer({"accessToken": _access(call, login)})
