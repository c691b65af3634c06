"""Titles of transfers, to the character."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksef_api.transfer_title import (
    LINE,
    LONGEST,
    SplitPayment,
    TitleError,
    plain_title,
    vat_of_part,
)

NUMBER = "5265877635-20270104-0100001AF629-AF"
IDENTIFIER = "1111111111-IZ202607-65ED02180000-E7"


def test_the_number_fills_the_first_line():
    title = plain_title(NUMBER, "FV 1/2027 paper")
    assert title[:LINE] == NUMBER
    assert title == f"{NUMBER} FV 1/2027 paper"


def test_a_text_that_does_not_fit_is_left_out_whole():
    assert plain_title(NUMBER, "x" * (LONGEST - LINE - 1)) != NUMBER
    assert plain_title(NUMBER, "x" * (LONGEST - LINE)) == NUMBER


def test_what_was_typed_with_the_number_does_not_repeat_it():
    assert plain_title(NUMBER, f"{NUMBER}, thanks") == f"{NUMBER} thanks"
    assert plain_title(NUMBER, NUMBER) == NUMBER


@given(st.text(max_size=200))
def test_no_title_is_longer_than_four_lines_or_has_a_line_break(typed):
    title = plain_title(NUMBER, typed)
    assert title.startswith(NUMBER)
    assert len(title) <= LONGEST
    assert len(title.splitlines()) == 1


def test_split_payment_to_the_character():
    payment = SplitPayment(Decimal("3450.00"), "5265877635", NUMBER, "FV/1 of May")
    assert payment.message() == (
        "/VAT/3450,00/IDC/5265877635/INV/5265877635-20270104-0100001AF629-AF"
        "/TXT/FV 1 of May"
    )


def test_split_payment_without_text_has_no_field_for_it():
    message = SplitPayment(Decimal(23), "5265877635", IDENTIFIER).message()
    assert message == f"/VAT/23,00/IDC/5265877635/INV/{IDENTIFIER}"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"vat": Decimal("10000000000")}, "vat"),
        ({"vat": Decimal("-0.01")}, "vat"),
        ({"seller": ""}, "seller"),
        ({"seller": "1" * 15}, "seller"),
        ({"invoice": "5265877635-20270104-010000-1AF629-AF"}, "invoice"),
        ({"invoice": ""}, "invoice"),
    ],
)
def test_what_the_message_cannot_hold_is_refused(values, code):
    given_values = {"vat": Decimal(1), "seller": "5265877635", "invoice": NUMBER}
    with pytest.raises(TitleError) as refused:
        SplitPayment(**{**given_values, **values}).message()
    assert refused.value.code == code


def test_the_longest_message_fits_into_a_transfer():
    message = SplitPayment(Decimal("9999999999.99"), "1" * 14, NUMBER, "x" * 99)
    assert len(message.message()) <= LONGEST


def test_the_vat_of_a_part_is_in_proportion():
    assert vat_of_part(Decimal(23), Decimal(123), Decimal(0), Decimal("41")) == (
        Decimal("7.67")
    )


@given(
    gross=st.decimals("0.01", "99999", places=2),
    share=st.decimals("0", "1", places=4),
    cuts=st.lists(st.decimals("0", "1", places=3), max_size=6),
)
def test_the_vat_of_all_parts_is_the_vat_of_the_invoice(gross, share, cuts):
    vat = (gross * share).quantize(Decimal("0.01"))
    points = [Decimal(0), *sorted((gross * c).quantize(Decimal("0.01")) for c in cuts)]
    points.append(gross)
    parts = [
        vat_of_part(vat, gross, before, after - before)
        for before, after in zip(points, points[1:], strict=False)
    ]
    assert sum(parts) == vat
    assert min(parts) >= 0
