"""Requests for certificates."""

import base64

import pki
import pytest
from cryptography import x509

from ksef_api.certificate import load
from ksef_api.enrolment import certificate_name, new_request


@pytest.mark.parametrize("kind, size", [("ec", 256), ("rsa", 2048)])
def test_a_request_says_what_ksef_said_of_the_owner(server, client, kind, size):
    data = {
        "commonName": "Jan Żółć",
        "countryName": "PL",
        "givenName": "Jan",
        "surname": "Żółć",
        "serialNumber": f"TINPL-{pki.NIP}",
        "uniqueIdentifier": "D9D7",
        "organizationName": None,
    }
    server.will_answer(data=data)
    request_b64, key_pem = new_request(client.enrolment_data(), kind)
    request = x509.load_der_x509_csr(base64.b64decode(request_b64))
    assert request.is_signature_valid and request.public_key().key_size == size
    told = {item.oid.dotted_string: item.value for item in request.subject}
    assert told == {
        "2.5.4.3": "Jan Żółć",
        "2.5.4.6": "PL",
        "2.5.4.42": "Jan",
        "2.5.4.4": "Żółć",
        "2.5.4.5": f"TINPL-{pki.NIP}",
        "2.5.4.45": "D9D7",
    }
    assert b"BEGIN PRIVATE KEY" in key_pem


def test_an_issued_certificate_can_be_loaded(server, client):
    made = pki.make()
    item = {
        "certificate": made.certificate_b64,
        "certificateName": "moj",
        "certificateSerialNumber": made.serial,
        "certificateType": "Authentication",
    }
    server.will_answer(data={"certificates": [item]})
    (issued,) = client.retrieve_certificates([made.serial])
    loaded = load(issued.certificate_der, made.key_pem())
    assert (loaded.serial, issued.serial) == (made.serial, made.serial)


def test_the_list_of_certificates_goes_through_all_pages(server, client):
    item = {
        "certificateSerialNumber": "01",
        "name": "moj",
        "type": "Offline",
        "commonName": "Jan",
        "status": "Active",
        "validFrom": "2026-01-01T10:00:00Z",
        "validTo": "2028-01-01T10:00:00Z",
        "requestDate": "2026-01-01T10:00:00Z",
    }
    server.will_answer(data={"certificates": [item], "hasMore": True})
    server.will_answer(data={"certificates": [item], "hasMore": False})
    assert len(list(client.certificates(type="Offline"))) == 2
    assert "pageOffset=1" in server.requests[1][1]


@pytest.mark.parametrize(
    "owner, expected",
    [
        ("Żółć Sp. z o.o.", "Żółć Sp z o o offline 2026-11-21"),
        ("A & B", "A B offline 2026-11-21"),
        ("x" * 200, "x" * 81 + " offline 2026-11-21"),
        ("", "offline 2026-11-21"),
    ],
)
def test_names_are_what_ksef_takes_and_keep_their_particulars(owner, expected):
    name = certificate_name(owner, "offline", "2026-11-21")
    assert name == expected
    assert 5 <= len(name) <= 100
