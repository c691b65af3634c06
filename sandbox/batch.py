"""Batch sessions (*sesja wsadowa*): open, upload the parts, close."""

import json
from datetime import timedelta

from werkzeug.wrappers import Response

from . import batch_work, files, sessions
from .archives import KINDS
from .encryption import read_encryption
from .errors import BadRequest
from .numbers import BATCH
from .online import new_session, read_form
from .routes import empty, json_answer, route

RIGHTS = ("InvoiceWrite", "EnforcementOperations")
MOST_PARTS = 50
# Before encryption; the padding adds at most a block.
LONGEST_PART, BLOCK = 100_000_000, 16
LONGEST_PACKAGE = 5_000_000_000
HEADERS = {"x-ms-blob-type": "BlockBlob"}


@route("POST", "/sessions/batch", group="batchSession", rights=RIGHTS)
def open_session(call):
    """Open a batch session; says where each part goes."""
    body = call.body()
    form = read_form(call.world, body)
    package, parts = _read_package(body)
    offline = body.flag("offlineMode")
    key, vector = read_encryption(call.world, body)
    reference = call.world.reference(BATCH)
    until = call.now + timedelta(
        seconds=call.world.knobs["part_window_seconds"] * len(parts)
    )
    new_session(
        call,
        reference,
        "Batch",
        form,
        key,
        vector,
        until,
        offline=offline,
        package=json.dumps(package),
    )
    requests = []
    for ordinal, size, digest in parts:
        call.store.add(
            "parts", session_id=reference, ordinal=ordinal, size=size, hash=digest
        )
        url, _until = files.link(call, _path(reference, ordinal), "PUT", until)
        requests.append(
            {"ordinalNumber": ordinal, "method": "PUT", "url": url, "headers": HEADERS}
        )
    answer = {"referenceNumber": reference, "partUploadRequests": requests}
    return json_answer(answer, 201)


def _path(reference, ordinal):
    return f"00/{reference.lower()}/batch-parts/{ordinal}"


def _read_package(body):
    """(what is known of the package, [(ordinal, size, hash) of its parts]).

    :raises BadRequest: 21157, 21161
    """
    file = body.child("batchFile")
    package = {
        "size": file.number("fileSize", low=1, high=LONGEST_PACKAGE),
        "hash": file.hash("fileHash"),
        "kind": file.choice("compressionType", KINDS, False) or "Zip",
        "done": False,
    }
    listed = file.children("fileParts", low=1)
    if len(listed) > MOST_PARTS:
        raise BadRequest(21161, f"Dozwolona liczba części to {MOST_PARTS}.")
    parts = [
        (
            part.number("ordinalNumber", low=1),
            part.number("fileSize", low=1),
            part.hash("fileHash"),
        )
        for part in listed
    ]
    body.done()
    if sorted(part[0] for part in parts) != list(range(1, len(parts) + 1)):
        raise BadRequest(
            21405, "batchFile.fileParts: części muszą być numerowane od 1."
        )
    for ordinal, size, _digest in parts:
        if size > LONGEST_PART + BLOCK:
            raise BadRequest(
                21157, f"Rozmiar części {ordinal} przekroczył dozwolony rozmiar 100MB."
            )
    return package, parts


@route(
    "PUT",
    "/storage/00/<session>/batch-parts/<int:ordinal>",
    token=None,
    group=None,
    prefix="",
)
def upload(call):
    """Take a part at its pre-signed address; no token must come along."""
    headers = call.request.headers
    if "Authorization" in headers:
        return files.refused("AuthenticationFailed: no Authorization here", 401)
    try:
        files.check(call)
    except files.LinkRefused as error:
        return files.refused(error)
    if any(headers.get(name) != value for name, value in HEADERS.items()):
        return files.refused("MissingRequiredHeader", 400)
    call.store.run(
        "UPDATE parts SET content = ? WHERE session_id = ? AND ordinal = ?",
        call.request.get_data(),
        call.args["session"].upper(),
        call.args["ordinal"],
    )
    return Response(status=201)


@route(
    "POST",
    "/sessions/batch/<reference>/close",
    group="batchSessionClose",
    rights=RIGHTS,
)
def close(call):
    """All parts are there: the package is processed."""
    session = sessions.find(call)
    if session["kind"] != "Batch":
        raise BadRequest(21173, f"Sesja {session['id']} nie jest wsadowa.")
    if sessions.TOO_LATE in json.loads(session["details"] or "[]"):
        raise BadRequest(21208, "Sesja anulowana, przekroczony czas wysyłki.")
    if session["code"] != 100:
        raise BadRequest(
            21180, f"Status sesji {session['code']} uniemożliwia jej zamknięcie."
        )
    _check_parts(call.store, session["id"])
    sessions.close(call.world, session, 150, ordered=call.ordered_state)
    if not call.ordered_state:
        call.world.after(lambda: batch_work.process(call.world, session["id"]))
    return empty()


def _check_parts(store, session):
    """:raises BadRequest: 21205, 21157"""
    rows = store.rows(
        "SELECT ordinal, size, length(content) AS real FROM parts "
        "WHERE session_id = ? ORDER BY ordinal",
        session,
    )
    for row in rows:
        if not row["real"]:
            raise BadRequest(
                21205, f"Nie przesłano zadeklarowanej '{row['ordinal']}' części pliku."
            )
        if row["real"] != row["size"]:
            raise BadRequest(
                21157,
                f"Zadeklarowany rozmiar części '{row['ordinal']}' nie zgadza się z "
                "rzeczywistym.",
            )
