"""KSeF tokens (*tokeny KSeF*): making, listing, revoking, logging in with them."""

import hashlib
import hmac
import json
import re
import secrets

from .clock import iso, parse
from .errors import BadRequest, Forbidden
from .numbers import TOKEN
from .routes import empty, json_answer, route

RIGHTS = (
    "InvoiceRead",
    "InvoiceWrite",
    "CredentialsRead",
    "CredentialsManage",
    "SubunitManage",
    "EnforcementOperations",
    "Introspection",
    "CollectiveIdentifierManage",
)
STATUSES = ("Pending", "Active", "Revoking", "Revoked", "Failed")
AUTHOR_TYPES = ("Nip", "Pesel", "Fingerprint")
ACTIVE_AFTER_SECONDS = 2
WRONG_ENCRYPTION = "Nieprawidłowe szyfrowanie tokena"
WRONG_ENCODING = "Nieprawidłowe kodowanie tokena"
WRONG, WRONG_TIME = "Nieprawidłowy token", "Nieprawidłowy czas tokena"
REVOKED, INACTIVE = "Token unieważniony", "Token nieaktywny"


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def new(world, context, author, permissions, description, active=False):
    """Make a token; returns (reference number, secret).

    :param context: (type, identifier); likewise the author
    :param active: it can log in at once
    """
    reference = world.reference(TOKEN)
    secret = f"{reference}|nip-{context[1][:10]}|{secrets.token_hex(32)}"
    world.store.add(
        "tokens",
        id=reference,
        secret=_digest(secret),
        context_type=context[0],
        context=context[1],
        author_type=author[0],
        author=author[1],
        description=description,
        permissions=json.dumps(list(permissions)),
        created=iso(world.clock.now()),
        polls=1_000_000 if active else 0,
    )
    return reference, secret


def judge(world, plain, made, context_type, context):
    """Look a decrypted token up: (its row or None, what is wrong or None).

    :param plain: bytes `token|timestampMs`, None when they could not be decrypted
    :param made: milliseconds of the challenge
    """
    if plain is None:
        return None, WRONG_ENCRYPTION
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        return None, WRONG_ENCODING
    secret, _bar, moment = text.rpartition("|")
    row = world.store.get("tokens", secret.split("|")[0])
    if not row or not hmac.compare_digest(row["secret"], _digest(secret)):
        return None, WRONG
    if not re.fullmatch(r"\d+", moment) or int(moment) != made:
        return row, WRONG_TIME
    if (row["context_type"], row["context"]) != (context_type, context):
        return row, f"Token nie może być użyty w kontekście {context}"
    problem = {"Active": None, "Pending": INACTIVE}.get(status_of(world, row), REVOKED)
    if not problem:
        world.store.change("tokens", row["id"], used=iso(world.clock.now()))
    return row, problem


def status_of(world, row):
    """Pending, Active or Revoked."""
    if row["revoked"]:
        return "Revoked"
    age = (world.clock.now() - parse(row["created"])).total_seconds()
    polled = row["polls"] >= world.knobs["polls_before_ready"]
    return "Active" if polled or age >= ACTIVE_AFTER_SECONDS else "Pending"


def _describe(world, row):
    return {
        "referenceNumber": row["id"],
        "authorIdentifier": {"type": row["author_type"], "value": row["author"]},
        "contextIdentifier": {"type": row["context_type"], "value": row["context"]},
        "description": row["description"],
        "requestedPermissions": json.loads(row["permissions"]),
        "dateCreated": row["created"],
        "lastUseDate": row["used"],
        "status": status_of(world, row),
        "statusDetails": [],
    }


@route("POST", "/tokens")
def create(call):
    """Make a token of the caller's; the secret is told only now."""
    body, who = call.body(), call.identity
    permissions = body.choices("permissions", RIGHTS)
    description = body.text("description", low=5, high=256)
    if not permissions:
        body.wrong("permissions", "lista nie może być pusta.")
    body.done()
    if who.by_token:
        raise Forbidden("auth-method-not-allowed", authenticationMethodCategory="Token")
    if who.context_type not in ("Nip", "InternalId"):
        raise BadRequest(26002, f"{who.context_type}; dozwolone: Nip, InternalId.")
    if missing := sorted(set(permissions) - who.permissions):
        raise BadRequest(26001, f"Brak uprawnień: {', '.join(missing)}.")
    reference, secret = new(
        call.world,
        (who.context_type, who.context),
        (who.subject_type, who.subject),
        permissions,
        description,
    )
    return json_answer({"referenceNumber": reference, "token": secret}, 202)


def _visible(call, *manager):
    """Condition and values for the tokens that the caller may see."""
    who = call.identity
    if who.permissions.intersection(manager):
        return "context = ?", [who.context]
    if who.by_token:
        login = call.store.get("logins", who.login)
        return "id = ?", [login["token_id"]]
    return "context = ? AND author = ?", [who.context, who.subject]


@route("GET", "/tokens")
def listing(call):
    """Tokens of the context, newest first; filters in the query string."""
    where, values = _visible(call, "CredentialsManage", "CredentialsRead")
    args = call.request.args
    for name, column in (
        ("description", "description"),
        ("authorIdentifier", "author"),
    ):
        if (text := args.get(name)) is not None:
            if len(text) < 3:
                raise BadRequest(21405, f"{name}: najmniej 3 znaki.")
            where += f" AND instr(lower({column}), lower(?))"
            values.append(text)
    if (kind := args.get("authorIdentifierType")) is not None:
        if kind not in AUTHOR_TYPES:
            raise BadRequest(21405, "authorIdentifierType: nieznana wartość.")
        where, values = f"{where} AND author_type = ?", [*values, kind]
    wanted = args.getlist("status")
    if set(wanted) - set(STATUSES):
        raise BadRequest(21405, "status: nieznana wartość.")
    if wanted:
        all_rows = call.store.rows(f"SELECT * FROM tokens WHERE {where}", *values)
        ids = [row["id"] for row in all_rows if status_of(call.world, row) in wanted]
        where = f"id IN ({', '.join('?' * len(ids))})"
        values = ids
    rows, token = call.page("tokens", where, values, high=100, newest_first=True)
    found = [_describe(call.world, row) for row in rows]
    return json_answer({"continuationToken": token, "tokens": found})


def _find(call, *manager):
    where, values = _visible(call, *manager)
    return call.store.row(
        f"SELECT * FROM tokens WHERE id = ? AND {where}",
        call.args["reference"],
        *values,
    )


@route("GET", "/tokens/<reference>")
def one(call):
    """State of a token."""
    row = _find(call, "CredentialsManage", "CredentialsRead")
    if not row:
        raise BadRequest(21405, f"Token {call.args['reference']} nie istnieje.")
    answer = _describe(call.world, row)
    call.store.change("tokens", row["id"], polls=row["polls"] + 1)
    return json_answer(answer)


@route("DELETE", "/tokens/<reference>")
def revoke(call):
    """End a token: nobody logs in with it or refreshes any more."""
    row = _find(call, "CredentialsManage")
    if not row:
        raise BadRequest(21405, f"Token {call.args['reference']} nie istnieje.")
    call.store.change("tokens", row["id"], revoked=1)
    return empty()
