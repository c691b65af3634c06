"""Times: moments are in UTC, legal days and the clocks of people in Warsaw."""

from datetime import datetime, time

from odoo.tools import format_date

from ..ksef_api.fields import UTC, WARSAW


def naive_utc(moment):
    """Return an aware ``moment`` as Odoo keeps it: in UTC, without saying so, to the
    second; nothing of nothing.
    """
    return moment and moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def aware(moment):
    """Return a ``moment`` of Odoo (naive, UTC) with its time zone."""
    return moment.replace(tzinfo=UTC)


def warsaw_day(moment):
    """Return the legal day of ``moment`` (naive, UTC)."""
    return aware(moment).astimezone(WARSAW).date()


def warsaw_today():
    """Return the legal day, on which KSeF decides whether a date lies ahead."""
    return datetime.now(WARSAW).date()


def start_of(day):
    """Return the moment (naive, UTC) at which ``day`` begins in Poland."""
    return naive_utc(datetime.combine(day, time.min, WARSAW))


def time_of_day(env, moment):
    """Return ``moment`` (naive, UTC) as a time of day, with the date on another day."""
    local = aware(moment).astimezone(WARSAW)
    text = local.strftime("%H:%M")
    if local.date() == warsaw_today():
        return text
    return f"{format_date(env, local.date())} {text}"
