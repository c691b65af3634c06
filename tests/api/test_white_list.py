"""The Ministry's list of VAT payers, against a server that answers well or badly."""

from datetime import UTC, date, datetime

import pytest

from ksef_api import white_list
from ksef_api.errors import (
    BadAnswer,
    InvalidRequest,
    KsefError,
    LocalError,
    NoAnswer,
    RateLimited,
    ServerError,
)

NIP, OTHER = "5265877635", "1111111111"
ACCOUNT = "61109010140000071219812874"
DAY = date(2026, 11, 20)
SUBJECT = {
    "name": "Dostawca sp.j.",
    "nip": NIP,
    "statusVat": "Czynny",
    "accountNumbers": [ACCOUNT],
    "hasVirtualAccounts": False,
}
PROOF = {"requestDateTime": "20-11-2026 14:58:49", "requestId": "71a02-8a5l0oc"}


def listing(*entries, **more):
    return {"result": {"entries": list(entries), **PROOF, **more}}


def entry(nip=NIP, **subject):
    return {"identifier": nip, "subjects": [{**SUBJECT, **subject}]}


@pytest.fixture
def search(server):
    """Ask a list that answers so."""

    def ask(data=None, nips=(NIP,), **answer):
        server.will_answer(data=data, **answer)
        return white_list.search(list(nips), DAY, server.url)

    return ask


@pytest.fixture
def check(server):
    def ask(**result):
        server.will_answer(data={"result": {**PROOF, **result}})
        return white_list.check(NIP, ACCOUNT, DAY, server.url)

    return ask


def test_a_question_names_all_nips_and_the_day(search, server):
    search(listing(entry(), entry(OTHER)), nips=(NIP, OTHER))
    assert server.requests[0][1] == f"/api/search/nips/{NIP},{OTHER}?date=2026-11-20"


def test_what_it_says_of_a_taxpayer(search):
    found = search(listing(entry()))
    taxpayer = found.taxpayers[NIP]
    assert (taxpayer.state, taxpayer.accounts) == ("active", (ACCOUNT,))
    assert found.request_id == PROOF["requestId"]
    # Polish time, which is an hour ahead in November.
    assert found.moment == datetime(2026, 11, 20, 13, 58, 49, tzinfo=UTC)


@pytest.mark.parametrize(
    "status, state",
    [
        ("Czynny", "active"),
        ("Zwolniony", "exempt"),
        ("Niezarejestrowany", "unregistered"),
        (None, "unknown"),
        ("Zawieszony", "unknown"),
    ],
)
def test_a_state_that_is_not_known_is_called_unknown(search, status, state):
    assert search(listing(entry(statusVat=status))).taxpayers[NIP].state == state


def test_a_nip_that_the_list_does_not_have(search):
    found = search(listing({"identifier": NIP, "subjects": []}))
    assert found.taxpayers == {NIP: None}


def test_a_nip_that_it_does_not_take(search):
    error = {"code": "WL-115", "message": "Nieprawidłowy NIP."}
    found = search(listing({"identifier": NIP, "error": error}))
    assert (found.refused, found.taxpayers) == ({NIP: "WL-115"}, {})


@pytest.mark.parametrize("said, is_listed", [("TAK", True), ("NIE", False)])
def test_an_account_is_asked_for_by_itself(check, server, said, is_listed):
    answer = check(accountAssigned=said)
    assert (answer.is_listed, answer.request_id) == (is_listed, PROOF["requestId"])
    path = f"/api/check/nip/{NIP}/bank-account/{ACCOUNT}?date=2026-11-20"
    assert server.requests[0][1] == path


@pytest.mark.parametrize(
    "nips, reason",
    [([], "too_many"), ([NIP] * 31, "too_many"), (["../x"], "nip"), (["1"], "nip")],
)
def test_what_cannot_be_asked_is_not_sent(server, nips, reason):
    with pytest.raises(LocalError) as caught:
        white_list.search(nips, DAY, server.url)
    assert caught.value.reason == reason and not server.requests


