"""Reading a UPO, KSeF's official receipt (faktury/upo, schema v4-3).

Only the dates and numbers are read. The document itself is signed and is kept byte for
byte; whether its signature is the Ministry's is not judged here.
"""

from dataclasses import dataclass
from datetime import date, datetime

from .errors import DocumentError
from .fields import moment
from .safe_xml import local_name, parse

MAX_BYTES = 30_000_000  # a page lists up to 10 000 documents
_NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/"


@dataclass(frozen=True)
class UpoDocument:
    """One accepted invoice. `hash` is of its file, `mode` Online or Offline."""

    ksef_number: str
    invoice_number: str
    seller_nip: str
    issue_date: date
    sent_at: datetime
    numbered_at: datetime
    hash: str
    mode: str | None


@dataclass(frozen=True)
class Upo:
    """A page of a receipt: of one invoice, or of a session (`page` of `pages`)."""

    reference: str
    receiver: str
    context_type: str | None
    context: str | None
    form_code: str | None
    page: int
    pages: int
    documents: list[UpoDocument]


def read_upo(xml: bytes) -> Upo:
    """Read a UPO of version 4-x; a signature in it is passed over.

    :raises DocumentError: not XML, hostile, or "not_upo"
    """
    root = parse(xml, MAX_BYTES)
    if local_name(root) != "Potwierdzenie" or not root.tag.startswith("{" + _NAMESPACE):
        raise DocumentError("not_upo")
    context = root.find("{*}Uwierzytelnienie/{*}IdKontekstu/*")
    return Upo(
        reference=_text(root, "NumerReferencyjnySesji"),
        receiver=_text(root, "NazwaPodmiotuPrzyjmujacego"),
        context_type=local_name(context) if context is not None else None,
        context=context.text if context is not None else None,
        form_code=root.findtext("{*}KodFormularza"),
        page=_number(root, "OpisPotwierdzenia/Strona"),
        pages=_number(root, "OpisPotwierdzenia/LiczbaStron"),
        documents=[_document(element) for element in root.iterfind("{*}Dokument")],
    )


def _document(element):
    try:
        return UpoDocument(
            ksef_number=_text(element, "NumerKSeFDokumentu"),
            invoice_number=_text(element, "NumerFaktury"),
            seller_nip=_text(element, "NipSprzedawcy"),
            issue_date=date.fromisoformat(
                _text(element, "DataWystawieniaFaktury")[:10]
            ),
            sent_at=moment(_text(element, "DataPrzeslaniaDokumentu")),
            numbered_at=moment(_text(element, "DataNadaniaNumeruKSeF")),
            hash=_text(element, "SkrotDokumentu"),
            mode=element.findtext("{*}TrybWysylki"),
        )
    except ValueError:
        raise DocumentError("not_upo") from None


def _text(element, name):
    text = element.findtext("{*}" + name)
    if not text:
        raise DocumentError("not_upo", name)
    return text.strip()


def _number(root, path):
    text = root.findtext("/".join("{*}" + name for name in path.split("/"))) or "1"
    return int(text) if text.isascii() and text.isdigit() else 1
