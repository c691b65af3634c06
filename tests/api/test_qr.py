"""Verification links, checked with the public key of who signed."""

import base64
from datetime import date

import pki
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ksef_api import qr
from ksef_api.environment import TEST, custom
from ksef_api.errors import CertificateError

# The example of kody-qr.md.
HASH = "UtQp9Gpc51y+u3xApZjIjgkpZ01js+J8KflSPW8WzIE="
HASH_URL = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"


def test_kod_1_is_the_link_of_the_documents():
    link = qr.invoice_link(TEST, "1111111111", date(2026, 2, 1), HASH)
    assert link == (
        f"https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/{HASH_URL}"
    )


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_kod_2_is_signed_without_scheme_up_to_the_hash(kind):
    made = pki.make(pki.new_key(kind), usage="offline")
    link = qr.certificate_link(TEST, "Nip", "1111111111", pki.NIP, made, HASH)
    signed, signature = link.rsplit("/", 1)
    assert signed == (
        "https://qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111"
        f"/{pki.NIP}/01D54FA8B72C00A1/{HASH_URL}"
    )
    verify(made, signature, signed.removeprefix("https://").encode())


def verify(made, signature, data):
    value = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    public = made.certificate.public_key()
    if made.key_type == "rsa":
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
        public.verify(value, data, pss, hashes.SHA256())
    else:
        assert len(value) == 64
        halves = (int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
        public.verify(encode_dss_signature(*halves), data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_link_verifies_with_its_own_certificate_only(kind):
    made = pki.make(pki.new_key(kind), usage="offline")
    stranger = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    other = pki.make(stranger, usage="offline")
    link = qr.certificate_link(TEST, "Nip", pki.NIP, pki.NIP, made, HASH)
    assert qr.is_signed_by(link, made)
    assert not qr.is_signed_by(link, other)
    assert not qr.is_signed_by(link.replace(pki.NIP, "1111111111"), made)


def test_an_authentication_certificate_signs_no_invoices():
    with pytest.raises(CertificateError) as caught:
        qr.certificate_link(TEST, "Nip", pki.NIP, pki.NIP, pki.make(), HASH)
    assert caught.value.reason == "wrong_usage"


def test_links_lead_to_the_environment_of_the_invoice():
    env = custom("http://127.0.0.1:8080/v2")
    link = qr.invoice_link(env, pki.NIP, date(2026, 2, 1), HASH)
    assert link.startswith("http://127.0.0.1:8080/invoice/")


@pytest.mark.parametrize("bad", ["", "AAAA", "!!"])
def test_only_a_sha256_makes_a_link(bad):
    with pytest.raises(ValueError):
        qr.invoice_link(TEST, pki.NIP, date(2026, 2, 1), bad)