@pytest.mark.parametrize("account", ["", "x" * 26, ACCOUNT[:-1], "٦" * 26])
def test_what_is_no_account_is_not_sent(server, account):
    with pytest.raises(LocalError):
        white_list.check(NIP, account, DAY, server.url)
    assert not server.requests


@pytest.mark.parametrize(
    "code, status, kind",
    [
        ("WL-191", 429, RateLimited),
        ("WL-191", 400, RateLimited),
        ("WL-195", 400, ServerError),
        ("WL-196", 400, ServerError),
        ("WL-103", 400, InvalidRequest),
        ("WL-130", 400, InvalidRequest),
    ],
)
def test_what_the_list_refuses_has_its_code(search, code, status, kind):
    with pytest.raises(kind) as caught:
        search({"code": code, "message": "Nie."}, status=status)
    assert caught.value.code == code and caught.value.details == ["Nie."]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refusal_without_words_can_be_waited_for(search, status):
    with pytest.raises((RateLimited, ServerError)):
        search(status=status, body=b"<html>Bad Gateway</html>", kind="text/html")


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"result": None},
        {"result": {"entries": [], **PROOF, "requestDateTime": "soon"}},
        {"result": {"entries": [], **PROOF, "requestDateTime": "00-00-0000 00:00:00"}},
        {"result": {"entries": [], **PROOF, "requestId": "x" * 101}},
        {"result": {"entries": [], "requestDateTime": PROOF["requestDateTime"]}},
        listing({"identifier": OTHER, "subjects": [SUBJECT]}),
        listing({"identifier": NIP, "subjects": [7]}),
        listing({"identifier": NIP, "subjects": {"0": SUBJECT}}),
        listing(entry(accountNumbers="none")),
        listing(entry(hasVirtualAccounts="no")),
        listing(entry(statusVat=["Czynny"])),
    ],
)
def test_nonsense_is_an_error(search, data):
    with pytest.raises(BadAnswer):
        search(data)


def test_an_answer_to_an_account_without_sense_is_an_error(check):
    with pytest.raises(BadAnswer):
        check(accountAssigned="MOŻE")


def test_only_what_is_an_account_is_taken_for_one(search):
    strange = [ACCOUNT, "PL" + ACCOUNT, "1" * 25, "\x00" * 26, 7, None]
    assert search(listing(entry(accountNumbers=strange))).taxpayers[NIP].accounts == (
        ACCOUNT,
    )


def test_a_name_is_shown_without_what_would_disguise_it(search):
    name = "Dobra\x00 \N{RIGHT-TO-LEFT OVERRIDE}amriF" + "x" * 1000
    shown = search(listing(entry(name=name))).taxpayers[NIP].name
    assert shown.isprintable() and len(shown) == 500


def test_an_answer_without_end_is_not_read_to_its_end(search, monkeypatch):
    monkeypatch.setattr(white_list, "MAX_BYTES", 1000)
    with pytest.raises(BadAnswer) as caught:
        search(listing(entry(accountNumbers=[ACCOUNT] * 100)))
    assert caught.value.reason == "too_large"


def test_it_does_not_lead_elsewhere(search):
    with pytest.raises(BadAnswer):
        search(status=302, headers={"Location": "http://169.254.169.254/"})


def test_an_address_that_is_not_safe_is_not_called():
    with pytest.raises(ValueError):
        white_list.search([NIP], DAY, "http://wl-api.mf.gov.pl")


def test_silence_is_no_answer():
    with pytest.raises(NoAnswer):
        white_list.search([NIP], DAY, "http://127.0.0.1:9")


def test_whatever_an_error_is_worded_like_it_is_an_error(search):
    for body in (b"[" * 50_000, b'{"code": 7}', b'{"code": "WL-' + b"1" * 99 + b'"}'):
        with pytest.raises(KsefError):
            search(status=400, body=body, kind="application/json")
