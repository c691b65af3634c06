"""A look-alike of GUS's company register (*REGON BIR 1.1*, SOAP 1.2)."""

import json
import secrets
from pathlib import Path

from lxml import etree
from werkzeug.wrappers import Response

from .routes import route
from .schemas import PARSER_OPTIONS

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
PUBLIC, COMMON = "http://CIS/BIR/PUBL/2014/07", "http://CIS/BIR/2014/07"
# The key that GUS gives to everybody for its own test service.
USER_KEY = "abcde12345abcde12345"
WSDL_PATH = "/gus/wsBIR/wsdl/UslugaBIRzewnPubl-ver11.wsdl"
SERVICE_PATH = "/gus/wsBIR/UslugaBIRzewnPubl.svc"
OPEN = {"token": None, "group": None, "prefix": ""}
NOT_FOUND = {
    "ErrorCode": "4",
    "ErrorMessagePl": "Nie znaleziono podmiotu dla podanych kryteriów wyszukiwania.",
    "ErrorMessageEn": "No data found for the specified search criteria.",
}
NO_REPORT = {
    "ErrorCode": "5",
    "ErrorMessagePl": "Brak uprawnień do raportu lub nieprawidłowa nazwa raportu.",
    "ErrorMessageEn": "The report cannot be accessed or its name is wrong.",
}
# Field of the search result -> field of the full report, without its prefix
REPORT_FIELDS = {
    "Nazwa": "nazwa",
    "Nip": "nip",
    "Wojewodztwo": "adSiedzWojewodztwo_Nazwa",
    "Powiat": "adSiedzPowiat_Nazwa",
    "Gmina": "adSiedzGmina_Nazwa",
    "Miejscowosc": "adSiedzMiejscowosc_Nazwa",
    "MiejscowoscPoczty": "adSiedzMiejscowoscPoczty_Nazwa",
    "KodPocztowy": "adSiedzKodPocztowy",
    "Ulica": "adSiedzUlica_Nazwa",
    "NrNieruchomosci": "adSiedzNumerNieruchomosci",
    "NrLokalu": "adSiedzNumerLokalu",
    "DataZakonczeniaDzialalnosci": "dataZakonczeniaDzialalnosci",
}
# Name of a report -> (kind of company, field with its REGON, prefix of the others)
REPORTS = {
    "BIR11OsPrawna": ("P", "praw_regon9", "praw_"),
    "BIR11OsFizycznaDzialalnoscCeidg": ("F", "fiz_regon9", "fiz_"),
}


def add_company(world, nip, name, regon=None, krs="", kind="P", **address):
    """Let the register know a company.

    :param kind: P for a legal person, F for a natural one
    :param address: street, house, flat, zip, city, post, voivodeship, county, commune,
        ended (ISO date)
    """
    code = address.get("zip", "00-001").replace("-", "")
    city = address.get("city", "Warszawa")
    data = {
        "Regon": regon or f"{int(nip) % 10**9:09}",
        "Nip": nip,
        "StatusNip": "",
        "Nazwa": name,
        "Wojewodztwo": address.get("voivodeship", "MAZOWIECKIE"),
        "Powiat": address.get("county", "Warszawa"),
        "Gmina": address.get("commune", "Śródmieście"),
        "Miejscowosc": city,
        "KodPocztowy": f"{code[:2]}-{code[2:]}",
        "Ulica": address.get("street", "ul. Testowa"),
        "NrNieruchomosci": address.get("house", "1"),
        "NrLokalu": address.get("flat", ""),
        "Typ": kind,
        "SilosID": "6" if kind == "P" else "1",
        "DataZakonczeniaDzialalnosci": address.get("ended", ""),
        "MiejscowoscPoczty": address.get("post", city),
    }
    world.store.run("DELETE FROM companies WHERE nip = ?", nip)
    text = json.dumps({**data, "krs": krs}, ensure_ascii=False)
    world.store.add("companies", nip=nip, data=text)
    return data


@route("GET", WSDL_PATH, **OPEN)
def wsdl(call):
    """The description of the service, at the address that was called."""
    text = (Path(__file__).parent / "gus.wsdl").read_text()
    content = text.replace("{address}", f"{call.base_url}{SERVICE_PATH}")
    return Response(content, mimetype="text/xml")


