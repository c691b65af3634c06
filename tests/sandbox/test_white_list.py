"""The look-alike of the list of VAT payers: states, accounts, limits, errors."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests
from ksef_caller import NIP, OTHER

ACCOUNT, ELSEWHERE = "61109010140000071219812874", "27114020040000300201355387"
VIRTUAL = "24105014160000000000000001"
TODAY = datetime.now(ZoneInfo("Europe/Warsaw")).date()


@pytest.fixture
def ask(fresh):
    """Ask; returns the status and what is in the answer."""

    def get(path, day=TODAY):
        answer = requests.get(
            f"{fresh.ready['white_list_url']}/api{path}",
            params={"date": str(day)} if day else {},
            timeout=60,
        )
        data = answer.json()
        return answer.status_code, data.get("result", data)

    return get


def know(fresh, nip=NIP, **data):
    fresh.control("POST", "/taxpayers", {"nip": nip, **data})


def test_taxpayers_are_told_with_their_accounts(fresh, ask):
    know(fresh, name="Firma", accounts=[ACCOUNT])
    status, result = ask(f"/search/nips/{NIP},{OTHER}")
    known, unknown = result["entries"]
    (subject,) = known["subjects"]
    assert (status, subject["statusVat"]) == (200, "Czynny")
    assert subject["accountNumbers"] == [ACCOUNT]
    assert unknown == {"identifier": OTHER, "subjects": []}
    assert result["requestId"] and result["requestDateTime"]


def test_a_state_is_that_of_the_day(fresh, ask):
    changes = {str(TODAY): "Niezarejestrowany"}
    know(fresh, status="Zwolniony", changes=changes)
    states = [
        ask(f"/search/nips/{NIP}", day)[1]["entries"][0]["subjects"][0]["statusVat"]
        for day in (TODAY - timedelta(days=1), TODAY)
    ]
    assert states == ["Zwolniony", "Niezarejestrowany"]


def test_virtual_accounts_are_told_by_their_mask_only(fresh, ask):
    know(fresh, masks=["XX10501416" + "Y" * 16])
    _status, result = ask(f"/search/nips/{NIP}")
    (subject,) = result["entries"][0]["subjects"]
    assert subject["hasVirtualAccounts"] and not subject["accountNumbers"]
    for account, said in ((VIRTUAL, "TAK"), (ELSEWHERE, "NIE")):
        _status, result = ask(f"/check/nip/{NIP}/bank-account/{account}")
        assert result["accountAssigned"] == said


@pytest.mark.parametrize(
    "path, day, code",
    [
        (f"/search/nips/{NIP}", None, "WL-101"),
        (f"/search/nips/{NIP}", "20.11.2026", "WL-102"),
        (f"/search/nips/{NIP}", TODAY + timedelta(days=1), "WL-103"),
        (f"/search/nips/{NIP}", "2010-01-01", "WL-118"),
        (f"/search/nips/{','.join([NIP] * 31)}", TODAY, "WL-130"),
        (f"/check/nip/{NIP}1/bank-account/{ACCOUNT}", TODAY, "WL-113"),
        (f"/check/nip/{NIP}/bank-account/1", TODAY, "WL-109"),
        (f"/check/nip/{NIP}/bank-account/{'x' * 26}", TODAY, "WL-110"),
        (f"/check/nip/{NIP}/bank-account/{'1' * 26}", TODAY, "WL-111"),
    ],
)
def test_what_it_refuses_has_a_code(ask, path, day, code):
    status, told = ask(path, day)
    assert (status, told["code"]) == (400, code) and told["message"]


@pytest.mark.parametrize(
    "nip, code", [("1", "WL-113"), ("123456789x", "WL-114"), ("1234567890", "WL-115")]
)
def test_one_wrong_nip_does_not_spoil_the_others(fresh, ask, nip, code):
    know(fresh)
    status, result = ask(f"/search/nips/{nip},{NIP}")
    wrong, right = result["entries"]
    assert status == 200 and wrong["error"]["code"] == code and right["subjects"]


def test_the_day_has_its_limit(fresh, ask):
    fresh.knobs(white_list_searches=1)
    assert ask(f"/search/nips/{NIP}")[0] == 200
    status, told = ask(f"/search/nips/{NIP}")
    assert (status, told["code"]) == (429, "WL-191")


@pytest.mark.parametrize("kind, code", [("renewed", "WL-195"), ("lasts", "WL-196")])
def test_at_night_it_is_renewed(fresh, ask, kind, code):
    fresh.knobs(white_list_renewal=kind)
    assert ask(f"/search/nips/{NIP}")[1]["code"] == code
