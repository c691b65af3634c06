from datetime import date

import pytest

from ksef_api.working_days import (
    is_working_day,
    offline_deadline,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 4), False),  # Corpus Christi
        (date(2026, 4, 5), False),  # Easter
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2038, 4, 26), False),  # Easter Monday, as late as it can be
        (date(2026, 4, 3), True),  # Good Friday
        (date(2024, 12, 24), True),
        (date(2025, 12, 24), False),
        (date(2026, 1, 6), False),
        (date(2026, 11, 11), False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # a Saturday
    ],
)
def test_working_day(day, works):
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        (date(2026, 11, 2), 1, date(2026, 11, 3)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday
        (date(2026, 11, 10), 1, date(2026, 11, 12)),
        (date(2026, 6, 3), 1, date(2026, 6, 5)),
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
        (date(2025, 12, 31), 1, date(2026, 1, 2)),
        (date(2026, 11, 2), 7, date(2026, 11, 12)),
        (date(2026, 12, 22), 7, date(2027, 1, 5)),
    ],
)
def test_deadline(day, count, last):
    assert offline_deadline(day, count) == last
