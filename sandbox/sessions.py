"""Sending sessions: what is common to interactive and batch ones."""

import json

from . import documents, upo
from .clock import iso, parse
from .errors import BadRequest
from .numbers import UPO
from .routes import SESSION_READERS, json_answer, route

KINDS = ("Online", "Batch")
DESCRIPTIONS = {
    "Online": {
        100: "Sesja interaktywna otwarta",
        170: "Sesja interaktywna zamknięta",
        200: "Sesja interaktywna przetworzona pomyślnie",
    },
    "Batch": {
        100: "Sesja wsadowa rozpoczęta",
        150: "Trwa przetwarzanie",
        200: "Sesja wsadowa przetworzona pomyślnie",
    },
}
FAILURES = {
    405: "Błąd weryfikacji poprawności dostarczonych elementów paczki",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Przekroczony limit faktur w sesji",
    430: "Błąd dekompresji pierwotnego archiwum",
    435: "Błąd odszyfrowania zaszyfrowanych części archiwum",
    440: "Sesja anulowana",
    445: "Błąd weryfikacji, brak poprawnych faktur",
    500: "Nieznany błąd (500)",
    550: "Operacja została anulowana przez system",
}
# Of the session as a whole: none of its invoices was looked at.
WHOLE = (405, 415, 420, 430, 435, 440)
# Who may list sessions; PefInvoiceWrite is not among them.
LISTERS = ("InvoiceWrite", "EnforcementOperations", "Introspection")
PROCESSING = (150, 170)
COMMON_STATUSES = {
    "InProgress": (100, 150, 170),
    "Succeeded": (200,),
    "Cancelled": (440,),
    "Failed": (405, 415, 420, 430, 435, 445, 500, 550),
}
NOTHING_SENT, TOO_LATE = "Nie przesłano faktur", "Przekroczono czas wysyłki"


def find(call):
    """The session of the address, in the caller's context.

    :raises BadRequest: 21173
    """
    reference = call.args["reference"]
    row = call.store.get("sessions", reference)
    if not row or row["context"] != call.identity.context:
        raise BadRequest(
            21173,
            f"Sesja o numerze referencyjnym {reference} nie została znaleziona.",
        )
    if row["code"] == 100 and parse(row["valid_until"]) <= call.now:
        expire(call.world, row)
        row = call.store.get("sessions", reference)
    return row


def expire(world, row):
    """The time for sending is over: an open session closes by itself."""
    code = 170 if row["kind"] == "Online" else 440
    close(world, row, code, [] if code == 170 else [TOO_LATE])


def close(world, row, code, details=(), ordered=None):
    """Nothing more is taken; polls are counted from now on.

    :param ordered: its last status, by order of a test
    """
    now = iso(world.clock.now())
    world.store.change(
        "sessions",
        row["id"],
        code=code,
        details=json.dumps(list(details)),
        closed=now,
        updated=now,
        polls=0,
        ordered=ordered,
    )


def advance(world, row):
    """Somebody asks for a session: one that was processed gets its last status."""
    if row["code"] not in PROCESSING or not world.poll("sessions", row, row["closed"]):
        return row
    if row["ordered"]:
        world.store.change("sessions", row["id"], code=row["ordered"])
        return world.store.get("sessions", row["id"])
    package = json.loads(row["package"] or '{"done": true}')
    if not package["done"]:
        return row
    if package.get("failure"):
        world.store.change("sessions", row["id"], code=package["failure"])
        return world.store.get("sessions", row["id"])
    return settle(world, row)


