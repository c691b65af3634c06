"""Reads of an FA(3) or FA(2) document what KSeF knows an invoice by."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lxml import etree

TYPES = {
    "VAT": "Vat",
    "KOR": "Kor",
    "ZAL": "Zal",
    "ROZ": "Roz",
    "UPR": "Upr",
    "KOR_ZAL": "KorZal",
    "KOR_ROZ": "KorRoz",
}


@dataclass
class Document:
    """The facts of an invoice; amounts are Decimal."""

    seller: str
    number: str
    issued: date
    type: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    is_self_invoicing: bool
    has_attachment: bool
    parties: set = field(default_factory=set)
    nips: list = field(default_factory=list)
    units: list = field(default_factory=list)
    metadata: dict = field(default_factory=dict)


def _path(steps):
    return "/".join(f"{{*}}{step}" for step in steps.split("/"))


def _text(element, steps):
    found = element.find(_path(steps))
    return found.text.strip() if found is not None and found.text else None


def _sum(fa, prefix, in_zloty):
    """Sum of P_13_* or P_14_*; the latter's `W` twins hold the tax in PLN."""
    total, twins = Decimal(0), Decimal(0)
    for element in fa:
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name.startswith(prefix):
            if name.endswith("W"):
                twins += Decimal(element.text)
            else:
                total += Decimal(element.text)
    return twins if in_zloty and twins else total


def _identifier(party):
    """(type, value) of who stands in DaneIdentyfikacyjne."""
    data = party.find(_path("DaneIdentyfikacyjne"))
    for name, kind in (("NIP", "Nip"), ("IDWew", "InternalId")):
        if value := _text(data, name):
            return kind, value
    if value := _text(data, "NrVatUE"):
        return "VatUe", f"{_text(data, 'KodUE') or ''}{value}"
    if value := _text(data, "NrID"):
        return "Other", value
    return "None", None


def _name(party):
    return _text(party, "DaneIdentyfikacyjne/Nazwa")


def read(root):
    """The facts of a document that its schema found valid.

    :param root: the element Faktura
    """
    fa = root.find(_path("Fa"))
    seller = _text(root, "Podmiot1/DaneIdentyfikacyjne/NIP")
    currency = _text(fa, "KodWaluty")
    found = Document(
        seller=seller,
        number=_text(fa, "P_2"),
        issued=date.fromisoformat(_text(fa, "P_1")[:10]),
        type=TYPES[_text(fa, "RodzajFaktury")],
        net=_sum(fa, "P_13_", False),
        vat=_sum(fa, "P_14_", currency != "PLN"),
        gross=Decimal(_text(fa, "P_15")),
        is_self_invoicing=_text(fa, "Adnotacje/P_17") == "1",
        has_attachment=root.find(_path("Zalacznik")) is not None,
    )
    found.parties.add(("Subject1", seller))
    found.metadata = {
        "seller": {"nip": seller, "name": _name(root.find(_path("Podmiot1")))},
        "buyer": _buyer(root, found),
        "currency": currency,
        "thirdSubjects": _third(root, found),
        "authorizedSubject": _authorized(root, found),
    }
    found.nips = [
        element.text
        for element in root.iter("{*}NIP")
        if etree.QName(element.getparent()).localname == "DaneIdentyfikacyjne"
    ]
    return found


def _buyer(root, found):
    party = root.find(_path("Podmiot2"))
    kind, value = _identifier(party)
    if kind == "Nip":
        found.parties.add(("Subject2", value))
    return {"identifier": {"type": kind, "value": value}, "name": _name(party)}


def _third(root, found):
    listed = []
    for party in root.findall(_path("Podmiot3")):
        kind, value = _identifier(party)
        if value:
            found.parties.add(("Subject3", value))
        if kind == "InternalId":
            found.units.append(value)
        listed.append(
            {
                "identifier": {"type": kind, "value": value},
                "name": _name(party),
                "role": int(_text(party, "Rola") or 0),
            }
        )
    return listed


def _authorized(root, found):
    party = root.find(_path("PodmiotUpowazniony"))
    if party is None:
        return None
    nip = _text(party, "DaneIdentyfikacyjne/NIP")
    found.parties.add(("SubjectAuthorized", nip))
    return {"nip": nip, "name": _name(party), "role": int(_text(party, "RolaPU") or 0)}
