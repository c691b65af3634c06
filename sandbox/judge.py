"""The acceptance rules for invoices (*weryfikacja faktury*)."""

import re
from dataclasses import dataclass, field

from lxml import etree

from . import fa
from .clock import warsaw_day
from .grants import authorizations
from .limits import session_limits
from .numbers import internal_id_is_right, nip_checksum_is_right
from .schemas import PARSER_OPTIONS

MEGABYTE = 1_000_000
BOM = b"\xef\xbb\xbf"
ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([^"']+)["']""")
DISCOURAGED = re.compile(
    "[\x7f-\x84\x86-\x9f\ufdd0-\ufdef"
    + "".join(
        chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF)
    )
    + "]"
)
DESCRIPTIONS = {
    100: "Faktura przyjęta do dalszego przetwarzania",
    150: "Trwa przetwarzanie",
    200: "Sukces",
    405: "Przetwarzanie anulowane z powodu błędu sesji",
    410: "Nieprawidłowy zakres uprawnień",
    415: "Brak możliwości wysyłania faktury z załącznikiem",
    430: "Błąd weryfikacji pliku faktury",
    435: "Błąd odszyfrowania pliku",
    440: "Duplikat faktury",
    450: "Błąd weryfikacji semantyki dokumentu faktury",
    500: "Nieznany błąd (500)",
    550: "Operacja została anulowana przez system",
}
PASSING = (
    "Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. Spróbuj ponownie"
)


class Refused(Exception):
    """The invoice is not accepted."""

    def __init__(self, code, *details, **extensions):
        super().__init__(code, *details)
        self.code, self.details, self.extensions = code, details, extensions


@dataclass
class Sending:
    """How an invoice came.

    `context` is the NIP that sends; None when the seller did it with other software.
    """

    form: str
    context: str = None
    is_batch: bool = False
    is_correction: bool = False
    checks_identifiers: bool = False
    moment: object = None


@dataclass
class Accepted:
    """An invoice that KSeF takes."""

    document: fa.Document
    mode: str = "Online"
    extra: dict = field(default_factory=dict)


def parse(xml):
    """The root of a file that obeys the rules for XML.

    :raises Refused: 430
    """
    if xml.startswith(BOM):
        raise Refused(430, "Plik zawiera znacznik BOM.")
    declared = ENCODING.match(xml.lstrip())
    if declared and declared.group(1).lower() != b"utf-8":
        raise Refused(430, "Prolog XML wskazuje kodowanie inne niż UTF-8.")
    try:
        text = xml.decode("utf-8")
        root = etree.fromstring(xml, etree.XMLParser(**PARSER_OPTIONS))
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        raise Refused(430, f"Nieprawidłowy plik XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise Refused(430, "Deklaracja DOCTYPE jest niedozwolona.")
    if root.xpath("//processing-instruction()"):
        raise Refused(430, "Instrukcje przetwarzania XML są niedozwolone.")
    if DISCOURAGED.search(text) or any(
        DISCOURAGED.search(value) for value in root.xpath("//text() | //@*")
    ):
        raise Refused(430, "Plik zawiera niedozwolone znaki Unicode.")
    return root


def check_file(world, xml, form, limits):
    """What can be said without a look into the store.

    :returns: `fa.Document`
    :raises Refused: 430, 450
    """
    longest = limits["maxInvoiceWithAttachmentSizeInMB"] * MEGABYTE
    if len(xml) > longest:
        raise Refused(430, "Przekroczono dozwolony rozmiar pliku.")
    root = parse(xml)
    faults = world.schemas.faults(form, root)
    if faults:
        raise Refused(450, *faults)
    document = fa.read(root)
    shortest = limits["maxInvoiceSizeInMB"] * MEGABYTE
    if len(xml) > shortest and not document.has_attachment:
        raise Refused(430, "Przekroczono dozwolony rozmiar pliku.")
    return document


def judge(world, xml, sending, document=None):
    """Whether an invoice is accepted.

    :param document: result of `check_file`, when it was called before
    :returns: `Accepted`
    :raises Refused: with the status code of the invoice
    """
    kind = "batchSession" if sending.is_batch else "onlineSession"
    if document is None:
        limits = session_limits(world, sending.context)[kind]
        document = check_file(world, xml, sending.form, limits)
    today = warsaw_day(sending.moment)
    if document.issued > today:
        raise Refused(450, "Data wystawienia (P_1) jest późniejsza niż data przyjęcia.")
    if world.knobs["nip_checksum"] or sending.checks_identifiers:
        _check_identifiers(document)
    if sending.context is not None:
        _check_right(world, document, sending.context)
        _check_attachment(world, document, sending)
    _check_unique(world, document)
    mode = "Offline" if document.issued < today else "Online"
    return Accepted(document, mode)


def _check_identifiers(document):
    """Checksums of NIPs, and of the units of third parties, as in production."""
    for nip in document.nips:
        if not nip_checksum_is_right(nip):
            raise Refused(450, f"Nieprawidłowa suma kontrolna NIP {nip}.")
    for unit in document.units:
        if not internal_id_is_right(unit):
            raise Refused(450, f"Nieprawidłowy identyfikator wewnętrzny {unit}.")


def _check_right(world, document, context):
    """The seller itself, or whom it let invoice in its name."""
    if document.seller == context:
        return
    kinds = authorizations(world.store, document.seller, ("Nip", context))
    fits = "TaxRepresentative" in kinds or (document.is_self_invoicing and kinds)
    if not fits:
        raise Refused(
            410,
            f"Kontekst {context} nie może wystawiać faktur w imieniu "
            f"{document.seller}.",
        )


def _check_attachment(world, document, sending):
    if document.has_attachment:
        consents = attachments_allowed(world, document.seller)
        if not consents or not (sending.is_batch or sending.is_correction):
            raise Refused(415)


def attachments_allowed(world, nip):
    """True while a company may send invoices with attachments."""
    consent = world.store.setting("attachments", nip)
    if not consent:
        return False
    return not consent["ended"] or consent["ended"] > world.now_text()


def _check_unique(world, document):
    twin = world.store.row(
        "SELECT id, session_id FROM invoices "
        "WHERE seller = ? AND type = ? AND number = ?",
        document.seller,
        document.type,
        document.number,
    )
    if twin:
        raise Refused(
            440,
            f"Duplikat faktury. Faktura o numerze KSeF: {twin['id']} została już "
            "prawidłowo przesłana do systemu w sesji: "
            f"{twin['session_id'] or '-'}.",
            originalSessionReferenceNumber=twin["session_id"],
            originalKsefNumber=twin["id"],
        )
