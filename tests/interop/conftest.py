"""The independent client `ksef-client` against the sandbox.

Runs under two interpreters, one for each version of the client; the sandbox itself
always runs under the one that has its libraries.
"""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
NIP = "5265877635"
# The small FA(3) document is shared with the tests of `ksef_api`.
sys.path.append(str(ROOT / "tests" / "api"))


class Sandbox:
    """A running sandbox and its control port."""

    def __init__(self, ready):
        self.ready = ready

    def order(self, path, **payload):
        """Give an order; returns the answer."""
        request = urllib.request.Request(
            self.ready["control_url"] + path,
            data=json.dumps(payload).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="session")
def process():
    """A sandbox process; the client finds its host name and trusts its authority."""
    python = os.environ.get("L10N_PL_KSEF_PYTHON", sys.executable)
    with subprocess.Popen(
        [python, "-m", "sandbox", "--exit-with-parent"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as running:
        line = running.stdout.readline()
        assert line, "the sandbox did not start"
        ready = json.loads(line)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", ready["ca_file"])
            patch.setattr(socket, "getaddrinfo", _local(ready["tls_url"]))
            yield Sandbox(ready)
        running.terminate()


def _local(url):
    """`getaddrinfo` that knows the sandbox's host name."""
    real, name = socket.getaddrinfo, urlsplit(url).hostname

    def getaddrinfo(host, *args, **options):
        wanted = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if wanted == name else host, *args, **options)

    return getaddrinfo


@pytest.fixture
def sandbox(process):
    """The sandbox as it starts, speaking the contract of the client's version."""
    process.order("/reset")
    contract = "2.6" if metadata.version("ksef-client").startswith("0.14") else "2.9"
    process.order("/knobs", rate_limits="off", contract=contract)
    return process
