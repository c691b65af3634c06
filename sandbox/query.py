"""Searching invoices by their metadata, and downloading one."""

from dataclasses import dataclass
from datetime import timedelta

from . import invoices
from .clock import iso, parse, warsaw_day
from .errors import BadRequest
from .numbers import KSEF_NUMBER, NIP
from .routes import LAST_PAGE, file_answer, json_answer, route

SUBJECTS = ("Subject1", "Subject2", "Subject3", "SubjectAuthorized")
DATES = {"Issue": "issued", "Invoicing": "invoicing", "PermanentStorage": "stored"}
TYPES = (
    "Vat",
    "Zal",
    "Kor",
    "Roz",
    "Upr",
    "KorZal",
    "KorRoz",
    "VatPef",
    "VatPefSp",
    "KorPef",
    "VatRr",
    "KorVatRr",
)
AMOUNTS = {"Brutto": "gross", "Netto": "net", "Vat": "vat"}
BUYERS = ("Nip", "VatUe", "Other", "None")
# Three months till 2.7.0; since 2.7.1 a hundred days, counted in UTC.
LONGEST_RANGE = timedelta(days=100)
LONGEST_RANGE_26 = timedelta(days=92)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Filters:
    """A search: SQL condition, its values, and the order."""

    where: str
    values: list
    column: str
    hwm: str


def high_water_mark(world):
    """Up to here nothing more will appear (*PermanentStorageHwmDate*)."""
    if world.knobs["hwm_frozen"]:
        return parse(world.knobs["hwm_frozen"])
    now = world.clock.now()
    mark = now - timedelta(seconds=world.knobs["hwm_lag_seconds"])
    late = world.store.row(
        "SELECT min(stored) AS first FROM invoices WHERE visible > ? AND stored <= ?",
        iso(now),
        iso(now),
    )["first"]
    return min(mark, parse(late) - MICROSECOND) if late else mark


def read_filters(call, body):
    """The filters of a query or an export.

    :raises BadRequest: 21405, 21183
    """
    subject = body.choice("subjectType", SUBJECTS)
    span = body.child("dateRange")
    kind = span.choice("dateType", tuple(DATES))
    begin, end = span.moment("from"), span.moment("to", required=False)
    restrict = span.flag("restrictToPermanentStorageHwmDate")
    where = [
        "id IN (SELECT invoice_id FROM parties WHERE nip = ? AND role = ?)",
        "visible <= ?",
    ]
    values = [call.identity.context, subject, iso(call.now)]
    _read_details(body, where, values)
    body.done()
    end = end or max(call.now, begin)
    is_old = call.world.knobs["contract"] == "2.6"
    longest = LONGEST_RANGE_26 if is_old else LONGEST_RANGE
    if not timedelta(0) <= end - begin <= longest:
        raise BadRequest(
            21405, f"dateRange: zakres dat musi być od 0 do {longest.days} dni."
        )
    mark = high_water_mark(call.world) if kind == "PermanentStorage" else None
    if mark and restrict:
        if begin > mark:
            raise BadRequest(
                21183,
                "Parametr dateRange.from jest późniejszy niż PermanentStorageHwmDate "
                "przy włączonym restrictToPermanentStorageHwmDate.",
            )
        end = min(end, mark)
    where.append(f"{DATES[kind]} BETWEEN ? AND ?")
    as_text = (lambda m: warsaw_day(m).isoformat()) if kind == "Issue" else iso
    values += [as_text(begin), as_text(end)]
    return Filters(
        " AND ".join(where), values, DATES[kind], iso(mark) if mark else None
    )


