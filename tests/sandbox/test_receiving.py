"""Finding and downloading invoices."""

from datetime import datetime, timedelta, timezone

import pytest
from ksef_caller import NIP, OTHER, code, invoice, sha, today


def query(caller, subject="Subject2", span=None, path="", **filters):
    """POST /invoices/query/metadata."""
    begin = datetime.now(timezone.utc) - timedelta(days=1)
    dates = {"dateType": "PermanentStorage", "from": begin.isoformat(), **(span or {})}
    body = {"subjectType": subject, "dateRange": dates, **filters}
    return caller.post(f"/invoices/query/metadata{path}", body)


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [item["ksefNumber"] for item in answer.json()["invoices"]]


def test_an_invoice_of_a_supplier_is_found_and_downloaded(fresh, caller):
    xml = invoice("FV/7", seller=OTHER, buyer=NIP)
    number = fresh.issue(xml)
    (found,) = query(caller).json()["invoices"]
    assert found["ksefNumber"] == number
    assert (found["seller"]["nip"], found["invoiceNumber"]) == (OTHER, "FV/7")
    assert (found["netAmount"], found["vatAmount"], found["grossAmount"]) == (
        100,
        23,
        123,
    )
    assert found["buyer"]["identifier"] == {"type": "Nip", "value": NIP}
    answer = caller.get(f"/invoices/ksef/{number}")
    assert answer.content == xml
    assert answer.headers["x-ms-meta-hash"] == found["invoiceHash"] == sha(xml)


def test_roles_are_told_apart(fresh, caller):
    bought = fresh.issue(invoice("A", seller=OTHER, buyer=NIP))
    sold = fresh.issue(invoice("B", seller=NIP, buyer=OTHER))
    fresh.issue(invoice("C", seller=OTHER, buyer="5260250274"))
    assert numbers(query(caller, "Subject1")) == [sold]
    assert numbers(query(caller, "Subject2")) == [bought]
    assert numbers(query(caller, "Subject3")) == []


@pytest.mark.parametrize(
    "filters, expected",
    [
        ({"invoiceNumber": "A"}, "A"),
        ({"sellerNip": "5260250274"}, "B"),
        ({"amount": {"type": "Brutto", "from": 200}}, "B"),
        ({"amount": {"type": "Netto", "to": 100.5}}, "AB"),
        ({"invoiceTypes": ["Kor"]}, ""),
        ({"invoiceTypes": ["Vat", "Kor"]}, "AB"),
        ({"currencyCodes": ["EUR"]}, ""),
        ({"isSelfInvoicing": False}, "AB"),
        ({"hasAttachment": True}, ""),
        ({"formType": "FA"}, "AB"),
        ({"formType": "PEF"}, ""),
        ({"invoicingMode": "Online"}, "AB"),
        ({"buyerIdentifier": {"type": "Nip", "value": NIP}}, "AB"),
        ({"unknownField": 1}, "AB"),
    ],
)
def test_filters(fresh, caller, filters, expected):
    fresh.issue(invoice("A", seller=OTHER, buyer=NIP))
    fresh.issue(invoice("B", seller="5260250274", buyer=NIP, P_15="223.00"))
    found = query(caller, **filters).json()["invoices"]
    assert "".join(item["invoiceNumber"] for item in found) == expected


@pytest.mark.parametrize(
    "span, filters, expected",
    [
        ({"dateType": "Sometime"}, {}, 21001),
        ({"from": "yesterday"}, {}, 21001),
        ({"from": None}, {}, 21405),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-05-01T00:00:00Z"}, {}, 21405),
        ({}, {"sellerNip": "1"}, 21405),
        ({}, {"subjectType": "Subject9"}, 21001),
        (
            {
                "from": "2126-01-01T00:00:00Z",
                "restrictToPermanentStorageHwmDate": True,
            },
            {},
            21183,
        ),
    ],
)
def test_filters_that_are_wrong_are_refused(caller, span, filters, expected):
    assert code(query(caller, span=span, **filters)) == expected


def test_a_time_without_offset_is_warsaws(fresh, caller):
    fresh.issue(invoice("A", seller=OTHER, buyer=NIP))
    local = (today() + timedelta(days=1)).isoformat() + "T00:00:00"
    span = {
        "from": (today() - timedelta(days=1)).isoformat() + "T00:00:00",
        "to": local,
    }
    assert len(numbers(query(caller, span={"dateType": "Issue", **span}))) == 1


def test_pages_then_truncation(fresh, caller):
    made = [fresh.issue(invoice(f"FV/{n}", seller=OTHER, buyer=NIP)) for n in range(23)]
    first = query(caller, path="?pageSize=10").json()
    assert (first["hasMore"], first["isTruncated"]) == (True, False)
    third = query(caller, path="?pageSize=10&pageOffset=2")
    assert numbers(third) == made[20:]
    assert not third.json()["hasMore"]
    newest = query(caller, path="?pageSize=10&sortOrder=Desc")
    assert numbers(newest) == made[:-11:-1]
    fresh.knobs(query_cap=20)
    last = query(caller, path="?pageSize=10&pageOffset=1").json()
    assert (last["hasMore"], last["isTruncated"]) == (True, True)
    assert code(query(caller, path="?pageSize=500")) == 21405


def test_an_invoice_shows_after_permanent_storage(fresh, caller):
    xml = invoice("A", seller=OTHER, buyer=NIP)
    number = fresh.issue(xml, delay_seconds=60)
    assert numbers(query(caller)) == []
    assert code(caller.get(f"/invoices/ksef/{number}")) == 21165
    fresh.control("POST", "/clock", {"offset": 61})
    assert numbers(query(caller)) == [number]
    assert caller.get(f"/invoices/ksef/{number}").status_code == 200


def test_the_high_water_mark_waits_for_what_appears_late(fresh, caller):
    """Below the mark nothing is added any more, whatever comes in which order."""
    late = fresh.issue(invoice("A", seller=OTHER, buyer=NIP), appears_after_seconds=60)
    early = fresh.issue(invoice("B", seller=OTHER, buyer=NIP))
    fresh.control("POST", "/clock", {"offset": 5})
    restrict = {"restrictToPermanentStorageHwmDate": True}
    assert numbers(query(caller, span=restrict)) == []
    assert numbers(query(caller)) == [early]
    stored = query(caller).json()["invoices"][0]["permanentStorageDate"]
    assert query(caller).json()["permanentStorageHwmDate"] < stored
    fresh.control("POST", "/clock", {"offset": 61})
    assert numbers(query(caller, span=restrict)) == [late, early]


def test_the_mark_lags_as_ordered(fresh, caller):
    fresh.knobs(hwm_lag_seconds=600)
    fresh.issue(invoice("A", seller=OTHER, buyer=NIP))
    restrict = {"restrictToPermanentStorageHwmDate": True}
    assert numbers(query(caller, span=restrict)) == []
    assert len(numbers(query(caller))) == 1


def test_an_invoice_of_others_is_unknown(fresh, caller):
    number = fresh.issue(invoice("A", seller=OTHER, buyer="5260250274"))
    assert code(caller.get(f"/invoices/ksef/{number}")) == 21164
    assert code(caller.get("/invoices/ksef/1")) == 21405


def test_reading_needs_the_right_to_read(fresh):
    caller = fresh.caller()
    caller.login_with_token(fresh.token(permissions=["InvoiceWrite"])["token"])
    assert query(caller).status_code == 403
