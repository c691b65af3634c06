"""What is read: FA(2), strange and hostile documents."""

import copy
import re
from datetime import datetime, timedelta, timezone

import pytest
from fa3_examples import line, sale
from fa3_strategies import fullest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ksef_api.errors import DocumentError
from ksef_api.fa3 import (
    FA2,
    FA3,
    AdvanceInvoice,
    Due,
    Payment,
    Rate,
    Schema,
    check,
    read,
    write,
)
from tools import references


def xml_of(document=None, **replaced):
    """The XML of an invoice with some of its text replaced."""
    text = write(document or sale()).decode()
    for old, new in replaced.items():
        pattern = rf"<{old}>[^<]*</{old}>"
        assert re.search(pattern, text), old
        text = re.sub(pattern, lambda _match, new=new: new, text, count=1)
    return text.encode()


def as_fa2(xml):
    """The same in FA(2)'s namespace, without what FA(2) does not have."""
    text = xml.decode().replace(FA3, FA2).replace("FA (3)", "FA (2)")
    text = text.replace("<WariantFormularza>3", "<WariantFormularza>2")
    return re.sub(r"<(JST|GV)>2</\1>", "", text).encode()


def refusal(xml):
    """Reason and details of the refusal."""
    with pytest.raises(DocumentError) as caught:
        read(xml)
    return caught.value.reason, caught.value.details


def test_fa2_is_read_as_the_same_document():
    document = sale()
    result = read(as_fa2(write(document)))
    assert result.schema == "FA (2)"
    assert result.document == document
    assert result.unknown == []


def test_the_fa2_of_these_tests_is_fa2():
    schema = Schema.load(references.schemas(), FA2)
    assert schema.validate(as_fa2(write(sale()))) == []
    assert schema.validate(write(sale())) != []


@pytest.mark.parametrize("turn", range(12))
def test_everything_that_fa2_shares_with_fa3_is_read(turn):
    document = fullest(turn)
    document.attachment = None
    for due in document.body.payment.due:
        due.rule = None
    document.buyer.jst = document.buyer.vat_group = False
    result = read(as_fa2(write(document)))
    assert result.document == document
    assert result.unknown == []


def test_what_was_read_from_fa2_is_written_as_fa3():
    xml = write(read(as_fa2(write(sale()))).document)
    assert etree.fromstring(xml).tag == f"{{{FA3}}}Faktura"


@pytest.mark.parametrize(
    ("old", "sums", "rate"),
    [
        ("0", {"net_0_domestic": 1}, Rate.ZERO_DOMESTIC),
        ("0", {"net_0_eu": 1}, Rate.ZERO_EU),
        ("0", {"net_0_export": 1}, Rate.ZERO_EXPORT),
        ("np", {"net_abroad": 1}, Rate.ABROAD),
        ("np", {"net_eu_services": 1}, Rate.EU_SERVICE),
        ("0", {"net_0_eu": 1, "net_0_export": 1}, Rate.LEGACY_ZERO),
        ("np", {}, Rate.LEGACY_NOT_TAXED),
    ],
)
def test_the_sums_of_fa2_tell_which_zero_is_meant(old, sums, rate):
    total = sale().body.total
    document = sale(
        net_23=None, vat_23=None, lines=[line()], **dict.fromkeys(sums, total)
    )
    xml = as_fa2(xml_of(document, P_12=f"<P_12>{old}</P_12>"))
    assert read(xml).document.body.lines[0].rate is rate


def test_a_rate_that_fa3_does_not_know_is_told_before_sending():
    faults = check(sale(lines=[line(rate=Rate.LEGACY_ZERO)]))
    assert [(fault.element, fault.code) for fault in faults] == [
        ("P_12", "enumeration")
    ]


def test_fa2s_free_text_of_a_due_date_is_kept():
    document = sale(payment=Payment(due=[Due(on=sale().body.issue_date)]))
    xml = as_fa2(write(document)).replace(
        b"</Termin>", b"</Termin><TerminOpis>14 dni od dostawy</TerminOpis>"
    )
    due = read(xml).document.body.payment.due[0]
    assert (due.on, due.rule_text) == (document.body.issue_date, "14 dni od dostawy")


