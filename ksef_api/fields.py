"""Reading the JSON of answers field by field, with one error for all nonsense.

Properties that are not asked for are ignored: KSeF's contract may grow ([oa],
api-changelog.md 2.1.2).
"""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from .errors import BadAnswer
from .safe_text import storable

UTC = timezone.utc  # noqa: UP017 - datetime.UTC came with Python 3.11
WARSAW = ZoneInfo("Europe/Warsaw")

_REQUIRED = object()
_MOST = 2**63
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)


class Fields:
    """One JSON object of an answer.

    Each reader takes the property's name; without a default the property must be there
    and not null. Everything that does not fit raises `BadAnswer("field")`.
    """

    def __init__(self, data):
        if not isinstance(data, dict):
            raise BadAnswer("field", details=["an object is expected"])
        self.data = data

    def text(self, name, default=_REQUIRED, most=None):
        """A string of characters that a database takes, at the most ``most``."""
        value = self._get(name, str, default)
        if value is default:
            return value
        if most and len(value) > most:
            raise BadAnswer("field", details=[f"{name} is too long"])
        return storable(value)

    def integer(self, name, default=_REQUIRED, most=_MOST):
        """A whole number below ``most``."""
        value = self._get(name, int, default)
        return value if value is default else self._bounded(name, value, most)

    def flag(self, name, default=_REQUIRED):
        """A boolean."""
        return self._get(name, bool, default)

    def decimal(self, name, default=_REQUIRED):
        """A number, as `Decimal`."""
        value = self._get(name, (int, Decimal), default)
        if value is default:
            return value
        return Decimal(self._bounded(name, value))

    def moment(self, name, default=_REQUIRED):
        """A point in time, as an aware UTC datetime."""
        value = self.text(name, default)
        return value if value is default else self._convert(name, moment, value)

    def day(self, name, default=_REQUIRED):
        """A date; a time after it is ignored."""
        value = self.text(name, default)
        if value is default:
            return value
        return self._convert(name, date.fromisoformat, value[:10])

    def child(self, name, default=_REQUIRED):
        """An object inside, as `Fields`."""
        value = self._get(name, dict, default)
        return value if value is default else Fields(value)

    def items(self, name, default=_REQUIRED):
        """A list of objects, as `Fields`."""
        value = self._get(name, list, default)
        return value if value is default else [Fields(item) for item in value]

    def texts(self, name):
        """A list of strings; absent or null counts as empty."""
        return [storable(str(item)) for item in self._get(name, list, [])]

    def _get(self, name, kind, default):
        value = self.data.get(name)
        if value is None:
            if default is _REQUIRED:
                raise BadAnswer("field", details=[f"{name} is missing"])
            return default
        is_bool = isinstance(value, bool)
        if not isinstance(value, kind) or is_bool is not (kind is bool):
            raise BadAnswer("field", details=[f"{name} is a {type(value).__name__}"])
        return value

    @staticmethod
    def _bounded(name, value, most=_MOST):
        if not abs(value) < most:
            raise BadAnswer("field", details=[f"{name} has no sense"])
        return value

    @staticmethod
    def _convert(name, function, value):
        try:
            return function(value)
        except (ValueError, OverflowError):
            raise BadAnswer("field", details=[f"{name} has no sense"]) from None


def moment(text: str) -> datetime:
    """Read a time stamp of KSeF, to the microsecond, as aware UTC.

    One without an offset is Polish time, as the documents say of requests; that is also
    the reading that can lose no invoice, being the earlier one.

    :raises ValueError: not a time stamp
    """
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError("not a time stamp")
    day, clock, fraction, offset = match.groups()
    value = datetime.fromisoformat(f"{day}T{clock}")
    value = value.replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]))
    return value.replace(tzinfo=_zone(offset)).astimezone(UTC)


def _zone(offset):
    if offset is None:
        return WARSAW
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))


def stamp(value: datetime) -> str:
    """Write an aware datetime for a request, in UTC to the microsecond.

    :raises ValueError: the datetime is naive, so it says nothing
    """
    if value.tzinfo is None:
        raise ValueError("an aware datetime is needed")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
