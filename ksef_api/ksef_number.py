"""KSeF numbers and reference numbers (ksef-docs: faktury/numer-ksef.md, [oa])."""

import re
from dataclasses import dataclass
from datetime import date

_NUMBER = re.compile(
    r"(?P<nip>[1-9](?:\d[1-9]|[1-9]\d)\d{7})-(?P<date>\d{8})"
    r"-(?P<technical>[0-9A-F]{6}-?[0-9A-F]{6})-(?P<check>[0-9A-F]{2})",
    re.ASCII,
)
_REFERENCE = re.compile(
    r"(?P<date>\d{8})-(?P<kind>[A-Z]{2})-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}",
    re.ASCII,
)


@dataclass(frozen=True)
class KsefNumber:
    """A KSeF number taken apart: seller's NIP, day of acceptance, technical part."""

    nip: str
    date: date
    technical: str
    checksum: str


def crc8(data: bytes) -> int:
    """CRC-8 with polynomial 0x07, initial value 0, no reflection, no final XOR."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = (crc << 1) ^ 0x107 if crc & 0x80 else crc << 1
    return crc


def is_valid(number: str) -> bool:
    """Tell whether this is a KSeF number: 35 characters, or 36 as KSeF 1.0 gave."""
    try:
        parse(number)
    except ValueError:
        return False
    return True


def parse(number: str) -> KsefNumber:
    """Take a KSeF number apart.

    :raises ValueError: wrong form, impossible date, or the checksum does not match
    """
    match = _NUMBER.fullmatch(number) if isinstance(number, str) else None
    if not match:
        raise ValueError("not a KSeF number")
    # The checksum covers everything before its own hyphen, hyphens included.
    if crc8(number[:-3].encode()) != int(match["check"], 16):
        raise ValueError("the checksum of the KSeF number does not match")
    return KsefNumber(
        match["nip"], _day(match["date"]), match["technical"], match["check"]
    )


def reference_is_valid(ref: str) -> bool:
    """Tell whether this has the form of a reference number (36 characters).

    Its last byte is a CRC-8 too, but that is not documented and some published examples
    break it, so it is not asked for.
    """
    match = _REFERENCE.fullmatch(ref) if isinstance(ref, str) else None
    if not match:
        return False
    try:
        _day(match["date"])
    except ValueError:
        return False
    return True


def _day(text):
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
