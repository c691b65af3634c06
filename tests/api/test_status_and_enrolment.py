"""The availability service, and requests for certificates."""

import base64

import pki
import pytest
from cryptography import x509

from ksef_api import environment, status
from ksef_api.certificate import load
from ksef_api.enrolment import new_request


def test_availability_comes_with_its_messages(server):
    env = environment.custom(server.url + "/v2", status_url=server.url)
    message = {
        "id": 7,
        "eventId": 3,
        "category": "FAILURE",
        "type": "FAILURE_START",
        "title": "Awaria",
        "text": "Trwa awaria",
        "start": "2026-01-01T10:00:00Z",
    }
    server.will_answer(data={"status": "FAILURE", "messages": [message]})
    told = status.availability(env)
    assert (told.status, server.requests[0][1]) == (status.FAILURE, "/status")
    assert (told.messages[0].id, told.messages[0].end) == ("7", None)


def test_availability_may_come_without_messages(server):
    env = environment.custom(server.url + "/v2", status_url=server.url)
    server.will_answer(data={"status": "AVAILABLE", "messages": None})
    assert status.availability(env).messages == []


def test_demo_has_no_availability_service():
    assert status.availability(environment.DEMO) is None


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
