"""The limits of calls, against the sandbox's groups and the Ministry's numbers."""

import re

import pytest

from ksef_api import limits
from sandbox import app  # noqa: F401  (fills the table of addresses)
from sandbox import limits as sandbox_limits
from sandbox.routes import ENDPOINTS

COUNTED = [
    e for e in ENDPOINTS if e.group not in (None, "public") and not e.prefix == ""
]


def test_the_documented_numbers_are_the_sandboxes():
    known = sandbox_limits.production()
    assert {g: known[g] for g in limits.DOCUMENTED} == limits.DOCUMENTED


@pytest.mark.parametrize("endpoint", COUNTED, ids=lambda e: f"{e.method} {e.path}")
def test_every_call_is_counted_in_its_group(endpoint):
    path = re.sub(r"<[^>]*>", "20261121-SO-1", endpoint.path)
    group = limits.group_of(endpoint.method, path)
    if endpoint.path.startswith("/testdata"):
        assert group is None
    else:
        assert group.split(" ")[0] == endpoint.group


def test_each_operation_of_other_counts_by_itself():
    one = limits.group_of("GET", "/tokens/20261121-EC-1")
    assert one == limits.group_of("GET", "/tokens/20261122-EC-2")
    assert one != limits.group_of("GET", "/tokens")


def test_logging_in_is_not_counted():
    assert limits.group_of("POST", "/auth/challenge") is None


@pytest.mark.parametrize(
    "times, expected",
    [
        ([], 0),
        ([99.5], 0),
        ([99.2, 99.5], 1),
        ([60, 70, 80], 0),
        ([60, 70, 80, 90], 20),
        ([0, 10, 20, 30, 90], 0),
    ],
)
def test_the_strictest_window_counts(times, expected):
    allowed = {"perSecond": 2, "perMinute": 4}
    assert limits.seconds_till_free(times, allowed, now=100) == expected
