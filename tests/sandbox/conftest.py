"""Fixtures: a sandbox in its own process, reset before each test."""

import sys
from pathlib import Path

import pytest

# The small FA(3) document is shared with the tests of `ksef_api`.
sys.path.append(str(Path(__file__).parents[1] / "api"))

from contract import Contract  # noqa: E402
from ksef_caller import Process  # noqa: E402

from tools import references  # noqa: E402

CONTRACT = Contract(references.contract())


@pytest.fixture(scope="session")
def sandbox():
    """One process for all tests."""
    process = Process()
    yield process
    process.stop()


@pytest.fixture
def fresh(sandbox):
    """The sandbox as it starts, but without rate limits.

    Whatever it answers in a test is as KSeF's contract says.
    """
    sandbox.control("POST", "/reset")
    sandbox.knobs(rate_limits="off")
    sandbox.watch(CONTRACT)
    yield sandbox
    assert not sandbox.faults


@pytest.fixture
def seen(fresh):
    """{(method, address, status)} of what was answered."""
    return fresh.seen


@pytest.fixture
def caller(fresh):
    """Someone who is logged in as the owner of `NIP`."""
    return fresh.logged_in()
