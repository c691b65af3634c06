"""One world for the scenarios of a file: they are independent of each other."""

import pytest
from harness import world as make_world

from tools import setup


@pytest.fixture(scope="module")
def everything():
    with make_world(setup.ensure()) as made:
        yield made


@pytest.fixture
def world(everything):
    """The world in good order."""
    everything.calm()
    return everything