def settle(world, row):
    """The last status of a session by its invoices, and the pages of its UPO."""
    counts = count(world, row["id"])
    details = []
    if not counts["total"]:
        code, details = 440, [NOTHING_SENT]
    else:
        code = 200 if counts["good"] else 445
    with world.store.transaction():
        world.store.change(
            "sessions",
            row["id"],
            code=code,
            details=json.dumps(details),
            updated=iso(world.clock.now()),
        )
        # A session is done when all its invoices are.
        world.store.run(
            "UPDATE documents SET polls = max(polls, ?) WHERE session_id = ?",
            world.knobs["polls_before_ready"],
            row["id"],
        )
        pages = -(-counts["good"] // world.knobs["upo_page_size"])
        for page in range(1, pages + 1):
            reference = world.reference(UPO)
            world.store.add("upos", id=reference, session_id=row["id"], page=page)
    return world.store.get("sessions", row["id"])


def count(world, session):
    """Numbers of invoices of a session: total, good, bad."""
    found = world.store.row(
        "SELECT count(*) AS total, coalesce(sum(code = 200), 0) AS good, "
        "coalesce(sum(code > 200), 0) AS bad FROM documents WHERE session_id = ?",
        session,
    )
    return dict(found)


def status_of(row):
    """`{code, description, details?}` of a session."""
    code = row["code"]
    text = DESCRIPTIONS[row["kind"]].get(code) or FAILURES[code]
    details = json.loads(row["details"] or "[]")
    found = {"code": code, "description": text}
    return {**found, "details": details} if details else found


@route("GET", "/sessions/<reference>", group="sessionMisc", rights=SESSION_READERS)
def status(call):
    """How a session goes."""
    row = advance(call.world, find(call))
    counts = _shown_counts(call.world, row)
    answer = {
        "status": status_of(row),
        "dateCreated": row["created"],
        "dateUpdated": row["updated"],
        "validUntil": row["valid_until"],
        **_counts_of_status(row, counts),
    }
    pages = upo.pages(call, row) if row["code"] == 200 else []
    return json_answer({**answer, "upo": {"pages": pages} if pages else None})


def _counts_of_status(row, counts):
    """The counts of one session; null until there is something to count.

    That a count of an open session is null rather than 0, and that there is none of a
    package that failed as a whole, is seen in the Ministry's own tests.
    """
    names = ("invoiceCount", "successfulInvoiceCount", "failedInvoiceCount")
    numbers = (counts["total"], counts["good"], counts["bad"])
    is_whole = row["code"] in WHOLE
    is_counted = row["code"] not in (100, *PROCESSING)
    return {
        name: None if is_whole else number if is_counted else number or None
        for name, number in zip(names, numbers, strict=True)
    }


def _shown_counts(world, row):
    """Numbers that leave out what is not ready yet."""
    rows = world.store.rows("SELECT * FROM documents WHERE session_id = ?", row["id"])
    ready = [item for item in rows if world.is_ready(item, item["sent"])]
    good = sum(item["code"] == 200 for item in ready)
    return {"total": len(rows), "good": good, "bad": len(ready) - good}


def _filters(call):
    """Conditions of GET /sessions."""
    args = call.request.args
    kind = args.get("sessionType")
    if kind not in KINDS:
        raise BadRequest(21405, "sessionType: wartość jest wymagana: Online, Batch.")
    where, values = "context = ? AND kind = ?", [call.identity.context, kind]
    if not call.identity.permissions & {"Introspection", "EnforcementOperations"}:
        where, values = f"{where} AND subject = ?", [*values, call.identity.subject]
    if reference := args.get("referenceNumber"):
        where, values = f"{where} AND id = ?", [*values, reference]
    columns = {"Created": "created", "Closed": "closed", "Modified": "updated"}
    for name, column in columns.items():
        for end, sign in (("From", ">="), ("To", "<=")):
            if text := args.get(f"date{name}{end}"):
                where += f" AND {column} {sign} ?"
                values.append(iso(_moment(f"date{name}{end}", text)))
    wanted = args.getlist("statuses")
    if set(wanted) - set(COMMON_STATUSES):
        raise BadRequest(21405, "statuses: nieznana wartość.")
    if wanted:
        codes = [code for name in wanted for code in COMMON_STATUSES[name]]
        where += f" AND code IN ({', '.join('?' * len(codes))})"
        values += codes
    return where, values


def _moment(name, text):
    try:
        # A plus in a query string arrives as a space.
        return parse(text.replace(" ", "+"))
    except ValueError as error:
        raise BadRequest(21405, f"{name}: nieprawidłowy format.") from error


@route("GET", "/sessions", group="sessionList", rights=LISTERS)
def listing(call):
    """Sessions of the context, newest first."""
    where, values = _filters(call)
    rows, token = call.page("sessions", where, values, high=1000, newest_first=True)
    found = []
    for listed in rows:
        row = advance(call.world, listed)
        counts = _shown_counts(call.world, row)
        found.append(
            {
                "referenceNumber": row["id"],
                "status": status_of(row),
                "dateCreated": row["created"],
                "dateUpdated": row["updated"],
                "validUntil": row["valid_until"],
                "totalInvoiceCount": counts["total"],
                "successfulInvoiceCount": counts["good"],
                "failedInvoiceCount": counts["bad"],
            }
        )
    return json_answer({"continuationToken": token, "sessions": found})


@route(
    "GET",
    "/sessions/<reference>/invoices",
    group="sessionInvoiceList",
    rights=SESSION_READERS,
)
def all_documents(call):
    """Invoices of a session with their states, in the order of sending."""
    return _documents(call, "session_id = ?", [find(call)["id"]])


@route(
    "GET",
    "/sessions/<reference>/invoices/failed",
    group="sessionInvoiceList",
    rights=SESSION_READERS,
)
def failed_documents(call):
    """Those that were refused."""
    session = find(call)["id"]
    rows = call.store.rows(
        "SELECT * FROM documents WHERE session_id = ? AND code > 200", session
    )
    ids = [row["id"] for row in rows if call.world.is_ready(row, row["sent"])]
    return _documents(call, f"id IN ({', '.join('?' * len(ids))})", ids)


def _documents(call, where, values):
    rows, token = call.page("documents", where, values, high=1000)
    found = []
    for row in rows:
        ready = call.world.poll("documents", row, row["sent"])
        found.append(documents.describe(call, row, ready))
    return json_answer({"continuationToken": token, "invoices": found})


@route(
    "GET",
    "/sessions/<reference>/invoices/<document_reference>",
    group="invoiceStatus",
    rights=SESSION_READERS,
)
def one_document(call):
    """State of one invoice of a session."""
    session, reference = find(call), call.args["document_reference"]
    row = call.store.get("documents", reference)
    if not row or row["session_id"] != session["id"]:
        raise BadRequest(21405, f"Faktura {reference} nie została znaleziona w sesji.")
    ready = call.world.poll("documents", row, row["sent"])
    return json_answer(documents.describe(call, row, ready))
