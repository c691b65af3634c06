"""Numbers are found in titles as banks and people mangle them."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksef_api.ksef_number import crc8
from ksef_api.title_reading import read_title
from ksef_api.transfer_title import SplitPayment, plain_title

NIPS = ("5265877635", "1111111111")
HEX = st.text("0123456789ABCDEF", min_size=12, max_size=12)


def checked(start):
    return f"{start}-{crc8(start.encode()):02X}"


NUMBER = checked("5265877635-20270104-0100001AF629")
OTHER = checked("1111111111-20270104-0200001AF629")
IDENTIFIER = checked("5265877635-IZ202701-65ED02180000")


@st.composite
def real_numbers(draw):
    nip, technical = draw(st.sampled_from(NIPS)), draw(HEX)
    middle = draw(st.sampled_from(["20270104", "20261231", "IZ202701", "IZ202612"]))
    return checked(f"{nip}-{middle}-{technical}")


def found(text):
    reading = read_title(text)
    return [*reading.numbers, *reading.identifiers]


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"zapłata za {NUMBER} dziękuję",
        NUMBER.replace("-", ""),
        NUMBER.replace("-", " "),
        NUMBER[:20] + "\n" + NUMBER[20:],
        " ".join(NUMBER),
        NUMBER.lower(),
        f"FV12{NUMBER}34",
        plain_title(NUMBER, "FV 1/2027"),
        SplitPayment(Decimal(23), "5265877635", NUMBER, "x").message(),
    ],
)
def test_a_number_is_found(text):
    assert read_title(text).numbers == (NUMBER,)


def test_an_identifier_is_no_number():
    reading = read_title(f"{IDENTIFIER} FV 1, FV 2")
    assert (reading.numbers, reading.identifiers) == ((), (IDENTIFIER,))


def test_several_stand_in_their_order_each_once():
    reading = read_title(f"{OTHER} {NUMBER}, {OTHER}")
    assert reading.numbers == (OTHER, NUMBER)


def test_a_wrong_check_sum_is_told():
    wrong = NUMBER[:-2] + ("00" if not NUMBER.endswith("00") else "01")
    reading = read_title(f"zapłata {wrong}")
    assert (reading.numbers, reading.mistyped) == ((), (wrong,))


@pytest.mark.parametrize("text", ["", None, "FV/2027/01", "5265877635", "1" * 4999])
def test_other_texts_name_nothing(text):
    reading = read_title(text)
    assert (reading.numbers, reading.identifiers, reading.mistyped) == ((), (), ())


@given(
    numbers=st.lists(real_numbers(), min_size=1, max_size=3, unique=True),
    seed=st.integers(),
    keeps=st.booleans(),
)
def test_mangled_numbers_are_found(numbers, seed, keeps):
    chance = random.Random(seed)
    text = " ; ".join(numbers)
    if not keeps:
        text = text.replace("-", "")
    text = "".join(c + chance.choice(["", "", "", " ", "\n"]) for c in text)
    assert sorted(found(text)) == sorted(numbers)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text):
    read_title(text)
