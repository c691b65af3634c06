"""Fixtures shared by the tests of `ksef_api`."""

import pytest
from http_server import Server

from ksef_api import environment
from ksef_api.client import KsefClient


@pytest.fixture
def server():
    """An HTTP server on this machine that does what the test orders."""
    running = Server()
    yield running
    running.close()


@pytest.fixture
def client(server):
    """A client of that server, with a token that must never be seen."""
    env = environment.custom(server.url + "/v2")
    with KsefClient(env, access_token="very-secret") as made:
        yield made
