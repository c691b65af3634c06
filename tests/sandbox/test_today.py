"""What production has had since contract 2.8, and what tests can order of it."""

import pytest
from ksef_caller import NIP, OTHER, code, invoice
from test_receiving import query

INVOICES = {"method": "POST", "path": "/sessions/online/.*/invoices$"}


def order(fresh, **fault):
    fresh.control("POST", "/faults", {**INVOICES, **fault})


@pytest.mark.parametrize("number", [21001, 21184, 21155])
def test_a_refusal_of_any_code_can_be_ordered(fresh, caller, number):
    session = caller.open()
    order(fresh, action="status", status=400, code=number)
    assert code(session.post(invoice("FV/1"))) == number
    assert session.send(invoice("FV/1"))["status"]["code"] == 200


@pytest.mark.parametrize(
    "reason", ["ip-not-allowed", "security-service-blocked", "context-type-not-allowed"]
)
def test_a_403_of_any_reason_can_be_ordered(fresh, caller, reason):
    session = caller.open()
    security = {"clientIp": "10.0.0.1"}
    order(fresh, action="status", status=403, reason=reason, security=security)
    answer = session.post(invoice("FV/1"))
    assert (answer.status_code, answer.json()["reasonCode"]) == (403, reason)
    assert answer.json()["security"] == security


@pytest.mark.parametrize("wrong", [{"reason": "because"}, {"state": 200}])
def test_what_ksef_does_not_know_cannot_be_ordered(fresh, wrong):
    with pytest.raises(AssertionError, match="is one of"):
        fresh.control("POST", "/faults", wrong)


@pytest.mark.parametrize("state", [500, 550])
def test_an_invoice_can_be_ordered_to_fail_and_goes_in_later(fresh, caller, state):
    session = caller.open()
    order(fresh, action="state", state=state)
    assert session.send(invoice("FV/1"))["status"]["code"] == state
    assert fresh.ledger() == []
    assert session.send(invoice("FV/1"))["status"]["code"] == 200


def test_an_empty_session_is_cancelled_at_once(caller):
    session = caller.open()
    path = f"/sessions/online/{session.reference}/close"
    assert caller.post(path).status_code == 204
    status = caller.get(f"/sessions/{session.reference}").json()["status"]
    assert (status["code"], status["details"]) == (440, ["Nie przesłano faktur"])


def test_limits_have_groups_for_closing_and_none_is_minus_one(fresh, caller):
    fresh.knobs(rate_limits="production")
    told = caller.get("/rate-limits").json()
    assert list(told["onlineSessionClose"].values()) == [20, 60, 240]
    assert list(told["batchSessionClose"].values()) == [20, 40, 120]
    assert list(told["collectiveIdentifier"].values()) == [20, 120, 240]
    assert list(told["anonymous"].values()) == [60, -1, -1]
    assert set(told["global"].values()) == {-1}
    assert caller.get("/limits/context").json()["collectiveIdentifier"] == {
        "maxInvoices": 500
    }


@pytest.mark.parametrize("contract", ["2.6", "2.7"])
def test_older_contracts_count_closing_with_opening(fresh, caller, contract):
    fresh.contract = None
    fresh.knobs(contract=contract, rate_limits="production")
    assert "onlineSessionClose" not in caller.get("/rate-limits").json()
    opened = [caller.open() for _time in range(10)]
    path = f"/sessions/online/{opened[0].reference}/close"
    assert caller.post(path).status_code == 429


def test_a_warning_can_be_asked_for_by_the_caller(fresh, caller):
    header = {"X-Test-System-Warning": "[W]: soon"}
    answer = caller.get("/limits/context", headers=header)
    assert answer.headers["X-System-Warning"] == "[W]: soon"
    assert "X-System-Warning" not in caller.get("/limits/context").headers
    fresh.knobs(system_warning="[V]: always")
    refused = caller.get("/limits/context", token=None)
    assert refused.headers["X-System-Warning"] == "[V]: always"


@pytest.mark.parametrize("feature, expected", [(None, 200), ("on", 450)])
def test_identifiers_are_checked_when_the_session_asks_for_it(
    caller, feature, expected
):
    if feature:
        caller.http.headers["X-KSeF-Feature"] = "subject-identifier-validation"
    session = caller.open()
    wrong = "1234563210"
    assert session.send(invoice(buyer=wrong))["status"]["code"] == expected


def test_an_amount_without_a_kind_is_refused_with_a_code(caller):
    assert code(query(caller, amount={"from": 1})) == 21405
    assert query(caller, amount={"type": "Brutto", "from": 1}).status_code == 200


def test_a_query_is_of_a_hundred_days(fresh, caller):
    def asked(begin, end):
        return code(query(caller, span={"from": begin, "to": end}))

    # A day of winter and one of summer: counted in UTC, the change of time is nothing.
    assert asked("2026-03-01T00:00:00+00:00", "2026-06-09T00:00:00+00:00") == 200
    assert asked("2026-03-01T00:00:00+00:00", "2026-06-09T00:00:01+00:00") == 21405
    fresh.contract = None
    fresh.knobs(contract="2.6")
    assert asked("2026-03-01T00:00:00+00:00", "2026-06-09T00:00:00+00:00") == 21405


def test_a_certificate_can_only_end_earlier(fresh, caller):
    made = fresh.control("POST", "/certificates", {"nip": NIP})
    path = f"/testdata/certificates/{made['serial']}"

    def end(day):
        return code(caller.call("PUT", path, json={"validTo": f"{day}T00:00:00Z"}))

    assert (end("2199-01-01"), end("2020-01-01")) == (21405, 200)
    other = fresh.logged_in(OTHER)
    body = {"validTo": "2019-01-01T00:00:00Z"}
    assert code(other.call("PUT", path, json=body)) == 25008
