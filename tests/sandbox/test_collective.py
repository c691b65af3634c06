"""Collective identifiers: made, searched, and who sees amounts."""

from datetime import datetime, timedelta, timezone

import pytest
from ksef_caller import NIP, OTHER, code, invoice

from sandbox.numbers import crc8

THIRD, STRANGER = "7740001454", "5252242481"


def invoices(fresh, count, seller=OTHER, buyer=NIP, start=0):
    """KSeF numbers of what a supplier issued."""
    return [
        fresh.issue(invoice(f"Z/{seller}/{n}", seller=seller, buyer=buyer))
        for n in range(start, start + count)
    ]


def make(caller, numbers, **more):
    items = [{"ksefNumber": number, **more} for number in numbers]
    return caller.post("/collective-identifiers", {"invoices": items})


def made(caller, numbers, **more):
    answer = make(caller, numbers, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()["collectiveIdentifierNumber"]


def span(days=1):
    now = datetime.now(timezone.utc)
    begin, end = now - timedelta(days=days), now + timedelta(minutes=1)
    return {"dateCreatedFrom": begin.isoformat(), "dateCreatedTo": end.isoformat()}


def search(caller, query="", headers=None, **body):
    path = f"/collective-identifiers/query{query}"
    return caller.post(path, {**span(), **body}, headers=headers)


def found(caller, **body):
    return search(caller, **body).json()["collectiveIdentifiers"]


def members(caller, *numbers, query=""):
    body = {"collectiveIdentifierNumbers": list(numbers)}
    return caller.post(f"/collective-identifiers/invoices{query}", body)


PAYMENT = {"payment": {"amount": 12.5, "currency": "PLN"}, "description": "za maj"}


def test_a_number_is_the_sellers_and_has_a_checksum(fresh, caller):
    number = made(caller, invoices(fresh, 2))
    month = f"{datetime.now(timezone.utc):%Y%m}"
    assert number.startswith(f"{OTHER}-IZ{month}-") and len(number) == 35
    assert number[-2:] == f"{crc8(number[:32]):02X}"
    # As in the Ministry's own examples:
    for known in (
        "1111111111-IZ202607-65ED02180000-E7",
        "8631941578-IZ202607-323B52184000-CD",
    ):
        assert known[-2:] == f"{crc8(known[:32]):02X}"


def test_what_cannot_stand_together_is_refused(fresh, caller):
    one, two = invoices(fresh, 2)
    (other,) = invoices(fresh, 1, seller=THIRD)
    (foreign,) = invoices(fresh, 1, buyer=STRANGER, start=5)
    assert code(make(caller, [one])) == 21405
    assert code(make(caller, [one, one])) == 71005
    assert code(make(caller, [one, foreign])) == 71001
    assert code(make(caller, [one, f"{OTHER}-20260101-0123456789AB-00"])) == 71001
    assert code(make(caller, [one, other])) == 71004
    assert code(make(caller, [one, two], description="x" * 513)) == 21405
    assert code(make(caller, [one, two], payment={"amount": 1})) == 21405
    wrong = {"amount": 1, "currency": "zł"}
    assert code(make(caller, [one, two], payment=wrong)) == 21001
    assert found(caller) == []


def test_there_is_a_limit_of_invoices(fresh, caller):
    limits = {
        "maxInvoiceSizeInMB": 1,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 10,
    }
    body = {
        "onlineSession": limits,
        "batchSession": limits,
        "collectiveIdentifier": {"maxInvoices": 2},
    }
    assert caller.get("/limits/context").json()["collectiveIdentifier"] == {
        "maxInvoices": 500
    }
    caller.post("/testdata/limits/context/session", body)
    numbers = invoices(fresh, 3)
    assert code(make(caller, numbers)) == 21405
    assert make(caller, numbers[:2]).status_code == 201


def test_an_invoice_stands_in_132_of_a_context(fresh, caller):
    numbers = invoices(fresh, 2)
    for _time in range(132):
        made(caller, numbers)
    answer = make(caller, numbers)
    assert code(answer) == 71002 and numbers[0] in answer.text
    # Those of another context are counted apart.
    assert make(fresh.logged_in(OTHER), numbers).status_code == 201


def test_the_seller_sees_those_of_its_customers(fresh, caller):
    numbers = invoices(fresh, 3)
    first, second = made(caller, numbers[:2]), made(caller, numbers)
    mine = found(caller)
    assert [item["collectiveIdentifierNumber"] for item in mine] == [second, first]
    assert [item["invoiceCount"] for item in mine] == [3, 2]
    assert {item["createdInCurrentContext"] for item in mine} == {True}
    seller = fresh.logged_in(OTHER)
    own = made(seller, numbers[1:])
    sellers = found(seller)
    assert {item["collectiveIdentifierNumber"] for item in sellers} == {
        first,
        second,
        own,
    }
    assert [item["createdInCurrentContext"] for item in sellers] == [True, False, False]
    assert len(found(seller, createdInCurrentContext=True)) == 1
    assert len(found(seller, createdInCurrentContext=False)) == 2
    assert len(found(seller, invoiceCountFrom=3)) == 1
    assert len(found(seller, invoiceCountTo=2)) == 2
    assert len(found(seller, collectiveIdentifierNumber=first)) == 1
    assert found(fresh.logged_in(STRANGER)) == []


def test_a_search_is_of_a_hundred_days(caller):
    assert code(search(caller, **span(days=101))) == 21405
    assert search(caller, **span(days=99)).status_code == 200
    assert code(caller.post("/collective-identifiers/query", {})) == 21405
    assert code(search(caller, dateCreatedFrom="yesterday")) == 21001


def test_lists_come_in_pages(fresh, caller):
    numbers = invoices(fresh, 12)
    every = [made(caller, numbers) for _time in range(12)]
    first = search(caller).json()
    assert len(first["collectiveIdentifiers"]) == 10
    more = {"x-continuation-token": first["continuationToken"]}
    second = search(caller, headers=more).json()
    assert second["continuationToken"] is None
    listed = first["collectiveIdentifiers"] + second["collectiveIdentifiers"]
    assert [item["collectiveIdentifierNumber"] for item in listed] == every[::-1]
    path = f"/collective-identifiers/ksef/{numbers[0]}"
    assert caller.get(path).json()["continuationToken"]
    assert len(caller.get(f"{path}?pageSize=200").json()["collectiveIdentifiers"]) == 12
    page = members(caller, every[0], query="?pageSize=500").json()["invoices"]
    assert [item["ksefNumber"] for item in page] == sorted(numbers, reverse=True)
    assert code(caller.get(f"{path}?pageSize=201")) == 21405


@pytest.mark.parametrize("token", ["x", "eyJyb3ciOiAxfQ==", "W10=", "ą".encode()])
def test_a_token_that_ksef_did_not_make_is_refused(caller, token):
    headers = {"x-continuation-token": token}
    assert code(search(caller, headers=headers)) == 21418


def test_amounts_are_for_the_maker_and_the_parties(fresh, caller):
    numbers = invoices(fresh, 2)
    number = made(caller, numbers, **PAYMENT)
    for who in (caller, fresh.logged_in(OTHER)):
        listed = members(who, number).json()["invoices"]
        assert [item["payment"] for item in listed] == [PAYMENT["payment"]] * 2
        assert {item["description"] for item in listed} == {"za maj"}
        assert {item["detailsHidden"] for item in listed} == {False}
    for item in members(fresh.logged_in(STRANGER), number).json()["invoices"]:
        assert item["detailsHidden"] is True
        assert "payment" not in item and "description" not in item


def test_what_was_not_told_is_not_hidden(fresh, caller):
    number = made(caller, invoices(fresh, 2))
    listed = members(fresh.logged_in(STRANGER), number).json()["invoices"]
    assert {(item["payment"], item["detailsHidden"]) for item in listed} == {
        (None, False)
    }


def test_ten_numbers_are_asked_for_at_once(fresh, caller):
    number = made(caller, invoices(fresh, 2))
    assert code(members(caller)) == 21405
    assert code(members(caller, *[number] * 11)) == 21405
    assert code(members(caller, "1-IZ")) == 21405


def test_an_invoice_tells_its_numbers_to_its_parties(fresh, caller):
    numbers = invoices(fresh, 2)
    number = made(caller, numbers)
    path = f"/collective-identifiers/ksef/{numbers[0]}"
    for who, is_own in ((caller, True), (fresh.logged_in(OTHER), False)):
        (item,) = who.get(path).json()["collectiveIdentifiers"]
        assert item["collectiveIdentifierNumber"] == number
        assert item["createdInCurrentContext"] is is_own
    assert fresh.logged_in(STRANGER).get(path).json()["collectiveIdentifiers"] == []


def test_one_of_three_rights_is_enough(fresh):
    for right, expected in (
        ("InvoiceRead", 200),
        ("InvoiceWrite", 200),
        ("CollectiveIdentifierManage", 200),
        ("CredentialsRead", 403),
    ):
        caller = fresh.caller()
        caller.login_with_token(fresh.token(permissions=[right])["token"])
        assert search(caller).status_code == expected
