"""KSeF numbers, reference numbers, NIPs."""

from datetime import date

import pytest

from ksef_api import ksef_number, nip

# Examples of the Ministry: faktury/numer-ksef.md and the UPO samples.
GENUINE = [
    "5265877635-20250826-0100001AF629-AF",
    "5265877635-20250916-0200A0D6723E-C2",
    "5265877635-20250916-010040741B3E-46",
]


def test_crc8_has_the_check_value_of_its_catalogue():
    assert ksef_number.crc8(b"123456789") == 0xF4


@pytest.mark.parametrize("number", GENUINE)
def test_genuine_numbers_are_valid(number):
    assert ksef_number.is_valid(number)


def test_a_number_of_ksef_1_has_one_more_hyphen():
    body = "5265877635-20230826-010000-1AF629"
    number = f"{body}-{ksef_number.crc8(body.encode()):02X}"
    assert len(number) == 36 and ksef_number.is_valid(number)


@pytest.mark.parametrize("position", range(len(GENUINE[0])))
def test_any_single_wrong_character_is_found(position):
    wrong = "1" if GENUINE[0][position] != "1" else "2"
    number = GENUINE[0][:position] + wrong + GENUINE[0][position + 1 :]
    assert not ksef_number.is_valid(number)


@pytest.mark.parametrize("number", ["", None, 5, GENUINE[0].lower(), GENUINE[0] + "\n"])
def test_other_things_are_no_ksef_numbers(number):
    assert not ksef_number.is_valid(number)


def test_a_number_tells_the_seller_and_the_day():
    parsed = ksef_number.parse(GENUINE[0])
    assert (parsed.nip, parsed.date) == ("5265877635", date(2025, 8, 26))


@pytest.mark.parametrize(
    "reference, valid",
    [
        ("20250514-SO-27A85F3000-F0A18DD4CB-C0", True),
        ("20251314-SO-27A85F3000-F0A18DD4CB-C0", False),
        ("20250514-SO-27A85F3000-F0A18DD4CB", False),
        (None, False),
    ],
)
def test_reference_numbers_have_a_form(reference, valid):
    assert ksef_number.reference_is_valid(reference) is valid


@pytest.mark.parametrize(
    "text, valid",
    [
        ("5265877635", True),
        ("5265877636", False),
        ("0265877635", False),
        ("526587763", False),
        ("\uff15265877635", False),
        ("1234563218", True),
        ("1111111111", True),
        (None, False),
    ],
)
def test_a_nip_has_a_check_digit(text, valid):
    assert nip.is_valid_nip(text) is valid


@pytest.mark.parametrize("text", ["PL 526-587-76-35", "pl5265877635", " 5265877635 "])
def test_a_nip_is_stripped_of_what_people_write(text):
    assert nip.normalize_nip(text) == "5265877635"
