"""Companies by NIP from the register of the statistical office (*GUS REGON*, BIR 1.1).

Source: GUS, "Instrukcja techniczna dla użytkowników usługi BIR1.1". SOAP 1.2; the
session's number travels in the HTTP header ``sid``, and results are XML inside a text.
"""

from dataclasses import dataclass

import requests
import zeep
from zeep.cache import InMemoryCache
from zeep.exceptions import Error as ZeepError

from . import safe_xml
from .errors import DocumentError

WSDL = (
    "https://wyszukiwarkaregon.stat.gov.pl/wsBIR/wsdl/UslugaBIRzewnPubl-ver11-prod.wsdl"
)
TIMEOUT = 20
MAX_BYTES = 2_000_000
NOT_FOUND = "4"
LEGAL_PERSON = "P"
REPORT_OF_LEGAL_PERSON = "BIR11OsPrawna"


class RegisterError(Exception):
    """The register gave no company.

    ``reason``: ``"wrong_key"`` (GUS does not know the user's key), ``"not_found"``,
    ``"unreachable"`` or ``"bad_answer"``.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Company:
    """What the register says of a company; texts are empty where it says nothing.

    ``house`` is the number of the building, ``flat`` of the premises, ``krs`` the
    number in the court register (legal persons only), ``is_closed`` tells that the
    business has ended.
    """

    nip: str
    regon: str
    name: str
    street: str
    house: str
    flat: str
    zip: str
    city: str
    krs: str
    is_closed: bool

    @property
    def address_line(self):
        """Street and number in one line; villages have no streets."""
        number = f"{self.house}/{self.flat}" if self.flat else self.house
        return " ".join(part for part in (self.street or self.city, number) if part)


class _BoundedSession(requests.Session):
    """Answers longer than ``MAX_BYTES`` are an error: nobody sends them in earnest."""

    def send(self, request, **options):
        answer = super().send(request, **{**options, "stream": True})
        content = answer.raw.read(MAX_BYTES + 1, decode_content=True)
        answer.close()
        if len(content) > MAX_BYTES:
            raise requests.exceptions.ContentDecodingError("too large")
        answer._content = content
        return answer


# The description of the service changes once in years.
_cache = InMemoryCache()


def find_company(nip, user_key, wsdl=WSDL):
    """Return the ``Company`` of a NIP.

    :param nip: ten digits
    :param user_key: key that GUS gave the user
    :param wsdl: address of the service's description
    :raises RegisterError: see there
    """
    with _BoundedSession() as session:
        try:
            return _find(session, nip, user_key, wsdl)
        except (requests.RequestException, ConnectionError) as error:
            raise RegisterError("unreachable") from error
        # zeep raises ValueError and AttributeError on what describes no service.
        except (ZeepError, DocumentError, ValueError, AttributeError) as error:
            raise RegisterError("bad_answer") from error


def _find(session, nip, user_key, wsdl):
    transport = zeep.Transport(
        session=session, timeout=TIMEOUT, operation_timeout=TIMEOUT, cache=_cache
    )
    service = zeep.Client(wsdl, transport=transport).service
    sid = service.Zaloguj(pKluczUzytkownika=user_key)
    if not sid:
        raise RegisterError("wrong_key")
    session.headers["sid"] = sid
    try:
        found = _record(service.DaneSzukajPodmioty(pParametryWyszukiwania={"Nip": nip}))
        return _company(found, _krs(service, found))
    finally:
        service.Wyloguj(pIdentyfikatorSesji=sid)


def _record(text):
    """Return the first record in a result as {element: text}."""
    if not text:
        raise RegisterError("bad_answer")
    record = safe_xml.parse(text.encode(), MAX_BYTES).find("dane")
    if record is None:
        raise RegisterError("bad_answer")
    fields = {child.tag: (child.text or "").strip() for child in record}
    if fields.get("ErrorCode") == NOT_FOUND:
        raise RegisterError("not_found")
    if "ErrorCode" in fields:
        raise RegisterError("bad_answer")
    return fields


def _krs(service, found):
    """Return the number in the court register, which only the full report has."""
    if found.get("Typ") != LEGAL_PERSON:
        return ""
    report = service.DanePobierzPelnyRaport(
        pRegon=found.get("Regon"), pNazwaRaportu=REPORT_OF_LEGAL_PERSON
    )
    try:
        return _record(report).get("praw_numerWRejestrzeEwidencji", "")
    except RegisterError:
        return ""


def _company(found, krs):
    return Company(
        nip=found.get("Nip", ""),
        regon=found.get("Regon", ""),
        name=found.get("Nazwa", ""),
        street=found.get("Ulica", ""),
        house=found.get("NrNieruchomosci", ""),
        flat=found.get("NrLokalu", ""),
        zip=found.get("KodPocztowy", ""),
        city=found.get("Miejscowosc", ""),
        krs=krs,
        is_closed=bool(found.get("DataZakonczeniaDzialalnosci")),
    )