def _read_details(body, where, values):
    """Everything but the role and the dates."""

    def add(condition, *given):
        where.append(condition)
        values.extend(given)

    if number := body.text("ksefNumber", False, pattern=KSEF_NUMBER):
        add("id = ?", number)
    if number := body.text("invoiceNumber", False, high=256):
        add("number = ?", number)
    if nip := body.text("sellerNip", False, pattern=NIP):
        add("seller = ?", nip)
    if mode := body.choice("invoicingMode", ("Online", "Offline"), False):
        add("mode = ?", mode)
    if codes := body.choices("currencyCodes", Currencies(), False):
        marks = ", ".join("?" * len(codes))
        add(f"json_extract(metadata, '$.currency') IN ({marks})", *codes)
    if types := body.choices("invoiceTypes", TYPES, False):
        add(f"type IN ({', '.join('?' * len(types))})", *types)
    if form := body.choice("formType", ("FA", "PEF", "FA_RR"), False):
        add("json_extract(metadata, '$.formCode.value') = ?", form)
    for name in ("isSelfInvoicing", "hasAttachment"):
        if body.has(name):
            add(f"json_extract(metadata, '$.{name}') = ?", int(body.flag(name)))
    if body.has("amount"):
        _read_amount(body.child("amount"), add)
    if body.has("buyerIdentifier"):
        _read_buyer(body.child("buyerIdentifier"), add)


class Currencies:
    """Any three capital letters; the list of ISO 4217 is not repeated here."""

    def __contains__(self, code):
        return isinstance(code, str) and len(code) == 3 and code.isupper()


def _read_amount(amount, add):
    column = AMOUNTS.get(amount.choice("type", tuple(AMOUNTS)))
    for name, sign in (("from", ">="), ("to", "<=")):
        value = amount.number(name, False, kind=(int, float))
        if column and value is not None:
            add(f"{column} {sign} ?", value)


def _read_buyer(buyer, add):
    kind = buyer.choice("type", BUYERS)
    add("json_extract(metadata, '$.buyer.identifier.type') = ?", kind)
    if value := buyer.text("value", False, high=50):
        add("json_extract(metadata, '$.buyer.identifier.value') = ?", value)


def select(store, filters, limit, offset=0, descending=False):
    """Rows of a search, by its date."""
    order = "DESC" if descending else "ASC"
    return store.rows(
        f"SELECT * FROM invoices WHERE {filters.where} "
        f"ORDER BY {filters.column} {order}, rowid {order} LIMIT ? OFFSET ?",
        *filters.values,
        limit,
        offset,
    )


@route(
    "POST",
    "/invoices/query/metadata",
    group="invoiceMetadata",
    rights=("InvoiceRead",),
)
def metadata(call):
    """A page of what is known of invoices that fit the filters."""
    filters = read_filters(call, call.body())
    size = call.page_size(250)
    start = call.query_number("pageOffset", 0, LAST_PAGE, 0) * size
    order = call.request.args.get("sortOrder", "Asc")
    if order not in ("Asc", "Desc"):
        raise BadRequest(21405, "sortOrder: Asc lub Desc.")
    cap = call.world.knobs["query_cap"]
    wanted = max(0, min(size, cap - start))
    rows = select(call.store, filters, wanted + 1, start, order == "Desc")
    has_more = len(rows) > wanted
    return json_answer(
        {
            "hasMore": has_more,
            "isTruncated": has_more and start + wanted >= cap,
            "permanentStorageHwmDate": filters.hwm,
            "invoices": [invoices.describe(row) for row in rows[:wanted]],
        }
    )


@route(
    "GET",
    "/invoices/ksef/<number>",
    group="invoiceDownload",
    rights=("InvoiceRead",),
)
def download(call):
    """The file of an invoice to which the context is a party."""
    number = call.args["number"]
    row = call.store.row(
        "SELECT * FROM invoices WHERE id = ? "
        "AND id IN (SELECT invoice_id FROM parties WHERE nip = ?)",
        number,
        call.identity.context,
    )
    if not row:
        raise BadRequest(
            21164, f"Faktura o numerze KSeF {number} nie została znaleziona."
        )
    if row["visible"] > iso(call.now):
        raise BadRequest(
            21165,
            f"Faktura o numerze KSeF {number} została przetworzona, ale nie jest "
            "jeszcze dostępna do pobrania. Spróbuj ponownie później.",
        )
    return file_answer(row["xml"], row["hash"])
