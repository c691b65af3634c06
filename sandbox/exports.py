"""Exports of invoices: encrypted packages, made in the background."""

import json
from datetime import timedelta

from . import archives, files, invoices, query
from .clock import iso, parse
from .encryption import encrypt, read_encryption
from .errors import BadRequest, Gone
from .numbers import EXPORT
from .routes import file_answer, json_answer, route

MOST_AT_ONCE = 10
STATUS_KEPT, PACKAGE_KEPT = timedelta(days=7), timedelta(days=3)
DESCRIPTIONS = {
    100: "Eksport faktur w toku",
    200: "Eksport faktur zakończony sukcesem",
    210: "Eksport faktur wygasł i nie jest już dostępny do pobrania",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Zakres filtrowania wykracza poza dostępny zakres danych",
    500: "Nieznany błąd (500)",
    550: "Operacja została anulowana przez system",
}
LAST = {
    "issued": "lastIssueDate",
    "invoicing": "lastInvoicingDate",
    "stored": "lastPermanentStorageDate",
}
BEYOND_MARK = 21183


@route("POST", "/invoices/exports", group="invoiceExport", rights=("InvoiceRead",))
def begin(call):
    """Order a package of the invoices that fit the filters."""
    body = call.body()
    kind = body.choice("compressionType", archives.KINDS, False) or "Zip"
    only_metadata = body.flag("onlyMetadata")
    code, detail, filters = 200, None, None
    try:
        filters = query.read_filters(call, body.child("filters"))
    except BadRequest as error:
        if error.code != BEYOND_MARK:
            raise
        code, detail = 420, error.details[0]
    key, vector = read_encryption(call.world, body)
    _check_running(call)
    reference = call.world.reference(EXPORT)
    call.store.add(
        "exports",
        id=reference,
        context=call.identity.context,
        subject=call.identity.subject,
        created=iso(call.now),
        code=code if key else 415,
        package=json.dumps({"done": code != 200 or not key, "detail": detail}),
    )
    if key and filters:
        order = (filters, kind, only_metadata, key, vector)
        call.world.after(lambda: _build(call.world, reference, *order))
    return json_answer({"referenceNumber": reference}, 201)


def _check_running(call):
    """:raises BadRequest: 21182"""
    rows = call.store.rows(
        "SELECT * FROM exports WHERE context = ? AND subject = ?",
        call.identity.context,
        call.identity.subject,
    )
    if sum(not _is_done(call.world, row) for row in rows) >= MOST_AT_ONCE:
        raise BadRequest(
            21182,
            "Dla uwierzytelnionego podmiotu w bieżącym kontekście osiągnięto "
            f"maksymalny limit {MOST_AT_ONCE} równoczesnych eksportów faktur. Spróbuj "
            "ponownie później.",
        )


def _is_done(world, row):
    return world.is_ready(row, row["created"]) and json.loads(row["package"])["done"]


def _build(world, reference, filters, kind, only_metadata, key, vector):
    """Pack, split, encrypt each part by itself."""
    store, cap = world.store, world.knobs["export_cap"]
    rows = query.select(store, filters, cap + 1)
    is_truncated, rows = len(rows) > cap, rows[:cap]
    described = {"invoices": [invoices.describe(row) for row in rows]}
    named = [("_metadata.json", json.dumps(described, ensure_ascii=False).encode())]
    if not only_metadata:
        named += [(f"{row['id']}.xml", row["xml"]) for row in rows]
    archive = archives.pack(named, kind)
    size = world.knobs["export_part_bytes"]
    package = {
        "done": True,
        "finished": world.now_text(),
        "invoiceCount": len(rows),
        "size": len(archive),
        "isTruncated": is_truncated,
        "permanentStorageHwmDate": filters.hwm,
        "parts": [],
    }
    if is_truncated:
        package[LAST[filters.column]] = rows[-1][filters.column]
    if world.knobs["contract"] == "2.9":
        package["compressionType"] = kind
    with store.transaction():
        for ordinal, start in enumerate(range(0, len(archive), size), 1):
            plain = archive[start : start + size]
            secret = encrypt(plain, key, vector)
            store.add(
                "export_parts", export_id=reference, ordinal=ordinal, content=secret
            )
            extension = "zip" if kind == "Zip" else "tar.gz"
            package["parts"].append(
                {
                    "ordinalNumber": ordinal,
                    "partName": f"{reference}-{ordinal:03}.{extension}.aes",
                    "method": "GET",
                    "partSize": len(plain),
                    "partHash": invoices.sha256(plain),
                    "encryptedPartSize": len(secret),
                    "encryptedPartHash": invoices.sha256(secret),
                }
            )
        store.change("exports", reference, package=json.dumps(package))


@route(
    "GET",
    "/invoices/exports/<reference>",
    group="invoiceExportStatus",
    rights=("InvoiceRead",),
)
def status(call):
    """How an export goes; at its end, where the parts are."""
    row = call.store.get("exports", call.args["reference"])
    if not row or row["context"] != call.identity.context:
        raise BadRequest(21175)
    state = call.world.knobs["export_state"]
    if state == "410" or call.now - parse(row["created"]) > STATUS_KEPT:
        raise Gone
    ready = call.world.poll("exports", row, row["created"])
    package = json.loads(row["package"])
    code = row["code"] if ready and package.pop("done") else 100
    if code == 200:
        code, answer = _finished(call, row, package, state)
    else:
        answer = {"package": None}
    told = {"code": code, "description": DESCRIPTIONS[code]}
    if code == 420:
        told["details"] = [package["detail"]]
    return json_answer({"status": told, **answer})


def _finished(call, row, package, state):
    """(code, members of the answer) of an export whose package was made."""
    finished = package.pop("finished")
    expires = parse(finished) + PACKAGE_KEPT
    times = {"completedDate": finished, "packageExpirationDate": iso(expires)}
    if state == "210" or call.now >= expires:
        return 210, {**times, "package": None}
    for part in package["parts"]:
        path = f"00/{row['id'].lower()}/export-parts/{part['ordinalNumber']}"
        part["url"], part["expirationDate"] = files.link(call, path)
    return 200, {**times, "package": package}


@route(
    "GET",
    "/storage/00/<export>/export-parts/<int:ordinal>",
    token=None,
    group=None,
    prefix="",
)
def download(call):
    """A part by its pre-signed address."""
    try:
        files.check(call)
    except files.LinkRefused as error:
        return files.refused(error)
    content = call.store.row(
        "SELECT content FROM export_parts WHERE export_id = ? AND ordinal = ?",
        call.args["export"].upper(),
        call.args["ordinal"],
    )["content"]
    digest = invoices.sha256(content)
    return file_answer(content, digest, "application/octet-stream")
