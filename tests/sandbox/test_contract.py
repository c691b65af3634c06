"""Every answer is as KSeF's OpenAPI document says."""

import re

import pytest
from contract import Contract
from ksef_caller import NIP, OTHER, invoice
from test_batch import Batch, zipped
from test_certificates import finished, order
from test_exports import Export
from test_receiving import query

from sandbox.app import ENDPOINTS
from tools import references


@pytest.mark.parametrize(
    "status, content, fault",
    [
        (200, b'{"challenge": "x"}', "timestampMs is missing"),
        (200, b'{"clientIp": 5}', "5 is no string"),
        (200, b'{"timestamp": "2026-01-01"}', "has no offset"),
        (200, b'{"more": 1}', "more is not described"),
        (201, b"{}", "status 201 is not described"),
    ],
)
def test_the_check_itself_finds_faults(status, content, fault):
    contract = Contract(references.contract())
    _template, operation = contract.operation("POST", "/auth/challenge")
    found = contract.faults(operation, status, "application/json", content)
    assert any(fault in line for line in found), found


def test_logging_in_and_out(caller, fresh, seen):
    caller.login_with_token(fresh.token()["token"])
    caller.post("/auth/token/refresh", token=caller.refresh)
    caller.get("/auth/sessions")
    caller.get("/auth/sessions", token=None)
    caller.submit(b"")
    caller.get("/auth/20260101-AU-20F5EE4000-DA48AE4124-46")
    for path in ("/rate-limits", "/limits/context", "/limits/subject"):
        caller.get(path)
    caller.call("DELETE", "/auth/sessions/current")
    assert ("GET", "/auth/sessions", 401) in seen


def test_sending(caller, seen):
    session = caller.open()
    session.send(invoice("FV/1"))
    session.send(invoice("FV/1"))
    session.send(b"<x/>")
    state = session.send(invoice("FV/2"), offlineMode=True)
    session.post(invoice(), invoiceSize=0)
    path = f"/sessions/{session.reference}"
    for tail in ("", "/invoices", "/invoices/failed"):
        caller.get(path + tail)
    caller.get(f"{path}/invoices/{state['referenceNumber']}/upo")
    caller.get(f"{path}/invoices/ksef/{state['ksefNumber']}/upo")
    page = session.close()["upo"]["pages"][0]["referenceNumber"]
    caller.get(f"{path}/upo/{page}")
    caller.get("/sessions?sessionType=Online")
    caller.get("/sessions", problem=True)
    session.post(invoice())
    assert ("GET", "/sessions", 400) in seen


def test_batches(caller, seen):
    batch = Batch(caller, zipped({"a.xml": invoice("FV/1"), "b.xml": b"<x/>"}))
    batch.result()
    batch.close()
    caller.get(f"/sessions/{batch.reference}/invoices")
    assert ("POST", "/sessions/batch", 201) in seen


def test_receiving(caller, fresh, seen):
    number = fresh.issue(invoice("A", seller=OTHER, buyer=NIP))
    query(caller)
    query(caller, subject=5)
    query(caller, path="?pageSize=1")
    caller.get(f"/invoices/ksef/{number}")
    export = Export(caller)
    export.finished()
    fresh.knobs(export_state="410")
    export.ask()
    assert ("GET", "/invoices/exports/{referenceNumber}", 410) in seen


def test_tokens_and_certificates(caller, seen):
    body = {"permissions": ["InvoiceRead"], "description": "for the tests"}
    path = f"/tokens/{caller.post('/tokens', body).json()['referenceNumber']}"
    caller.get(path)
    caller.get("/tokens")
    caller.call("DELETE", path)
    caller.post("/tokens", {})
    serial = finished(caller, order(caller))["certificateSerialNumber"]
    caller.get("/certificates/limits")
    caller.post("/certificates/query", {})
    caller.post("/certificates/retrieve", {"certificateSerialNumbers": [serial]})
    caller.post(f"/certificates/{serial}/revoke", {})
    caller.get("/security/public-key-certificates")
    assert ("POST", "/certificates/{certificateSerialNumber}/revoke", 204) in (seen)


def test_test_data_and_refusals(caller, fresh, seen):
    nip = {"nip": NIP}
    caller.post("/testdata/attachment", nip)
    caller.post("/testdata/attachment/revoke", nip)
    subject = {"subjectNip": OTHER, "subjectType": "JST", "description": "Gmina"}
    caller.post("/testdata/subject", subject)
    caller.post("/testdata/subject", subject)
    caller.post("/testdata/subject/remove", {"subjectNip": OTHER})
    fresh.knobs(rate_limits="production")
    for _call in range(12):
        caller.get("/limits/context")
    caller.get("/limits/context", problem=True)
    assert ("GET", "/limits/context", 429) in seen
    assert ("POST", "/testdata/subject", 400) in seen


def test_a_right_that_is_missing(fresh):
    caller = fresh.caller()
    caller.login_with_token(fresh.token(permissions=["InvoiceWrite"])["token"])
    assert query(caller).status_code == 403


def test_it_answers_every_operation_of_the_contract_and_no_other():
    """A new operation in the next contract turns this red."""
    described = Contract(references.contract()).operations()
    answered = {
        (item.method, re.sub(r"<[^>]+>", "{}", item.path))
        for item in ENDPOINTS
        if item.prefix == "/v2"
    }
    assert (sorted(described - answered), sorted(answered - described)) == ([], [])
    assert len(answered) == 83


def test_every_right_and_group_is_as_the_contract_says():
    contract = Contract(references.contract())
    wrong = []
    for item in ENDPOINTS:
        if item.prefix != "/v2":
            continue
        path = re.sub(r"<[^>]+>", "x", item.path)
        _template, operation = contract.operation(item.method, path)
        rights = set(operation.get("x-required-permissions", ()))
        if rights != set(item.rights):
            wrong.append((item.method, item.path, sorted(rights), item.rights))
        group = contract.group(operation)
        if group != item.group:
            wrong.append((item.method, item.path, group, item.group))
    assert not wrong
