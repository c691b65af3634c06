"""Hostile XML, and the UPO."""

from datetime import UTC, date, datetime

import pytest

from ksef_api.errors import DocumentError
from ksef_api.safe_xml import parse
from ksef_api.upo import read_upo

LAUGHS = b"""<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;">
<!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;">]>"""
UPO = """<?xml version="1.0" encoding="UTF-8"?>
<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">
  <NazwaPodmiotuPrzyjmujacego>Ministerstwo Finansów</NazwaPodmiotuPrzyjmujacego>
  <NumerReferencyjnySesji>20260101-SO-27A85F3000-F0A18DD4CB-C0</NumerReferencyjnySesji>
  <Uwierzytelnienie><IdKontekstu><Nip>5265877635</Nip></IdKontekstu>
    <NumerReferencyjnyTokenaKSeF>x</NumerReferencyjnyTokenaKSeF></Uwierzytelnienie>
  <OpisPotwierdzenia><Strona>2</Strona><LiczbaStron>3</LiczbaStron></OpisPotwierdzenia>
  <NazwaStrukturyLogicznej>Schemat_FA(3)_v1-0E.xsd</NazwaStrukturyLogicznej>
  <KodFormularza>FA (3)</KodFormularza>
  <Dokument>
    <NipSprzedawcy>5265877635</NipSprzedawcy>
    <NumerKSeFDokumentu>5265877635-20250826-0100001AF629-AF</NumerKSeFDokumentu>
    <NumerFaktury>FV/1</NumerFaktury>
    <DataWystawieniaFaktury>2025-08-26</DataWystawieniaFaktury>
    <DataPrzeslaniaDokumentu>2025-08-26T12:00:00.123+02:00</DataPrzeslaniaDokumentu>
    <DataNadaniaNumeruKSeF>2025-08-26T10:00:05Z</DataNadaniaNumeruKSeF>
    <SkrotDokumentu>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</SkrotDokumentu>
    <TrybWysylki>Online</TrybWysylki>
  </Dokument>%s
</Potwierdzenie>"""
SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'


def reason(data, read=parse, **options):
    with pytest.raises(DocumentError) as caught:
        read(data, **options)
    return caught.value.reason


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS + b"<l>&h;</l>",
        LAUGHS + b'<l a="&h;"/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><a/>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b"<!DOCTYPE a><a/>",
        b"<a>&nbsp;</a>",
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
    ],
)
def test_document_types_and_entities_are_refused(document):
    assert reason(document) == "entities"


@pytest.mark.parametrize(
    "document", [b"", b"text", b"<a>", b"<a>AT&T</a>", b"<a/><b/>", b"\x00", b"<a>\xff"]
)
def test_what_is_not_xml_is_refused(document):
    assert reason(document) == "not_xml"


def test_long_and_deep_documents_are_refused():
    assert reason(b"<a>" + b" " * 100 + b"</a>", max_bytes=50) == "too_large"
    assert reason(b"<a>" * 10_000 + b"</a>" * 10_000) == "too_deep"


def test_ordinary_xml_is_read():
    assert parse("<a>ł</a>".encode()).text == "ł"


@pytest.mark.parametrize("signature", ["", SIGNATURE], ids=["plain", "signed"])
def test_a_upo_is_read(signature):
    upo = read_upo((UPO % signature).encode())
    assert upo.reference == "20260101-SO-27A85F3000-F0A18DD4CB-C0"
    assert (upo.context_type, upo.context) == ("Nip", "5265877635")
    assert (upo.page, upo.pages, upo.form_code) == (2, 3, "FA (3)")
    (document,) = upo.documents
    assert document.ksef_number == "5265877635-20250826-0100001AF629-AF"
    assert document.issue_date == date(2025, 8, 26)
    utc = UTC
    assert document.sent_at == datetime(2025, 8, 26, 10, 0, 0, 123_000, tzinfo=utc)
    assert document.numbered_at == datetime(2025, 8, 26, 10, 0, 5, tzinfo=utc)


@pytest.mark.parametrize(
    "old, new",
    [
        ("Potwierdzenie", "Faktura"),
        ("upo.schematy", "other"),
        ("<NumerFaktury>FV/1</NumerFaktury>", ""),
        ("2025-08-26T10:00:05Z", "yesterday"),
        ("2025-08-26T10:00:05Z", "2025-02-30T10:00:05Z"),
    ],
)
def test_what_is_no_upo_is_refused(old, new):
    document = (UPO % "").replace(old, new).encode()
    assert reason(document, read_upo) == "not_upo"
