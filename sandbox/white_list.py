"""A look-alike of the Ministry's list of VAT payers (*Wykaz podatników VAT*).

Virtual accounts are not listed: a taxpayer has masks of them, as in the list's flat
file, where `Y` stands for any digit and `X` for one of the check sum.
"""

import re
import secrets
from datetime import date
from zoneinfo import ZoneInfo

from .numbers import NIP, nip_checksum_is_right
from .routes import json_answer, route

PREFIX = "/white-list"
OPEN = {"token": None, "group": None, "prefix": PREFIX}
WARSAW = ZoneInfo("Europe/Warsaw")
STATUSES = ("Czynny", "Zwolniony", "Niezarejestrowany")
MOST = 30
TEXTS = {
    "WL-101": "Pole 'data' nie może być puste.",
    "WL-102": "Pole 'data' ma niepoprawny format.",
    "WL-103": "Pole 'data' nie może być datą przyszłą.",
    "WL-109": "Pole 'numer konta' ma nieprawidłową długość. Wymagane 26 znaków.",
    "WL-110": "Pole 'numer konta' zawiera niedozwolone znaki. Wymagane tylko cyfry.",
    "WL-111": "Nieprawidłowy numer konta bankowego.",
    "WL-113": "Pole 'NIP' ma nieprawidłową długość. Wymagane 10 znaków.",
    "WL-114": "Pole 'NIP' zawiera niedozwolone znaki. Wymagane tylko cyfry.",
    "WL-115": "Nieprawidłowy NIP.",
    "WL-118": "Pole 'data' ma wartość sprzed zakresu rejestru.",
    "WL-130": "Przekroczono maksymalną liczbę parametrów zapytania.",
    "WL-191": "Osiągnięto dzienny limit zapytań.",
    "WL-195": "Baza danych została zaktualizowana. Wyślij zapytanie ponownie.",
    "WL-196": "Trwa aktualizacja bazy danych. Spróbuj ponownie później.",
}
RENEWAL = {"renewed": "WL-195", "lasts": "WL-196"}


class Refused(Exception):
    """The list refuses a question; its errors have a shape of their own."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def add_taxpayer(world, nip, name="", status="Czynny", accounts=(), masks=(), **more):
    """Let the list know a taxpayer.

    :param accounts: 26 digits each; `masks` of virtual ones
    :param more: `changes`, {ISO day: status from then on}
    """
    changes = more.pop("changes", {})
    if more or {status, *changes.values()} - set(STATUSES) or not NIP.fullmatch(nip):
        raise ValueError(f"a NIP, and statuses of {STATUSES}")
    taxpayer = {
        "nip": nip,
        "name": name or f"Podatnik {nip}",
        "statuses": {"1900-01-01": status, **changes},
        "accounts": list(accounts),
        "masks": list(masks),
    }
    world.store.set_setting("taxpayers", nip, taxpayer)
    return taxpayer


@route("GET", "/api/search/nips/<nips>", **OPEN)
def search(call):
    """Taxpayers of up to 30 NIPs."""

    def found():
        nips = call.args["nips"].split(",")
        if len(nips) > MOST:
            raise Refused("WL-130")
        day = _day(call)
        _count(call)
        return {"entries": [_entry(call, nip, day) for nip in nips]}

    return _answer(call, found)


@route("GET", "/api/check/nip/<nip>/bank-account/<account>", **OPEN)
def check(call):
    """Whether an account is a taxpayer's, virtual ones too."""

    def found():
        nip, account = call.args["nip"], call.args["account"]
        if code := _wrong_nip(nip) or _wrong_account(account):
            raise Refused(code)
        _day(call)
        known = call.store.setting("taxpayers", nip) or {"accounts": [], "masks": []}
        is_his = account in known["accounts"] or any(
            _fits(mask, account) for mask in known["masks"]
        )
        return {"accountAssigned": "TAK" if is_his else "NIE"}

    return _answer(call, found)


def _answer(call, found):
    renewal = call.world.knobs["white_list_renewal"]
    try:
        if renewal:
            raise Refused(RENEWAL[renewal])
        result = found()
    except Refused as error:
        told = {"code": error.code, "message": TEXTS[error.code]}
        return json_answer(told, 429 if error.code == "WL-191" else 400)
    moment = call.now.astimezone(WARSAW).strftime("%d-%m-%Y %H:%M:%S")
    number = f"{secrets.token_hex(3)[:5]}-{secrets.token_hex(4)[:7]}"
    return json_answer(
        {"result": {**result, "requestDateTime": moment, "requestId": number}}
    )


def _day(call):
    text = call.request.args.get("date", "")
    if not text:
        raise Refused("WL-101")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("WL-102") from None
    today = call.now.astimezone(WARSAW).date()
    if day > today:
        raise Refused("WL-103")
    if (today - day).days > 5 * 366:
        raise Refused("WL-118")
    return day.isoformat()


def _count(call):
    """One more search of this address today."""
    most = call.world.knobs["white_list_searches"]
    key = f"{call.ip} {call.now.astimezone(WARSAW).date()}"
    asked = call.store.setting("searches", key, 0)
    if most and asked >= most:
        raise Refused("WL-191")
    call.store.set_setting("searches", key, asked + 1)


def _entry(call, nip, day):
    if code := _wrong_nip(nip):
        error = {"code": code, "message": TEXTS[code]}
        return {"identifier": nip, "error": error}
    known = call.store.setting("taxpayers", nip)
    return {"identifier": nip, "subjects": [_subject(known, day)] if known else []}


def _subject(taxpayer, day):
    since = max(begin for begin in taxpayer["statuses"] if begin <= day)
    return {
        "name": taxpayer["name"],
        "nip": taxpayer["nip"],
        "statusVat": taxpayer["statuses"][since],
        "regon": None,
        "pesel": None,
        "krs": None,
        "residenceAddress": None,
        "workingAddress": None,
        "representatives": [],
        "authorizedClerks": [],
        "partners": [],
        "registrationLegalDate": since,
        "registrationDenialBasis": None,
        "registrationDenialDate": None,
        "restorationBasis": None,
        "restorationDate": None,
        "removalBasis": None,
        "removalDate": None,
        "accountNumbers": taxpayer["accounts"],
        "hasVirtualAccounts": bool(taxpayer["masks"]),
    }


def _wrong_nip(nip):
    if not re.fullmatch(r"\d*", nip, re.ASCII):
        return "WL-114"
    if len(nip) != 10:
        return "WL-113"
    return None if nip_checksum_is_right(nip) else "WL-115"


def _wrong_account(account):
    if not re.fullmatch(r"\d*", account, re.ASCII):
        return "WL-110"
    if len(account) != 26:
        return "WL-109"
    return None if int(account[2:] + "2521" + account[:2]) % 97 == 1 else "WL-111"


def _fits(mask, account):
    return len(mask) == len(account) and all(
        sign in ("X", "Y") or sign == digit
        for sign, digit in zip(mask, account, strict=True)
    )
