"""One world for all scenarios: they are independent of each other's invoices."""

import pytest
from harness import world as make_world

from tools import setup


@pytest.fixture(scope="session")
def everything():
    with make_world(setup.ensure()) as made:
        yield made


@pytest.fixture
def world(everything):
    """The world in good order."""
    everything.calm()
    return everything
