"""Certificates that `ksef_api` ordered and exported, in the hands of `ksef-client`."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from conftest import CONTEXT, NIP, QUICK
from cryptography.hazmat.primitives import serialization
from ksef_client import models as m
from ksef_client.services.workflows import AuthCoordinator

SCRIPT = Path(__file__).with_name("our_orders.py")


@pytest.fixture
def ordered(sandbox):
    """{type: what our code ordered and exported}"""
    made = sandbox.order("/certificates", nip=NIP, name="Firma", password="haslo")
    words = {
        "api_url": sandbox.ready["api_url"],
        "qr_url": sandbox.ready["qr_url"],
        "nip": NIP,
        **{name: made[name] for name in ("certificate_pem", "key_pem", "password")},
    }
    run = subprocess.run(
        [os.environ.get("L10N_PL_KSEF_PYTHON", sys.executable), SCRIPT],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        check=True,
    )
    return {item["type"]: item for item in json.loads(run.stdout)}


def test_it_logs_in_with_what_we_exported_and_lists_both(client, ordered):
    mine = ordered["Authentication"]
    key = serialization.load_pem_private_key(
        mine["key"].encode(), mine["password"].encode()
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pair = AuthCoordinator(client.auth).authenticate_with_xades(
        subject_identifier_type="certificateSubject",
        certificate_pem=mine["crt"],
        private_key_pem=plain.decode(),
        **CONTEXT,
        **QUICK,
    )
    listed = client.certificates.query_certificates(
        m.QueryCertificatesRequest(), access_token=pair.access_token
    ).certificates
    names = {item.certificate_serial_number: item.name for item in listed}
    for item in ordered.values():
        assert names[item["serial"]] == item["name"]


def test_the_link_that_our_offline_certificate_signed_verifies(sandbox, ordered):
    with urllib.request.urlopen(ordered["Offline"]["link"], timeout=300) as answer:
        assert 'data-result="verified"' in answer.read().decode()
