"""Collective identifiers (*identyfikator zbiorczy*): one number for many invoices."""

from datetime import timedelta

from .clock import parse
from .errors import BadRequest
from .limits import session_limits
from .numbers import COLLECTIVE, KSEF_NUMBER, collective_number
from .query import Currencies
from .routes import json_answer, route

OPEN = {
    "group": "collectiveIdentifier",
    "rights": ("InvoiceRead", "InvoiceWrite", "CollectiveIdentifierManage"),
    "since": "2.7",
}
LEAST, MOST_ASKED = 2, 10
LONGEST_RANGE = timedelta(days=100)


@route("POST", "/collective-identifiers", **OPEN)
def generate(call):
    """Make a number for invoices of one seller."""
    asked = _read(call)
    invoices = _check(call, [number for number, *_payment in asked])
    seller = invoices[0]["seller"]
    made = collective_number(seller, call.now)
    call.store.add(
        "collectives",
        id=made,
        context_type=call.identity.context_type,
        context=call.identity.context,
        seller=seller,
        created=call.world.now_text(),
        count=len(asked),
    )
    for number, amount, currency, description in asked:
        call.store.add(
            "collective_invoices",
            collective_id=made,
            invoice_id=number,
            amount=amount,
            currency=currency,
            description=description,
        )
    return json_answer({"collectiveIdentifierNumber": made}, 201)


def _read(call):
    """[(KSeF number, amount, currency, description)] that the caller names."""
    body = call.body()
    limits = session_limits(call.world, call.identity.context)
    most = limits["collectiveIdentifier"]["maxInvoices"]
    found = []
    for item in body.children("invoices", low=LEAST, high=most):
        number = item.text("ksefNumber", pattern=KSEF_NUMBER)
        amount = currency = None
        if item.has("payment"):
            payment = item.child("payment")
            amount = payment.number("amount", kind=(int, float))
            currency = payment.choice("currency", Currencies())
        text = item.text("description", required=False, high=512)
        found.append((number, amount, currency, text))
    body.done()
    return found


def _check(call, numbers):
    """The invoices, when they may stand together.

    :raises BadRequest: 71005 one twice, 71001 none such, 71004 different sellers,
        71002 in too many already
    """
    for number in numbers:
        if numbers.count(number) > 1:
            raise BadRequest(71005, f"Powtórzony numer KSeF {number}.")
    found = [_invoice(call, number) for number in numbers]
    for number, invoice in zip(numbers, found, strict=True):
        if invoice is None:
            raise BadRequest(
                71001, f"Faktura o numerze KSeF {number} nie została znaleziona."
            )
    for invoice in found:
        if invoice["seller"] != found[0]["seller"]:
            raise BadRequest(
                71004, f"Faktura o numerze KSeF {invoice['id']} ma innego sprzedawcę."
            )
    for invoice in found:
        _check_count(call, invoice["id"])
    return found


def _check_count(call, number):
    row = call.store.row(
        "SELECT count(*) AS total FROM collective_invoices JOIN collectives "
        "ON id = collective_id WHERE invoice_id = ? AND context = ?",
        number,
        call.identity.context,
    )
    if row["total"] >= call.world.knobs["collective_per_invoice"]:
        raise BadRequest(
            71002,
            f"Faktura o numerze KSeF {number} jest już przypisana do maksymalnej "
            "liczby Identyfikatorów Zbiorczych.",
        )


def _invoice(call, number):
    """An invoice to which the context is a party, or None."""
    return call.store.row(
        "SELECT * FROM invoices WHERE id = ? "
        "AND id IN (SELECT invoice_id FROM parties WHERE nip = ?)",
        number,
        call.identity.context,
    )


def _is_own(call, row):
    return row["context"] == call.identity.context


@route("POST", "/collective-identifiers/query", **OPEN)
def search(call):
    """Those made in this context, and those that others made for its sales."""
    body = call.body()
    number = body.text("collectiveIdentifierNumber", False)
    begin, end = body.moment("dateCreatedFrom"), body.moment("dateCreatedTo")
    low = body.number("invoiceCountFrom", False)
    high = body.number("invoiceCountTo", False)
    own = body.flag("createdInCurrentContext", default=None)
    body.done()
    if not timedelta(0) <= end - begin <= LONGEST_RANGE:
        raise BadRequest(21405, "dateCreatedFrom: zakres dat musi być od 0 do 100 dni.")
    who = call.identity
    rows = call.store.rows(
        "SELECT * FROM collectives WHERE (context_type = ? AND context = ?) "
        "OR (? = 'Nip' AND seller = ?)",
        who.context_type,
        who.context,
        who.context_type,
        who.context,
    )
    found = [
        row
        for row in rows
        if begin <= parse(row["created"]) <= end
        and number in (None, row["id"])
        and (low is None or row["count"] >= low)
        and (high is None or row["count"] <= high)
        and own in (None, _is_own(call, row))
    ]
    return _listed(call, found, lambda row: {"invoiceCount": row["count"]})


def _listed(call, rows, more):
    """A page of numbers, the newest first."""
    page, token = call.key_page(rows, lambda row: (row["created"], row["id"]), 200)
    listed = [
        {
            "collectiveIdentifierNumber": row["id"],
            "dateCreated": row["created"],
            "createdInCurrentContext": _is_own(call, row),
            **more(row),
        }
        for row in page
    ]
    return json_answer({"continuationToken": token, "collectiveIdentifiers": listed})


@route("GET", "/collective-identifiers/ksef/<number>", **OPEN)
def of_invoice(call):
    """Those that an invoice stands in; none for who has no part in the invoice."""
    rows = []
    if _invoice(call, call.args["number"]):
        rows = call.store.rows(
            "SELECT collectives.* FROM collectives JOIN collective_invoices "
            "ON id = collective_id WHERE invoice_id = ?",
            call.args["number"],
        )
    return _listed(call, rows, lambda _row: {})


@route("POST", "/collective-identifiers/invoices", **{**OPEN, "since": "2.9"})
def members(call):
    """The invoices of some numbers; amounts for their maker and the parties only."""
    body = call.body()
    numbers = body.texts(
        "collectiveIdentifierNumbers", low=1, high=MOST_ASKED, pattern=COLLECTIVE
    )
    body.done()
    rows = call.store.rows(
        "SELECT collective_invoices.*, context FROM collective_invoices "
        "JOIN collectives ON id = collective_id "
        f"WHERE collective_id IN ({', '.join('?' * len(numbers))})",
        *numbers,
    )
    page, token = call.key_page(
        rows, lambda row: (row["invoice_id"], row["collective_id"]), 500
    )
    listed = [_describe(call, row) for row in page]
    return json_answer({"continuationToken": token, "invoices": listed})


def _describe(call, row):
    found = {
        "ksefNumber": row["invoice_id"],
        "collectiveIdentifierNumber": row["collective_id"],
    }
    has_details = row["amount"] is not None or row["description"] is not None
    may_see = _is_own(call, row) or _invoice(call, row["invoice_id"])
    if has_details and not may_see:
        return {**found, "detailsHidden": True}
    payment = None
    if row["amount"] is not None:
        payment = {"amount": row["amount"], "currency": row["currency"]}
    return {
        **found,
        "payment": payment,
        "description": row["description"],
        "detailsHidden": False,
    }
