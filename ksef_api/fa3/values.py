"""Kinds of value in FA(3): how each is written, read, and what limits it has.

The limits repeat the schema's own types (named beside each), because the schema is not
part of this package; the tests hold the two against each other.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal

# White space around numbers is no part of them; int() and Decimal() pass over it.
_DECIMAL = re.compile(r"[ \t\r\n]*[+-]?(\d+(\.\d*)?|\.\d+)[ \t\r\n]*", re.ASCII)
_WHOLE = re.compile(r"[ \t\r\n]*[+-]?\d+[ \t\r\n]*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_SPACE = " \t\r\n"
_PLANE_ENDS = "".join(chr(p << 16 | end) for p in range(17) for end in (0xFFFE, 0xFFFF))
# Characters that XML forbids, and those it only discourages but KSeF refuses.
UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    f"{_PLANE_ENDS}]"
)


class BadValue(ValueError):
    """A value that its kind cannot hold; `code` as in `faults.Fault`."""

    def __init__(self, code):
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Text:
    """A text of `shortest` to `longest` characters, `pattern` over the whole of it.

    :param collapsed: whether the schema collapses white space first (*token*)
    """

    longest: int | None = None
    shortest: int = 1
    pattern: str | None = None
    collapsed: bool = True

    def to_text(self, value):
        """Write a str."""
        if not isinstance(value, str):
            raise BadValue("type")
        return value

    def from_text(self, text):
        """Read a str as it stands, white space and all."""
        return text

    def fault(self, value):
        """What limit a value breaks: (code, limit), or None."""
        if UNWANTED.search(value):
            return "characters", None
        text = collapse(value) if self.collapsed else value
        if self.longest and len(text) > self.longest:
            return "too_long", self.longest
        if len(text) < self.shortest:
            return "too_short", self.shortest
        if self.pattern and not re.fullmatch(self.pattern, text, re.ASCII):
            return "pattern", None
        return None


@dataclass(frozen=True)
class Number:
    """A Decimal of at most `whole` digits before the point and `fraction` after it."""

    whole: int
    fraction: int
    lowest: Decimal | None = None
    highest: Decimal | None = None

    def to_text(self, value):
        """Write a Decimal with the digits it has, never with an exponent.

        :raises BadValue: "type" for a float, "digits" when a digit would be lost
        """
        if not isinstance(value, Decimal) or not value.is_finite():
            raise BadValue("type")
        text = format(value, "f")
        point = text.find(".")
        excess = len(text) - point - 1 - self.fraction
        if point >= 0 and excess > 0:
            if text[-excess:].strip("0"):
                raise BadValue("digits")
            text = text[:-excess].rstrip(".")
        return text

    def from_text(self, text):
        """Read a Decimal with its digits."""
        if text.isascii() and text.replace(".", "", 1).isdigit():  # almost all: fast
            return Decimal(text)
        if not _DECIMAL.fullmatch(text):
            raise BadValue("type")
        return Decimal(text)

    def fault(self, value):
        """What limit a value breaks: (code, limit), or None."""
        if value and value.adjusted() >= self.whole:
            return "digits", self.whole
        return _outside(value, self.lowest, self.highest)


@dataclass(frozen=True)
class Whole:
    """A whole number, from `lowest` on."""

    lowest: int | None = None
    digits: int | None = None

    def to_text(self, value):
        """Write an int."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadValue("type")
        return str(value)

    def from_text(self, text):
        """Read an int."""
        return _whole(text)

    def fault(self, value):
        """What limit a value breaks: (code, limit), or None."""
        if self.digits and abs(value) >= 10**self.digits:
            return "digits", self.digits
        return _outside(value, self.lowest, None)


@dataclass(frozen=True)
class Day:
    """A date, from `first` to `last`."""

    first: date
    last: date = date(2050, 1, 1)

    def to_text(self, value):
        """Write a date."""
        if not isinstance(value, date) or isinstance(value, datetime):
            raise BadValue("type")
        return value.isoformat()

    def from_text(self, text):
        """Read a date."""
        text = text.strip(_SPACE)
        if not _DATE.fullmatch(text):
            raise BadValue("type")
        return date.fromisoformat(text)

    def fault(self, value):
        """What limit a value breaks: (code, limit), or None."""
        return _outside(value, self.first, self.last)


@dataclass(frozen=True)
class Moment:
    """An aware datetime, kept and written in UTC."""

    first: datetime
    last: datetime = datetime(2050, 1, 1, 23, 59, 59, tzinfo=timezone.utc)

    def to_text(self, value):
        """Write an aware datetime as UTC with "Z".

        :raises BadValue: "type" for a naive one
        """
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise BadValue("type")
        text = value.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
        return (text.rstrip("0") if "." in text else text) + "Z"

    def from_text(self, text):
        """Read a datetime; one without a zone is UTC, as the Ministry's guide asks."""
        match = _MOMENT.fullmatch(text.strip(_SPACE))
        if not match:
            raise BadValue("type")
        moment, fraction, zone = match.groups()
        fraction = (fraction or ".0")[1:7].ljust(6, "0")
        zone = "+00:00" if zone in (None, "Z") else zone
        read = datetime.fromisoformat(f"{moment}.{fraction}{zone}")
        return read.astimezone(timezone.utc)

    def fault(self, value):
        """What limit a value breaks: (code, limit), or None."""
        return _outside(value, self.first, self.last)


