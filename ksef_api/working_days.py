"""Polish working days, and until when an invoice issued offline must be in KSeF.

Days off are Saturdays, Sundays and the holidays of the act of 18 January 1951 (*ustawa
o dniach wolnych od pracy*), with 24 December since 2025.
"""

from datetime import date, timedelta

from dateutil.easter import easter

FIXED_HOLIDAYS = {
    (1, 1),
    (1, 6),
    (5, 1),
    (5, 3),
    (8, 15),
    (11, 1),
    (11, 11),
    (12, 25),
    (12, 26),
}
CHRISTMAS_EVE_SINCE = 2025
# Easter Sunday and Monday, Pentecost, Corpus Christi: days after Easter Sunday.
AFTER_EASTER = (0, 1, 49, 60)
SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Tell whether ``day`` is neither a Saturday, a Sunday nor a holiday in Poland."""
    if day.weekday() >= SATURDAY or (day.month, day.day) in FIXED_HOLIDAYS:
        return False
    if (day.month, day.day) == (12, 24) and day.year >= CHRISTMAS_EVE_SINCE:
        return False
    return (day - easter(day.year)).days not in AFTER_EASTER


def offline_deadline(day: date, working_days: int = 1) -> date:
    """Return the last day on which an invoice issued offline may be sent to KSeF.

    :param day: in Warsaw: the date of issue (*P_1*) for offline24 (art. 106nda of the
        VAT act), the last day of the unavailability (106nh) or of the failure (106nf)
    :param working_days: 1 for offline24 and unavailability, 7 for a failure
    """
    while working_days:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day
