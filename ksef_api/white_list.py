"""The Ministry's list of VAT payers and their accounts (*Wykaz podatników VAT*).

Source: Ministry of Finance, "API Rejestr WL" 1.6. It needs no login. What may be asked
is limited for an address and a day, so callers keep what they were answered. An answer
is about one day, today at the latest.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

import requests

from . import environment, problems, safe_json
from .errors import (
    BadAnswer,
    InvalidRequest,
    KsefError,
    LocalError,
    RateLimited,
    ServerError,
)
from .fields import UTC, WARSAW
from .nip import is_valid_nip
from .safe_text import printable, storable
from .transport import Transport

ADDRESS, TEST_ADDRESS = "https://wl-api.mf.gov.pl", "https://wl-test.mf.gov.pl"
# What one question may name; one more is WL-130.
MOST_AT_ONCE = 30
# Big payers have thousands of accounts.
MAX_BYTES = 20_000_000
TIMEOUT = (5, 15)
TOTAL_SECONDS = 30
# The day's questions of this address are used up; renewed just now, being renewed.
LIMIT, RENEWED, BEING_RENEWED = "WL-191", "WL-195", "WL-196"
PAUSE = {LIMIT: 3600, RENEWED: 60, BEING_RENEWED: 900}
ACTIVE, EXEMPT, UNREGISTERED, UNKNOWN = "active", "exempt", "unregistered", "unknown"
_STATES = {"Czynny": ACTIVE, "Zwolniony": EXEMPT, "Niezarejestrowany": UNREGISTERED}
_ANSWERS = {"TAK": True, "NIE": False}
_CODE = re.compile(r"WL-\d{1,4}", re.ASCII)
_ACCOUNT = re.compile(r"\d{26}", re.ASCII)
_NAME_LENGTH = 500


@dataclass(frozen=True)
class Taxpayer:
    """What the list says of one NIP.

    :param state: `ACTIVE`, `EXEMPT`, `UNREGISTERED`, or `UNKNOWN` for what the list
        does not say
    :param accounts: 26 digits each
    :param has_virtual_accounts: some accounts are not listed one by one: whether one is
        the taxpayer's is told by `check`
    """

    nip: str
    name: str
    state: str
    accounts: tuple[str, ...]
    has_virtual_accounts: bool


@dataclass(frozen=True)
class Listing:
    """The answer to one question.

    :param request_id, moment: the list's own proof that it was asked, and when (UTC)
    :param taxpayers: `{NIP: Taxpayer}`; None for a NIP that the list does not have
    :param refused: `{NIP: code}` of what the list does not take for a NIP
    """

    request_id: str
    moment: datetime
    taxpayers: dict[str, Taxpayer | None]
    refused: dict[str, str]


@dataclass(frozen=True)
class AccountAnswer:
    """Whether an account is one of a taxpayer's, virtual ones too; and the proof."""

    request_id: str
    moment: datetime
    is_listed: bool


def is_account(number: str) -> bool:
    """Tell whether this is a Polish account number as the list writes it."""
    return bool(_ACCOUNT.fullmatch(number))


def search(
    nips: list[str],
    day: date,
    address: str = ADDRESS,
    session: requests.Session | None = None,
) -> Listing:
    """Ask for taxpayers, `MOST_AT_ONCE` at the most, in one question.

    :param day: whose state is wanted
    :param address: of the service
    :raises LocalError: "too_many", or "nip": what is no NIP is not asked for
    :raises KsefError: RateLimited with code `LIMIT` when the day's questions are used
        up, ServerError with `RENEWED` or `BEING_RENEWED` at night; or no answer, or one
        without sense
    """
    if not 0 < len(nips) <= MOST_AT_ONCE:
        raise LocalError("too_many")
    if not all(map(is_valid_nip, nips)):
        raise LocalError("nip")
    result = _ask(f"/api/search/nips/{','.join(nips)}", day, address, session)
    taxpayers, refused = {}, {}
    for entry in result.items("entries", ()):
        nip = entry.text("identifier")
        if nip not in nips:
            raise BadAnswer("field", details=["it answers what nobody asked"])
        if error := entry.child("error", None):
            refused[nip] = _short_code(error.text("code"))
            continue
        subjects = entry.items("subjects", ())
        taxpayers[nip] = _taxpayer(nip, subjects[0]) if subjects else None
    return Listing(*_proof(result), taxpayers, refused)


def check(
    nip: str,
    account: str,
    day: date,
    address: str = ADDRESS,
    session: requests.Session | None = None,
) -> AccountAnswer:
    """Ask whether an account is a taxpayer's: for those that are not listed one by one.

    :param account: 26 digits
    :raises LocalError: "nip", "account"
    :raises KsefError: see `search`
    """
    if not is_valid_nip(nip):
        raise LocalError("nip")
    if not is_account(account):
        raise LocalError("account")
    path = f"/api/check/nip/{nip}/bank-account/{account}"
    result = _ask(path, day, address, session)
    said = result.text("accountAssigned")
    if said not in _ANSWERS:
        raise BadAnswer("field", details=["accountAssigned has no sense"])
    return AccountAnswer(*_proof(result), _ANSWERS[said])


def _ask(path, day, address, session):
    transport = Transport(
        environment.custom(address),
        timeout=TIMEOUT,
        total=TOTAL_SECONDS,
        session=session,
        problems=_error,
    )
    try:
        answer = transport.call(
            "GET", path, params={"date": day.isoformat()}, max_bytes=MAX_BYTES
        )
        return answer.fields().child("result")
    finally:
        if session is None:
            transport.close()


def _proof(result):
    moment = result.text("requestDateTime")
    try:
        local = datetime.strptime(moment, "%d-%m-%Y %H:%M:%S")
        utc = local.replace(tzinfo=WARSAW).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadAnswer("field", details=["requestDateTime has no sense"]) from None
    return printable(result.text("requestId", most=100)), utc


def _taxpayer(nip, subject):
    accounts = [a for a in subject.texts("accountNumbers") if is_account(a)]
    return Taxpayer(
        nip=nip,
        name=printable(subject.text("name", ""))[:_NAME_LENGTH],
        state=_STATES.get(subject.text("statusVat", ""), UNKNOWN),
        accounts=tuple(accounts),
        has_virtual_accounts=subject.flag("hasVirtualAccounts", False),
    )


def _error(status, headers, body) -> KsefError:
    """Make the error of an answer: the list has codes and a shape of its own."""
    code, details = _told(body)
    facts = {"code": code, "details": details, "http_status": status}
    if code == LIMIT or status == 429:
        wait = problems.retry_after(headers) or PAUSE[LIMIT]
        return RateLimited(retry_after=wait, **{**facts, "code": LIMIT})
    if code in PAUSE:
        return ServerError(retry_after=PAUSE[code], **facts)
    if code:
        return InvalidRequest(
            codes=[code], details=facts["details"], http_status=status
        )
    return problems.error_for(status, headers, body)


def _told(body):
    try:
        data = safe_json.loads(body)
    except BadAnswer:
        return None, []
    if not isinstance(data, dict) or not isinstance(data.get("code"), str):
        return None, []
    code = data["code"] if _CODE.fullmatch(data["code"]) else None
    message = data.get("message")
    return code, [storable(message)] if isinstance(message, str) else []


def _short_code(text):
    return text if _CODE.fullmatch(text) else "WL"
