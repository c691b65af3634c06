"""Fixtures: a sandbox in its own process, reset before each test."""

import sys
from pathlib import Path

import pytest

# The small FA(3) document is shared with the tests of `ksef_api`.
sys.path.append(str(Path(__file__).parents[1] / "api"))

from ksef_caller import Process  # noqa: E402


@pytest.fixture(scope="session")
def sandbox():
    """One process for all tests."""
    process = Process()
    yield process
    process.stop()


@pytest.fixture
def fresh(sandbox):
    """The sandbox as it starts, but without rate limits."""
    sandbox.control("POST", "/reset")
    sandbox.knobs(rate_limits="off")
    return sandbox


@pytest.fixture
def caller(fresh):
    """Someone who is logged in as the owner of `NIP`."""
    return fresh.logged_in()
