"""One invoice of each kind, as people issue them, judged by everybody at hand."""

from decimal import Decimal

import pytest
from fa3_examples import (
    EVERY_KIND,
    KSEF_NUMBER,
    advance,
    correction,
    line,
    sale,
    settlement,
    settlement_correction,
    simplified,
)
from fa3_judges import (
    SCHEMA,
)
from ksef_client_reader import read_by_ksef_client
from lxml import etree

from ksef_api.fa3 import (
    FA3,
    Annotations,
    EuVat,
    Exemption,
    Identification,
    InvoiceKind,
    Margin,
    MarginScheme,
    OtherId,
    Rate,
    check,
    read,
    write,
)

every_kind = pytest.mark.parametrize("kind", InvoiceKind, ids=lambda kind: kind.value)


def texts(document, path):
    """The texts of all elements at a path like "Fa/FaWiersz/P_7"."""
    root = etree.fromstring(write(document))
    steps = "/".join(f"{{{FA3}}}{step}" for step in path.split("/"))
    return [item.text for item in root.findall(steps)]


@every_kind
def test_every_kind_reads_back_and_breaks_no_declaration(kind):
    document = EVERY_KIND[kind]()
    assert document.body.kind is kind
    assert read(write(document)).document == document
    assert check(document) == []


@every_kind
def test_every_kind_passes_the_schema(kind):
    assert SCHEMA.validate(write(EVERY_KIND[kind]())) == []


@every_kind
def test_ksef_client_validates_every_kind(kind):
    from ksef_client.documents.fa3 import validate_fa3_xml_xsd

    validate_fa3_xml_xsd(write(EVERY_KIND[kind]()))


@pytest.fixture(scope="module")
def their_readings():
    """What ksef-client's reader makes of every kind: {code: [number, total, lines]}."""
    readings = read_by_ksef_client(
        {kind.value: write(made()).decode() for kind, made in EVERY_KIND.items()}
    )
    assert readings, "no ksef-client with a reader (0.20) in .dev; run ./dev setup"
    return readings


@every_kind
def test_ksef_client_reads_every_kind(kind, their_readings):
    body = EVERY_KIND[kind]().body
    number, total, lines = their_readings[kind.value]
    assert (number, Decimal(total), lines) == (
        body.number,
        body.total,
        len(body.lines),
    )


def test_the_file_is_utf8_without_byte_order_mark_in_the_schemas_namespace():
    xml = write(sale(place="Łódź"))
    assert xml.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<Faktura xmlns=")
    assert "Łódź".encode() in xml
    assert etree.fromstring(xml).nsmap == {None: FA3}


def test_the_form_is_named_without_anybody_setting_it():
    form = etree.fromstring(write(sale())).find(f".//{{{FA3}}}KodFormularza")
    assert (form.text, dict(form.attrib)) == (
        "FA",
        {"kodSystemowy": "FA (3)", "wersjaSchemy": "1-0E"},
    )


def test_annotations_say_no_to_everything_by_default():
    assert texts(sale(), "Fa/Adnotacje/P_16") == ["2"]
    assert texts(sale(), "Fa/Adnotacje/Zwolnienie/P_19N") == ["1"]
    assert texts(sale(), "Fa/Adnotacje/NoweSrodkiTransportu/P_22N") == ["1"]
    assert texts(sale(), "Fa/Adnotacje/PMarzy/P_PMarzyN") == ["1"]


def test_an_exemption_is_marked_by_its_legal_basis():
    document = sale(
        annotations=Annotations(exemption=Exemption(act="art. 43 ust. 1 pkt 2")),
        net_23=None,
        vat_23=None,
        net_exempt=Decimal("100.00"),
        total=Decimal("100.00"),
        lines=[line(rate=Rate.EXEMPT)],
    )
    assert texts(document, "Fa/Adnotacje/Zwolnienie/P_19") == ["1"]
    assert texts(document, "Fa/Adnotacje/Zwolnienie/P_19N") == []
    assert texts(document, "Fa/FaWiersz/P_12") == ["zw"]


def test_a_margin_scheme_is_marked_by_its_own_element():
    document = sale(annotations=Annotations(margin=Margin(scheme=MarginScheme.ART)))
    assert texts(document, "Fa/Adnotacje/PMarzy/P_PMarzy") == ["1"]
    assert texts(document, "Fa/Adnotacje/PMarzy/P_PMarzy_3_2") == ["1"]
    assert texts(document, "Fa/Adnotacje/PMarzy/P_PMarzyN") == []


@pytest.mark.parametrize(
    ("known_by", "element"),
    [
        ({"nip": "9999999999"}, "NIP"),
        ({"eu_vat": EuVat(country="EL", number="123456789")}, "NrVatUE"),
        ({"other_id": OtherId(country="US", number="12-3456789")}, "NrID"),
        ({"other_id": OtherId(number="X1")}, "NrID"),
        ({"no_id": True}, "BrakID"),
    ],
)
def test_a_buyer_is_known_by_one_of_four_ways(known_by, element):
    document = sale()
    document.buyer.identification = Identification(name="Hotel", **known_by)
    assert len(texts(document, f"Podmiot2/DaneIdentyfikacyjne/{element}")) == 1
    assert SCHEMA.validate(write(document)) == []
    assert read(write(document)).document == document


def test_a_correction_names_the_original_by_its_ksef_number():
    assert texts(correction(), "Fa/DaneFaKorygowanej/NrKSeF") == ["1"]
    assert texts(correction(), "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej") == [
        KSEF_NUMBER
    ]
    assert texts(correction(), "Fa/DaneFaKorygowanej/NrKSeFN") == []


def test_a_correction_of_an_invoice_outside_ksef_says_so():
    document = correction()
    document.body.correction.invoices[0].ksef_number = None
    assert texts(document, "Fa/DaneFaKorygowanej/NrKSeFN") == ["1"]
    assert texts(document, "Fa/DaneFaKorygowanej/NrKSeF") == []


def test_the_line_before_a_correction_is_marked_and_the_line_after_is_not():
    lines = read(write(correction())).document.body.lines
    assert [made.before for made in lines] == [True, False]
    assert texts(correction(), "Fa/FaWiersz/StanPrzed") == ["1"]


def test_an_advance_has_its_order_and_a_settlement_its_advances():
    assert texts(advance(), "Fa/Zamowienie/WartoscZamowienia") == ["246.00"]
    assert texts(settlement(), "Fa/FakturaZaliczkowa/NrKSeFFaZaliczkowej") == [
        KSEF_NUMBER
    ]
    assert texts(settlement(), "Fa/FakturaZaliczkowa/NrKSeFZN") == ["1"]


def test_kinds_know_whether_they_correct_and_whether_they_are_advances():
    assert settlement_correction().body.kind.is_correction
    assert not settlement_correction().body.kind.is_advance
    assert advance().body.kind.is_advance
    assert not simplified().body.kind.is_correction
