"""How values are written, and which are not."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from fa3_examples import line, sale

from ksef_api.errors import DocumentError
from ksef_api.fa3 import InvoiceKind, check, read, values, write


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (values.AMOUNT, Decimal("1666.66"), "1666.66"),
        (values.AMOUNT, Decimal("2051"), "2051"),
        (values.AMOUNT, Decimal("1E+3"), "1000"),
        (values.AMOUNT, Decimal("1.500"), "1.50"),
        (values.AMOUNT, Decimal("2.000"), "2.00"),
        (values.AMOUNT, Decimal("-0.01"), "-0.01"),
        (values.AMOUNT, Decimal("0.00000"), "0.00"),
        (values.PRICE, Decimal("0.00000001"), "0.00000001"),
        (values.QUANTITY, Decimal("1E-6"), "0.000001"),
        (values.NUMBER, 12, "12"),
        (values.DATE, date(2026, 2, 3), "2026-02-03"),
    ],
)
def test_a_value_is_written_plainly(kind, value, text):
    assert kind.to_text(value) == text
    assert kind.from_text(text) == value


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (values.AMOUNT, 1.5, "type"),
        (values.AMOUNT, 1, "type"),
        (values.AMOUNT, Decimal("NaN"), "type"),
        (values.AMOUNT, Decimal("Infinity"), "type"),
        (values.AMOUNT, Decimal("0.005"), "digits"),
        (values.QUANTITY, Decimal("1E-7"), "digits"),
        (values.TEXT_256, False, "type"),
        (values.TEXT_256, b"x", "type"),
        (values.NUMBER, True, "type"),
        (values.DATE, datetime(2026, 2, 3, tzinfo=timezone.utc), "type"),
        (values.MOMENT, datetime(2026, 2, 3), "type"),
        (values.YES_NO, 1, "type"),
        (values.Code(InvoiceKind), "XXX", "enumeration"),
    ],
)
def test_a_value_of_another_kind_is_not_written(kind, value, code):
    with pytest.raises(values.BadValue) as caught:
        kind.to_text(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 2, 15, 9, 30, tzinfo=timezone.utc), "2026-02-15T09:30:00Z"),
        (
            datetime(2026, 2, 15, 10, 30, tzinfo=timezone(timedelta(hours=1))),
            "2026-02-15T09:30:00Z",
        ),
        (
            datetime(2026, 2, 15, 9, 30, 0, 120000, tzinfo=timezone.utc),
            "2026-02-15T09:30:00.12Z",
        ),
    ],
)
def test_a_moment_is_written_in_utc(moment, text):
    assert values.MOMENT.to_text(moment) == text
    assert values.MOMENT.from_text(text) == moment


def refusal(document):
    """Reason and place of a refusal to write."""
    with pytest.raises(DocumentError) as caught:
        write(document)
    return caught.value.reason, caught.value.details


def test_a_float_never_gets_into_a_document():
    document = sale(lines=[line(), line(2, net=0.1)])
    assert refusal(document) == ("type", ["Fa/FaWiersz[2]/P_11"])


def test_no_digit_is_rounded_away_unseen():
    document = sale(total=Decimal("123.005"))
    assert refusal(document) == ("digits", ["Fa/P_15"])
    fault = check(document)[0]
    assert (fault.path, fault.code, fault.limit) == ("Fa/P_15", "digits", 2)


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x0b", "\x1f", "\x7f", "\x86", "\ufdd0", "\uffff", "\U0001fffe"],
)
def test_characters_that_ksef_refuses_are_refused_with_their_place(character):
    document = sale(lines=[line(), line(2, name=f"Krzesło{character}")])
    assert refusal(document) == ("characters", ["Fa/FaWiersz[2]/P_7"])
    assert [(fault.path, fault.code) for fault in check(document)] == [
        ("Fa/FaWiersz[2]/P_7", "characters")
    ]


@pytest.mark.parametrize("name", ["a\r\nb", "\tc ", "<&>\"']]>", "🪑", "\x85"])
def test_every_other_character_comes_back(name):
    assert (
        read(write(sale(lines=[line(name=name)]))).document.body.lines[0].name == name
    )
