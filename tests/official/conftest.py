"""What the Ministry publishes and no package has: only with `./dev test --with`."""

import sys
from pathlib import Path

import pytest

for neighbour in ("api", "sandbox"):
    sys.path.append(str(Path(__file__).parents[1] / neighbour))

from ksef_caller import Process  # noqa: E402

from tools import references  # noqa: E402


@pytest.fixture(scope="session")
def process():
    """One sandbox for all tests."""
    made = Process()
    yield made
    made.stop()


@pytest.fixture
def fresh(process):
    """The sandbox as it starts, but without rate limits."""
    process.control("POST", "/reset")
    process.knobs(rate_limits="off")
    return process


@pytest.fixture(scope="session")
def samples():
    """The FA(3) invoices that the Ministry published, {file name: content}."""
    return _read("samples")


@pytest.fixture(scope="session")
def receipts():
    """The receipts (*UPO*) that the Ministry published, {file name: content}."""
    return _read("upo")


def _read(folder):
    files = sorted(references.addition(folder).glob("*.xml"))
    assert files, f"{references.addition(folder)} has no XML files"
    return {file.name: file.read_bytes() for file in files}
