"""The sandbox's own time, which tests can move."""

import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")


class Clock:
    """Real time plus an offset in seconds."""

    def __init__(self, offset=0.0):
        self.offset = offset

    def timestamp(self):
        """Seconds since 1970 on this clock."""
        return time.time() + self.offset

    def now(self):
        """The present as an aware UTC datetime."""
        return datetime.now(timezone.utc) + timedelta(seconds=self.offset)


def iso(moment):
    """As KSeF writes times: UTC, microseconds, `+00:00`; sorts as text, too."""
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")


def parse(text):
    """Aware UTC datetime of an ISO text; without an offset it is Warsaw's time.

    :raises ValueError: when it is none
    """
    moment = datetime.fromisoformat(_python_iso(text))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=WARSAW)
    return moment.astimezone(timezone.utc)


def _python_iso(text):
    """Python 3.10 knows neither `Z` nor seven digits of a second."""
    text = text.strip().replace("Z", "+00:00").replace("z", "+00:00")
    whole, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{whole}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"


def warsaw_day(moment):
    """The legal day of a moment."""
    return moment.astimezone(WARSAW).date()
