"""Faults are told in plain codes, from the declarations and from the schema alike."""

import re
from decimal import Decimal

import pytest
from fa3_examples import line, sale
from fa3_judges import SCHEMA, schema_file
from lxml import etree

from ksef_api.errors import DocumentError
from ksef_api.fa3 import (
    Address,
    Fault,
    Identification,
    Instalment,
    Payment,
    Schema,
    check,
    examine,
    fields_of,
    find_schema,
    write,
)
from tools import references


def told(faults):
    """What matters of each fault."""
    return [(fault.path, fault.element, fault.code, fault.limit) for fault in faults]


def test_a_unit_too_long_is_told_with_its_line_limit_and_value():
    document = sale(lines=[line(1), line(7, unit="s" * 300)])
    expected = Fault("Fa/FaWiersz[2]/P_8A", "P_8A", 7, "too_long", 256, "s" * 100)
    assert check(document) == [expected]
    assert SCHEMA.validate(write(document)) == [expected]


@pytest.mark.parametrize(
    ("wrong", "element"), [({"net_23": None}, "P_13_1"), ({"vat_23": None}, "P_14_1")]
)
def test_net_without_vat_and_vat_without_net_is_told(wrong, element):
    document = sale(**wrong)
    assert told(check(document)) == [("Fa", element, "missing", (element,))]
    assert SCHEMA.validate(write(document)) != []


def test_vat_in_pln_without_the_sums_is_told():
    document = sale(vat_8_pln=Decimal("1.00"))
    assert {fault.element for fault in check(document)} == {"P_13_2", "P_14_2"}
    assert SCHEMA.validate(write(document)) != []


def test_two_tax_numbers_are_a_choice_not_made():
    document = sale()
    document.buyer.identification = Identification(
        nip="9999999999", no_id=True, name="X"
    )
    assert [(f.path, f.code) for f in check(document)] == [
        ("Podmiot2/DaneIdentyfikacyjne", "choice")
    ]
    assert SCHEMA.validate(write(document)) != []


def test_no_tax_number_at_all_is_missing():
    document = sale()
    document.buyer.identification = Identification(name="X")
    ways = ("NIP", "KodUE", "KodKraju", "BrakID")
    assert told(check(document)) == [
        ("Podmiot2/DaneIdentyfikacyjne", "NIP", "missing", ways)
    ]
    assert SCHEMA.validate(write(document)) != []


def test_instalments_need_the_mark_whether_they_are_all():
    paid = Instalment(amount=Decimal("1.00"), paid_on=sale().body.issue_date)
    document = sale(payment=Payment(instalments=[paid]))
    assert told(check(document)) == [
        (
            "Fa/Platnosc",
            "ZnacznikZaplatyCzesciowej",
            "missing",
            ("ZnacznikZaplatyCzesciowej",),
        )
    ]
    assert SCHEMA.validate(write(document)) != []


def test_all_faults_are_told_at_once():
    document = sale(number="", place="x" * 257, lines=[line(unit=""), line(2, name="")])
    assert [(fault.path, fault.code) for fault in check(document)] == [
        ("Fa/P_1M", "too_long"),
        ("Fa/P_2", "too_short"),
        ("Fa/FaWiersz[1]/P_8A", "too_short"),
        ("Fa/FaWiersz[2]/P_7", "too_short"),
    ]


def test_too_many_of_something_is_told():
    document = sale(wz_numbers=["1"] * 1001)
    assert told(check(document)) == [("Fa/WZ", "WZ", "too_many", 1000)]


def test_a_required_field_set_to_nothing_is_missing():
    document = sale(number=None)
    assert told(check(document)) == [("Fa", "P_2", "missing", ("P_2",))]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"number": None}, ("Fa", "P_2", "missing", ("P_2",))),
        ({"number": ""}, ("Fa/P_2", "P_2", "too_short", 1)),
        ({"currency": "QQQ"}, ("Fa/KodWaluty", "KodWaluty", "enumeration", None)),
        (
            {"total": Decimal(10) ** 16},
            ("Fa/P_15", "P_15", "pattern", None),
        ),
    ],
)
def test_the_schemas_own_faults_have_the_same_codes(changes, expected):
    assert told(SCHEMA.validate(write(sale(**changes)))) == [expected]