@route("POST", SERVICE_PATH, **OPEN)
def service(call):
    """All operations of the service."""
    try:
        parser = etree.XMLParser(**PARSER_OPTIONS)
        envelope = etree.fromstring(call.request.get_data(), parser)
        operation = envelope.find(f"{{{SOAP}}}Body")[0]
        name = etree.QName(operation).localname
        handler = OPERATIONS[name]
    except (etree.XMLSyntaxError, TypeError, IndexError, KeyError):
        return _fault("The request is not one of this service.")
    header = envelope.find(f"{{{SOAP}}}Header")
    if header is None or header.find(f"{{{ADDRESSING}}}Action") is None:
        return _fault("The SOAP header has no wsa:Action.")
    fields = {etree.QName(e).localname: e for e in operation.iter(etree.Element)}
    texts = {key: (element.text or "").strip() for key, element in fields.items()}
    return _reply(etree.QName(operation).namespace, name, handler(call, texts))


def _reply(namespace, name, result):
    nsmap = {"s": SOAP, "a": ADDRESSING}
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap=nsmap)
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    interface = "IUslugaBIR" if namespace == COMMON else "IUslugaBIRzewnPubl"
    action = etree.SubElement(header, f"{{{ADDRESSING}}}Action")
    action.text = f"{namespace}/{interface}/{name}Response"
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    response = etree.SubElement(body, f"{{{namespace}}}{name}Response")
    etree.SubElement(response, f"{{{namespace}}}{name}Result").text = result
    return Response(etree.tostring(envelope), content_type="application/soap+xml")


def _fault(text):
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    fault = etree.SubElement(body, f"{{{SOAP}}}Fault")
    code = etree.SubElement(fault, f"{{{SOAP}}}Code")
    etree.SubElement(code, f"{{{SOAP}}}Value").text = "s:Sender"
    reason = etree.SubElement(fault, f"{{{SOAP}}}Reason")
    etree.SubElement(reason, f"{{{SOAP}}}Text").text = text
    content = etree.tostring(envelope)
    return Response(content, 500, content_type="application/soap+xml")


def _session(call):
    """The session of the HTTP header `sid`, or None."""
    sid = call.request.headers.get("sid", "")
    return sid if call.store.setting("gus", sid) else None


def _log_in(call, texts):
    if texts.get("pKluczUzytkownika") != USER_KEY:
        return ""
    sid = secrets.token_hex(10)
    call.store.set_setting("gus", sid, True)
    return sid


def _log_out(call, texts):
    sid = texts.get("pIdentyfikatorSesji", "")
    is_known = bool(call.store.setting("gus", sid))
    call.store.set_setting("gus", sid, None)
    return "true" if is_known else "false"


def _records(*records):
    root = etree.Element("root")
    for record in records:
        line = etree.SubElement(root, "dane")
        for key, value in record.items():
            etree.SubElement(line, key).text = value
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def _known(call, key, values):
    for row in call.store.rows("SELECT data FROM companies"):
        company = json.loads(row["data"])
        if company[key] in values:
            yield company


def _search(call, texts):
    if not _session(call):
        return ""
    asked = [
        (key, texts[name].split(","))
        for name, key in (
            ("Nip", "Nip"),
            ("Nipy", "Nip"),
            ("Regon", "Regon"),
            ("Regony9zn", "Regon"),
            ("Krs", "krs"),
        )
        if texts.get(name)
    ]
    found = [company for key, values in asked for company in _known(call, key, values)]
    if not found:
        return _records(
            {**NOT_FOUND, **({"Nip": texts["Nip"]} if "Nip" in texts else {})}
        )
    hidden = ("krs",)
    return _records(*({k: v for k, v in c.items() if k not in hidden} for c in found))


def _report(call, texts):
    if not _session(call):
        return ""
    kind, regon_field, prefix = REPORTS.get(texts.get("pNazwaRaportu"), ("", "", ""))
    if not kind:
        return _records(NO_REPORT)
    for company in _known(call, "Regon", [texts.get("pRegon", "")]):
        if company["Typ"] == kind:
            fields = {prefix + new: company[old] for old, new in REPORT_FIELDS.items()}
            extra = {"praw_numerWRejestrzeEwidencji": company["krs"]}
            return _records(
                {
                    regon_field: company["Regon"],
                    **fields,
                    **(extra if kind == "P" else {}),
                }
            )
    return _records(NOT_FOUND)


def _value(call, texts):
    is_open = _session(call) is not None
    values = {
        "StatusSesji": "1" if is_open else "0",
        "StatusUslugi": "1",
        "KomunikatKod": "0" if is_open else "7",
        "KomunikatTresc": "" if is_open else "Brak identyfikatora sesji.",
        "StanDanych": call.now.strftime("%d-%m-%Y"),
    }
    return values.get(texts.get("pNazwaParametru"), "")


OPERATIONS = {
    "Zaloguj": _log_in,
    "Wyloguj": _log_out,
    "DaneSzukajPodmioty": _search,
    "DanePobierzPelnyRaport": _report,
    "GetValue": _value,
}
