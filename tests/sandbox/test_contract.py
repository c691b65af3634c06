"""Every answer is as KSeF's OpenAPI document says."""

import pytest
from contract import Contract
from ksef_caller import NIP, OTHER, Caller, invoice
from test_batch import Batch, zipped
from test_certificates import finished, order
from test_exports import Export
from test_receiving import query

from tools import references

DOCUMENT = references.contract()


class Watched(Caller):
    """A caller whose answers are compared with the document."""

    def __init__(self, process, contract):
        super().__init__(process)
        self.contract, self.seen, self.faults = contract, set(), []

    def call(self, method, path, **options):
        answer = super().call(method, path, **options)
        found = self.contract.operation(method, path.split("?")[0])
        if found:
            template, operation = found
            self.seen.add((method, template, answer.status_code))
            mimetype = answer.headers.get("Content-Type", "").split(";")[0]
            for fault in self.contract.faults(
                operation, answer.status_code, mimetype, answer.content
            ):
                self.faults.append(f"{method} {template} {answer.status_code}: {fault}")
        return answer


@pytest.fixture
def watched(fresh):
    caller = Watched(fresh, Contract(DOCUMENT))
    caller.login(*fresh.certificate())
    yield caller
    assert not caller.faults


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
    contract = Contract(DOCUMENT)
    _template, operation = contract.operation("POST", "/auth/challenge")
    found = contract.faults(operation, status, "application/json", content)
    assert any(fault in line for line in found), found


def test_logging_in_and_out(watched, fresh):
    watched.login_with_token(fresh.token()["token"])
    watched.post("/auth/token/refresh", token=watched.refresh)
    watched.get("/auth/sessions")
    watched.get("/auth/sessions", token=None)
    watched.submit(b"")
    watched.get("/auth/20260101-AU-20F5EE4000-DA48AE4124-46")
    for path in ("/rate-limits", "/limits/context", "/limits/subject"):
        watched.get(path)
    watched.call("DELETE", "/auth/sessions/current")
    assert ("GET", "/auth/sessions", 401) in watched.seen


def test_sending(watched):
    session = watched.open()
    session.send(invoice("FV/1"))
    session.send(invoice("FV/1"))
    session.send(b"<x/>")
    state = session.send(invoice("FV/2"), offlineMode=True)
    session.post(invoice(), invoiceSize=0)
    path = f"/sessions/{session.reference}"
    for tail in ("", "/invoices", "/invoices/failed"):
        watched.get(path + tail)
    watched.get(f"{path}/invoices/{state['referenceNumber']}/upo")
    watched.get(f"{path}/invoices/ksef/{state['ksefNumber']}/upo")
    page = session.close()["upo"]["pages"][0]["referenceNumber"]
    watched.get(f"{path}/upo/{page}")
    watched.get("/sessions?sessionType=Online")
    watched.get("/sessions", problem=True)
    session.post(invoice())
    assert ("GET", "/sessions", 400) in watched.seen


def test_batches(watched):
    batch = Batch(watched, zipped({"a.xml": invoice("FV/1"), "b.xml": b"<x/>"}))
    batch.result()
    batch.close()
    watched.get(f"/sessions/{batch.reference}/invoices")
    assert ("POST", "/sessions/batch", 201) in watched.seen


def test_receiving(watched, fresh):
    number = fresh.issue(invoice("A", seller=OTHER, buyer=NIP))
    query(watched)
    query(watched, subject=5)
    query(watched, path="?pageSize=1")
    watched.get(f"/invoices/ksef/{number}")
    export = Export(watched)
    export.finished()
    fresh.knobs(export_state="410")
    export.ask()
    assert ("GET", "/invoices/exports/{referenceNumber}", 410) in watched.seen


def test_tokens_and_certificates(watched):
    body = {"permissions": ["InvoiceRead"], "description": "for the tests"}
    path = f"/tokens/{watched.post('/tokens', body).json()['referenceNumber']}"
    watched.get(path)
    watched.get("/tokens")
    watched.call("DELETE", path)
    watched.post("/tokens", {})
    serial = finished(watched, order(watched))["certificateSerialNumber"]
    watched.get("/certificates/limits")
    watched.post("/certificates/query", {})
    watched.post("/certificates/retrieve", {"certificateSerialNumbers": [serial]})
    watched.post(f"/certificates/{serial}/revoke", {})
    watched.get("/security/public-key-certificates")
    assert ("POST", "/certificates/{certificateSerialNumber}/revoke", 204) in (
        watched.seen
    )


def test_test_data_and_refusals(watched, fresh):
    nip = {"nip": NIP}
    watched.post("/testdata/attachment", nip)
    watched.post("/testdata/attachment/revoke", nip)
    subject = {"subjectNip": OTHER, "subjectType": "JST", "description": "Gmina"}
    watched.post("/testdata/subject", subject)
    watched.post("/testdata/subject", subject)
    watched.post("/testdata/subject/remove", {"subjectNip": OTHER})
    fresh.knobs(rate_limits="production")
    for _call in range(12):
        watched.get("/limits/context")
    watched.get("/limits/context", problem=True)
    assert ("GET", "/limits/context", 429) in watched.seen
    assert ("POST", "/testdata/subject", 400) in watched.seen


def test_a_right_that_is_missing(fresh):
    watched = Watched(fresh, Contract(DOCUMENT))
    watched.login_with_token(fresh.token(permissions=["InvoiceWrite"])["token"])
    assert query(watched).status_code == 403
    assert not watched.faults