def test_what_only_the_schema_knows_is_told_when_it_is_there():
    document = sale()
    document.seller.address = Address(country="QQ", line1="x")
    assert examine(document) == []
    assert told(examine(document, SCHEMA)) == [
        ("Podmiot1/Adres/KodKraju", "KodKraju", "enumeration", None)
    ]


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ("P_15", "Fa"),
        ("JST", "Podmiot2"),
        ("P_2", "Fa"),
        ("P_18A", "Fa/Adnotacje"),
        ("NrWierszaFa", "Fa/FaWiersz"),
    ],
)
def test_the_schema_names_the_required_element_that_is_missing(element, place):
    root = etree.fromstring(write(sale(place=None)))
    found = root.find(f".//{{*}}{element}")
    found.getparent().remove(found)
    assert told(SCHEMA.validate(etree.tostring(root))) == [
        (place, element, "missing", (element,))
    ]


def test_an_unknown_element_is_not_allowed():
    xml = write(sale()).replace(b"<P_12>23</P_12>", b"<Foo>23</Foo>")
    fault = SCHEMA.validate(xml)[0]
    assert (fault.path, fault.code) == ("Fa/FaWiersz/Foo", "not_allowed")


def test_faults_are_found_in_a_document_that_uses_prefixes():
    xml = write(sale(lines=[line(), line(2, unit="")])).decode()
    xml = re.sub(r"<(/?)(?=[A-Z])", r"<\1fa:", xml).replace("xmlns=", "xmlns:fa=")
    assert told(SCHEMA.validate(xml.encode())) == [
        ("Fa/FaWiersz[2]/P_8A", "P_8A", "too_short", 1)
    ]


def test_a_foreign_element_is_told_where_it_stands():
    foreign = b'<x:A xmlns:x="urn:x"/><P_12>23</P_12>'
    xml = write(sale()).replace(b"<P_12>23</P_12>", foreign)
    fault = SCHEMA.validate(xml)[0]
    assert (fault.path, fault.code) == ("Fa/FaWiersz/A", "not_allowed")


@pytest.mark.parametrize("xml", [b"<Faktura/>", b'<a xmlns="urn:x">x</a>'])
def test_another_document_is_a_fault_and_not_an_error(xml):
    assert [fault.code for fault in SCHEMA.validate(xml)] == ["other"]


def test_a_long_list_of_faults_ends_somewhere():
    document = sale(lines=[line(number, unit="") for number in range(1, 151)])
    assert len(check(document)) == 150
    assert len(SCHEMA.validate(write(document))) == 100


def test_a_schema_is_compiled_once():
    assert find_schema(references.schemas()) is SCHEMA


def test_a_schema_alone_without_what_it_imports_is_no_schema():
    with pytest.raises(DocumentError) as caught:
        Schema.from_files({"schemat.xsd": schema_file()})
    assert caught.value.reason == "bad_schema"


def test_a_folder_that_does_not_exist_is_passed_over(tmp_path):
    assert find_schema(tmp_path / "nowhere") is find_schema()


def test_a_folder_without_the_schema_has_none(tmp_path):
    with pytest.raises(DocumentError) as caught:
        Schema.load(tmp_path)
    assert caught.value.reason == "no_schema"


@pytest.mark.parametrize(
    ("path", "element", "names"),
    [
        ("Fa/FaWiersz[2]/P_8A", "P_8A", ["body", "lines", "unit"]),
        ("Fa", "P_13_1", ["body", "net_23"]),
        (
            "Podmiot2/DaneIdentyfikacyjne/NIP",
            "NIP",
            ["buyer", "identification", "nip"],
        ),
        (  # in a group that has no element of its own
            "Fa/DaneFaKorygowanej/NrFaKorygowanej",
            "NrFaKorygowanej",
            ["body", "invoices", "number"],
        ),
        ("Fa/Nieznane/Coś", "Coś", ["body"]),
        ("", "Nieznane", []),
    ],
)
def test_a_place_leads_through_fields(path, element, names):
    fault = Fault(path, element, None, "other")
    assert [name for _cls, name in fields_of(fault)] == names
