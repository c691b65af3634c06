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
    known = sandbox_limits.production("2.9")
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


@pytest.mark.parametrize("nothing", [-1, 0, None])
def test_a_number_below_one_is_no_limit(nothing):
    """KSeF tells -1 where a group has no limit."""
    allowed = dict.fromkeys(limits.WINDOWS, nothing)
    assert limits.seconds_till_free([99.5, 99.6, 99.7], allowed, now=100) == 0
    some = {**allowed, "perMinute": 2}
    assert limits.seconds_till_free([99.5, 99.6, 99.7], some, now=100) == 60


def test_closing_counts_apart_from_opening():
    opened = limits.group_of("POST", "/sessions/online")
    closed = limits.group_of("POST", "/sessions/online/20261121-SO-1/close")
    assert (opened, closed) == ("onlineSession", "onlineSessionClose")
    told = {"onlineSession": {"perSecond": 1}}
    assert limits.of_group(opened, told) == {"perSecond": 1}
    assert limits.of_group(closed, told) == limits.DOCUMENTED["onlineSessionClose"]
    assert limits.of_group("other GET /tokens/*", None) == limits.DOCUMENTED["other"]