@dataclass(frozen=True)
class Code:
    """One of an enum's values; `excluded` are those that FA(3) no longer knows."""

    enum: type
    excluded: tuple = ()

    def to_text(self, value):
        """Write a member, or its value."""
        # A member equals its value, so this finds both.
        member = self.enum._value2member_map_.get(value)
        if member is None:
            raise BadValue("enumeration")
        return member._value_

    def from_text(self, text):
        """Read a member; codes that are numbers may be written as 06 or +6."""
        members = self.enum._value2member_map_
        if (found := members.get(text)) is not None:
            return found
        found = members.get(text.strip(_SPACE))
        if found is None:
            try:
                found = members.get(str(_whole(text)))
            except ValueError:
                pass
        if found is None:
            raise BadValue("enumeration")
        return found

    def fault(self, value):
        """What limit a value breaks: (code, limit), or None."""
        return ("enumeration", None) if value in self.excluded else None


@dataclass(frozen=True)
class Choice12:
    """A bool: "1" is yes, "2" is no; a mark knows only "1"."""

    only_yes: bool = False

    def to_text(self, value):
        """Write a bool."""
        if value is True:
            return "1"
        if value is False and not self.only_yes:
            return "2"
        raise BadValue("type")

    def from_text(self, text):
        """Read a bool."""
        if text == "1":
            return True
        number = _whole(text)
        if number == 1 or (number == 2 and not self.only_yes):
            return number == 1
        raise BadValue("enumeration")

    def fault(self, value):
        """What limit a value breaks: none beyond its type."""
        return None


def _outside(value, lowest, highest):
    if lowest is not None and value < lowest:
        return "too_small", lowest
    if highest is not None and value > highest:
        return "too_large", highest
    return None


def _whole(text):
    if not (text.isascii() and text.isdigit() or _WHOLE.fullmatch(text)):
        raise BadValue("type")
    return int(text)


def collapse(text):
    """White space as the schema's *token* sees it."""
    return " ".join(re.split(f"[{_SPACE}]+", text)).strip(" ")


YES_NO = Choice12()  # TWybor1_2
MARK = Choice12(only_yes=True)  # TWybor1

TEXT_9 = Text(9)
TEXT_13 = Text(13)  # TGLN
TEXT_16 = Text(16)  # TNumerTelefonu
TEXT_20 = Text(20)  # TZnakowy20
TEXT_32 = Text(32)
TEXT_50 = Text(50)  # TZnakowy50
TEXT_256 = Text(256)  # TZnakowy
TEXT_512 = Text(512)  # TZnakowy512
CELL = Text(256, shortest=0)  # TZnakowy2
LONG_TEXT = Text(3500, collapsed=False)  # etd:TTekstowy

NIP = Text(pattern=r"[1-9]((\d[1-9])|([1-9]\d))\d{7}", collapsed=False)
INTERNAL_ID = Text(20, pattern=r"[1-9]((\d[1-9])|([1-9]\d))\d{7}-\d{5}")
EU_NUMBER = Text(pattern=r"(\d|[A-Z]|\+|\*){1,12}", collapsed=False)  # TNrVatUE
TAX_ID = Text(50, collapsed=False)  # etd:TNrIdentyfikacjiPodatkowej
EMAIL = Text(255, shortest=3, pattern=r"(.)+@(.)+")
ACCOUNT = Text(34, shortest=10, collapsed=False)  # TNrRB
SWIFT = Text(pattern=r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3}){0,1}", collapsed=False)
REGON = Text(pattern=r"\d{9}|\d{14}", collapsed=False)
KRS = Text(pattern=r"\d{10}", collapsed=False)
COUNTRY = Text(pattern=r"[A-Z]{2}", collapsed=False)  # etd:TKodKraju
CURRENCY = Text(pattern=r"[A-Z]{3}", collapsed=False)  # TKodWaluty
EU_COUNTRY = Text(  # TKodyKrajowUE: the VAT prefixes, Greece is EL
    pattern="AT|BE|BG|CY|CZ|DK|EE|FI|FR|DE|EL|HR|HU|IE|IT|LV|LT|LU|MT|NL|PL|PT|RO|SK"
    "|SI|ES|SE|XI",
    collapsed=False,
)
POLISH_PREFIX = Text(pattern="PL", collapsed=False)
KSEF_NUMBER = Text(  # TNumerKSeF
    pattern=r"([1-9]((\d[1-9])|([1-9]\d))\d{7}|M\d{9}|[A-Z]{3}\d{7})"
    r"-(20[2-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})(0[1-9]|1[0-2])"
    r"(0[1-9]|[1-2][0-9]|3[0-1])-([0-9A-F]{6})-?([0-9A-F]{6})-([0-9A-F]{2})"
)
PAYMENT_LINK = Text(
    512,
    pattern=r"(https?)://([a-zA-Z0-9][a-zA-Z0-9-]*\.)+[a-zA-Z]{2,}(:[0-9]{1,5})?"
    r"(/[^\s?#]*)?\?([^#\s]*&)?IPKSeF=[0-9]{3}[a-zA-Z0-9]{10}(&[^#\s]*)?(#.*)?",
)
PAYMENT_ID = Text(13, pattern=r"[0-9]{3}[a-zA-Z0-9]{10}")  # IPKSeF

AMOUNT = Number(16, 2)  # TKwotowy
PRICE = Number(14, 8)  # TKwotowy2
QUANTITY = Number(16, 6)  # TIlosci; exchange rates too
PERCENT = Number(3, 6, lowest=Decimal(0), highest=Decimal(100))  # TProcentowy
NUMBER = Whole(lowest=1, digits=14)  # TNaturalny
INTEGER = Whole()

DATE = Day(date(2006, 1, 1))  # TDataT
PAYMENT_DATE = Day(date(2016, 7, 1))  # TData
CONTRACT_DATE = Day(date(1990, 1, 1))  # TDataU
CREATED = Moment(datetime(2025, 9, 1, tzinfo=timezone.utc))  # DataWytworzeniaFa
MOMENT = Moment(datetime(2021, 10, 1, tzinfo=timezone.utc))  # TDataCzas
