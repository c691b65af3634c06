"""The same as `ksef-client` does: another team's client, which shares no line with us.

Same input, same links; each opens what the other encrypted; its signature passes here.
"""

from datetime import date

import pki
import pytest
from ksef_client import KsefClientOptions
from ksef_client.services import crypto as theirs
from ksef_client.services.verification_link import VerificationLinkService
from ksef_client.services.xades import sign_xades_enveloped

from ksef_api import crypto, qr, xades
from ksef_api.environment import TEST

HASH = "UtQp9Gpc51y+u3xApZjIjgkpZ01js+J8KflSPW8WzIE="
API = "https://api-test.ksef.mf.gov.pl"
LINKS = VerificationLinkService(KsefClientOptions(base_url=API))


@pytest.fixture(params=["rsa", "ec"])
def kind(request):
    return request.param


def test_links_to_an_invoice_are_the_same():
    day = date(2026, 2, 1)
    theirs_link = LINKS.build_invoice_verification_url(pki.NIP, day, HASH)
    assert qr.invoice_link(TEST, pki.NIP, day, HASH) == theirs_link


def test_links_to_a_certificate_are_the_same_but_for_the_random_in_signatures(kind):
    made = pki.make(pki.new_key(kind), usage="offline")
    link = qr.certificate_link(TEST, "Nip", "1111111111", pki.NIP, made, HASH)
    theirs_link = LINKS.build_certificate_verification_url(
        seller_nip=pki.NIP,
        context_identifier_type="Nip",
        context_identifier_value="1111111111",
        certificate_serial=made.serial,
        invoice_hash=HASH,
        signing_certificate_pem=pki.cert_pem(made).decode(),
        private_key_pem=made.key_pem().decode(),
    )
    assert link.rsplit("/", 1)[0] == theirs_link.rsplit("/", 1)[0]
    assert len(link) == len(theirs_link)


def test_what_it_signs_is_taken_here(kind):
    made = pki.make(pki.new_key(kind))
    request = xades.auth_token_request("20260101-CR-20F5EE4000-DA48AE4124-46", pki.NIP)
    signed = sign_xades_enveloped(
        request.decode(), pki.cert_pem(made).decode(), made.key_pem().decode()
    )
    by = xades.check_signed_request(signed.encode(), request)
    assert by.fingerprint == made.fingerprint


def test_each_opens_what_the_other_encrypted():
    key, data = crypto.new_session_key(), "zażółć".encode() * 1000
    ours = crypto.encrypt_aes(data, key)
    assert theirs.decrypt_aes_cbc_pkcs7(ours, key.key, key.iv) == data
    encrypted = theirs.encrypt_aes_cbc_pkcs7(data, key.key, key.iv)
    assert crypto.decrypt_aes(encrypted, key) == data
    assert theirs.sha256_base64(data) == crypto.sha256_b64(data)
