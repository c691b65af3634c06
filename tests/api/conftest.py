"""Fixtures shared by the tests of `ksef_api`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from http_server import Server
from local_ksef import Sandbox

from ksef_api import environment
from ksef_api.client import KsefClient

ROOT = Path(__file__).parents[2]


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


@pytest.fixture(scope="module")
def running():
    """A sandbox of its own process; its first line of output says where it is."""
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--exit-with-parent"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as process:
        line = process.stdout.readline()
        assert line, "the sandbox did not start"
        yield Sandbox(json.loads(line))
        process.terminate()


@pytest.fixture
def sandbox(running):
    running.order("/reset")
    running.order("/knobs", rate_limits="off")
    return running
