"""KSeF numbers and collective identifiers in the text of a bank statement.

Banks break titles into lines of 35 characters, and people retype them: blanks and line
breaks stand inside a number, and hyphens are lost. The check sum, the date and the
seller's NIP tell a number from a row of other characters.
"""

import re
from dataclasses import dataclass

from . import collective
from .ksef_number import crc8, parse
from .nip import is_valid_nip

NUMBER, IDENTIFIER = "number", "identifier"
# Longer texts are no titles; what stands behind is not looked at.
LONGEST = 5_000
_IGNORED = re.compile(r"[\s\-]+")
# Overlapping matches are wanted: digits may stand right before a number.
_CANDIDATE = re.compile(
    r"(?=(?P<nip>[1-9]\d{9})(?:(?P<day>\d{8})|IZ(?P<month>\d{6}))"
    r"(?P<technical>[0-9A-F]{12})(?P<check>[0-9A-F]{2}))",
    re.ASCII,
)
# As it is written: what has this form and a wrong check sum was mistyped.
_WRITTEN = re.compile(
    r"(?<![0-9A-Z])[1-9]\d{9}-(?:\d{8}|IZ\d{6})-[0-9A-F]{12}-[0-9A-F]{2}(?![0-9A-Z])",
    re.ASCII,
)


@dataclass(frozen=True)
class Reading:
    """What a title names.

    :param numbers: KSeF numbers, in their order, each once
    :param identifiers: collective identifiers, the same
    :param mistyped: what looks like one of them and has a wrong check sum
    """

    numbers: tuple[str, ...]
    identifiers: tuple[str, ...]
    mistyped: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that was read without doubt."""
        return self.numbers + self.identifiers


def read_title(text: str) -> Reading:
    """Return the numbers in ``text``, the title of a transfer that somebody made."""
    text = (text or "")[:LONGEST].upper()
    found = {NUMBER: {}, IDENTIFIER: {}}
    taken = 0
    plain = _IGNORED.sub("", text)
    for match in _CANDIDATE.finditer(plain):
        if match.start() < taken:
            continue
        kind, number = _written(match)
        if _is_real(kind, number):
            found[kind][number] = True
            taken = match.end("check")
    written = (match[0] for match in _WRITTEN.finditer(text))
    real = {**found[NUMBER], **found[IDENTIFIER]}
    mistyped = dict.fromkeys(number for number in written if number not in real)
    return Reading(
        tuple(found[NUMBER]),
        tuple(found[IDENTIFIER]),
        tuple(number for number in mistyped if not _is_checked(number)),
    )


def _written(match):
    kind = NUMBER if match["day"] else IDENTIFIER
    middle = match["day"] or f"IZ{match['month']}"
    return kind, f"{match['nip']}-{middle}-{match['technical']}-{match['check']}"


def _is_real(kind, number):
    if not is_valid_nip(number[:10]):
        return False
    if kind == IDENTIFIER:
        return collective.is_valid(number)
    try:
        parse(number)
    except ValueError:
        return False
    return True


def _is_checked(number):
    return crc8(number[:-3].encode()) == int(number[-2:], 16)