def test_every_advance_number_of_an_fa2_element_is_read():
    ksef = [
        "5265877635-20260201-010000000000-0A",
        "5265877635-20260202-010000000000-0B",
    ]
    advances = [AdvanceInvoice(ksef_number=ksef[0]), AdvanceInvoice(number="ZAL/3")]
    xml = as_fa2(write(sale(advance_invoices=advances))).decode()
    first, last = (f"<NrKSeFFaZaliczkowej>{number}<" for number in ksef)
    end = "/NrKSeFFaZaliczkowej>"
    result = read(xml.replace(first + end, first + end + last + end).encode())
    assert result.unknown == []
    assert result.document.body.advance_invoices == [
        AdvanceInvoice(ksef_number=ksef[0]),
        AdvanceInvoice(ksef_number=ksef[1]),
        AdvanceInvoice(number="ZAL/3"),
    ]


def test_what_is_read_the_fast_way_is_read_as_the_careful_way_reads_it():
    fast = write(sale(lines=[line(number) for number in range(1, 4)]))
    careful = fast.replace(b"</P_7>", b"<!-- --></P_7>")
    spaced = re.sub(rb"<(P_8B|P_11)>([^<]*)<", rb"<\1> \2\n<", fast)
    document = read(fast).document
    assert read(careful).document == document
    assert read(spaced).document == document


@pytest.mark.parametrize(
    "text", ["NaN", "1e3", "1_0", "", "1 0", "\N{FULLWIDTH DIGIT ONE}", "--1", "."]
)
def test_what_is_no_number_is_refused_with_its_place(text):
    xml = xml_of(P_11=f"<P_11>{text}</P_11>")
    reason, details = refusal(xml)
    assert (reason, details) == ("type", ["Fa/FaWiersz/P_11", text])


def test_unknown_elements_are_left_out_and_told_with_place_and_text():
    xml = xml_of(P_7="<P_7>Krzesło</P_7><Nowe><A>x</A> <B>y</B></Nowe>")
    result = read(xml)
    assert result.document == sale()
    assert [(u.path, u.text) for u in result.unknown] == [("Fa/FaWiersz/Nowe", "x y")]


def test_a_second_value_of_a_single_element_is_told_and_the_first_one_counts():
    result = read(xml_of(P_2="<P_2>FIRST</P_2><P_2>SECOND</P_2>"))
    assert result.document.body.number == "FIRST"
    assert [(u.path, u.text) for u in result.unknown] == [("Fa/P_2[2]", "SECOND")]


def test_elements_of_foreign_namespaces_are_not_taken_for_ours():
    result = read(xml_of(P_1M='<P_1M xmlns="urn:x">Kraków</P_1M>'))
    assert result.document.body.place is None
    assert len(result.unknown) == 1


def test_a_comment_inside_a_value_does_not_cut_it_short():
    xml = xml_of(P_2="<P_2>FV/1<!-- -->/2026<?x y?>/A</P_2>")
    assert read(xml).document.body.number == "FV/1/2026/A"


def test_prefixes_make_no_difference():
    xml = re.sub(r"<(/?)(?=[A-Z])", r"<\1fa:", xml_of().decode())
    xml = xml.replace("xmlns=", "xmlns:fa=")
    assert read(xml.encode()).document == sale()


def test_comments_between_elements_are_nothing():
    assert read(xml_of(P_1M="<!-- x --><P_1M>Warszawa</P_1M>")).unknown == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-02-15T09:30:00Z", timedelta()),
        ("2026-02-15T09:30:00", timedelta()),
        ("2026-02-15T10:30:00+01:00", timedelta()),
        ("2026-02-15T09:30:00.5Z", timedelta(seconds=0.5)),
        ("2026-02-15T09:30:00.123456789Z", timedelta(microseconds=123456)),
        (" 2026-02-15T09:30:00Z\n", timedelta()),
    ],
)
def test_moments_are_read_in_utc(written, meant):
    element = f"<DataWytworzeniaFa>{written}</DataWytworzeniaFa>"
    read_at = read(xml_of(DataWytworzeniaFa=element)).document.header.created_at
    assert read_at == datetime(2026, 2, 15, 9, 30, tzinfo=timezone.utc) + meant
    assert read_at.utcoffset() == timedelta()


