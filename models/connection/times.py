"""Times as people read them: of day, in Poland."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo.tools import format_date

WARSAW = ZoneInfo("Europe/Warsaw")


def time_of_day(env, moment):
    """Return ``moment`` (naive, UTC) as a time of day, with the date on another day."""
    local = moment.replace(tzinfo=timezone.utc).astimezone(WARSAW)
    text = local.strftime("%H:%M")
    if local.date() == datetime.now(WARSAW).date():
        return text
    return f"{format_date(env, local.date())} {text}"
