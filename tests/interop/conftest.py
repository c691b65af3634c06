"""The independent client `ksef-client` against the sandbox.

Runs under two interpreters, one for each version of the client; the sandbox itself
always runs under the one that has its libraries.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from ksef_client import KsefClient, KsefClientOptions
from ksef_client.services.workflows import AuthCoordinator

ROOT = Path(__file__).parents[2]
NIP, OTHER = "5265877635", "1234563218"
CONTEXT = {"context_identifier_type": "Nip", "context_identifier_value": NIP}
QUICK = {"poll_interval_seconds": 0.01, "max_attempts": 20}
# The small FA(3) document is shared with the tests of `ksef_api`.
sys.path.append(str(ROOT / "tests" / "api"))
IS_OLD = metadata.version("ksef-client").startswith("0.14")
# Contract 2.6, which the old client speaks, has no collective identifiers.
collect_ignore = ["test_ksef_client_collective.py"] if IS_OLD else []


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
    contract = "2.6" if IS_OLD else "2.9"
    process.order("/knobs", rate_limits="off", contract=contract)
    return process


def until(ask, done):
    """Ask until the answer is final."""
    for _try in range(3000):
        found = ask()
        if done(found):
            return found
        time.sleep(0.02)
    raise AssertionError(f"still {found}")


def login(sandbox, client, nip=NIP, **options):
    """Log in with a KSeF certificate, as the MCU gives it."""
    order = {"nip": nip, "name": "Firma", "password": "haslo", **options}
    made = sandbox.order("/certificates", **order)
    key = serialization.load_pem_private_key(made["key_pem"].encode(), b"haslo")
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return AuthCoordinator(client.auth).authenticate_with_xades(
        subject_identifier_type="certificateSubject",
        certificate_pem=made["certificate_pem"],
        private_key_pem=plain.decode(),
        **{**CONTEXT, "context_identifier_value": nip},
        **QUICK,
    )


@pytest.fixture
def client(sandbox):
    with KsefClient(KsefClientOptions(base_url=sandbox.ready["tls_url"])) as made:
        yield made


@pytest.fixture
def access(sandbox, client):
    return login(sandbox, client).access_token