def test_flags_and_codes_are_read_in_every_form_the_schema_allows():
    xml = xml_of(
        P_16="<P_16> 01 </P_16>", FormaPlatnosci="<FormaPlatnosci>+6</FormaPlatnosci>"
    )
    body = read(xml).document.body
    assert body.annotations.cash_method is True
    assert body.payment.method == "6"


@pytest.mark.parametrize("value", ["NaN", "1e5", "1_000", "Infinity", "", "1,5", "٣"])
def test_a_number_that_is_none_is_refused_with_its_place(value):
    assert refusal(xml_of(P_15=f"<P_15>{value}</P_15>")) == ("type", ["Fa/P_15", value])


@pytest.mark.parametrize("value", ["2026-02-31", "2026-W01-1", "20260215", "yesterday"])
def test_a_date_that_is_none_is_refused_with_its_place(value):
    assert refusal(xml_of(P_1=f"<P_1>{value}</P_1>")) == ("type", ["Fa/P_1", value])


def test_an_unknown_code_is_refused_with_its_place():
    found = refusal(xml_of(sale(lines=[line(), line(2)]), P_12="<P_12>24</P_12>"))
    assert found == ("enumeration", ["Fa/FaWiersz[1]/P_12", "24"])


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ("P_2", "Fa/P_2"),
        ("RodzajFaktury", "Fa/RodzajFaktury"),
        ("NrWierszaFa", "Fa/FaWiersz/NrWierszaFa"),
    ],
)
def test_a_missing_required_element_is_named(element, place):
    assert refusal(xml_of(**{element: ""})) == ("missing", [place])


def test_a_document_of_another_schema_is_no_invoice():
    assert refusal(b"<Faktura/>")[0] == "schema"
    assert refusal(f'<Inne xmlns="{FA3}"/>'.encode())[0] == "schema"
    assert refusal(b'<Invoice xmlns="urn:oasis:ubl"/>')[0] == "schema"


def test_an_entity_bomb_is_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
    body = xml_of(P_2="<P_2>&b;</P_2>").partition(b"\n")[2]
    assert refusal(bomb + body)[0] == "entities"


def test_an_external_entity_is_not_fetched():
    xxe = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    body = xml_of(P_2="<P_2>&a;</P_2>").partition(b"\n")[2]
    assert refusal(xxe + body)[0] == "entities"


def test_what_is_too_large_is_refused_unparsed():
    with pytest.raises(DocumentError) as caught:
        read(b"<" * 101, max_bytes=100)
    assert caught.value.reason == "too_large"


def test_a_text_that_no_schema_allows_is_refused():
    long = "po." * 10_000
    assert refusal(xml_of(P_2=f"<P_2>{long}</P_2>"))[0] == "long_text"


@pytest.mark.parametrize("garbage", [b"", b"%PDF-1.7", b"<Faktura", b"\xff\xfe\x00"])
def test_garbage_is_not_xml(garbage):
    assert refusal(garbage)[0] == "not_xml"


TREES = [write(fullest(turn)) for turn in range(4)]
spoilt_text = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["1e999", "-0", "9" * 5000, "2026-13-01", "24:00:00", "\u0661"]),
)


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.sampled_from(TREES),
    st.integers(0, 5000),
    st.sampled_from(["text", "drop", "double", "swap", "rename"]),
    spoilt_text,
)
def test_a_spoilt_document_is_read_or_refused_and_never_worse(tree, at, how, text):
    root = etree.fromstring(tree)
    elements = list(root.iterdescendants())
    element = elements[at % len(elements)]
    if how == "text":
        try:
            element.text = text
        except ValueError:  # XML cannot hold it, so nobody can send it
            return
    elif how == "drop":
        element.getparent().remove(element)
    elif how == "double":
        element.addnext(copy.deepcopy(element))
    elif how == "swap":
        element.getparent().append(element)
    else:
        element.tag = elements[(at * 7) % len(elements)].tag
    try:
        result = read(etree.tostring(root))
    except DocumentError as error:
        assert error.reason in ("type", "enumeration", "missing")
        assert error.details
    else:
        check(result.document)
