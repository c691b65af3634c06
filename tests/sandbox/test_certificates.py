"""KSeF certificates: asking for one, using it, ending it."""

import base64
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from ksef_caller import NIP, OTHER, b64, code, until

OIDS = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
}
P256 = ec.SECP256R1()


def csr(data, key, digest=None, **changed):
    """A CSR (DER, base64) for the data that KSeF gave."""
    names = {**data, **changed}
    subject = x509.Name([x509.NameAttribute(OIDS[k], v) for k, v in names.items()])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    made = builder.sign(key, digest or hashes.SHA256())
    return b64(made.public_bytes(serialization.Encoding.DER))


def order(caller, key=None, kind="Authentication", digest=None, **changed):
    """Ask for a certificate; returns the answer."""
    data = caller.get("/certificates/enrollments/data").json()
    key = key or ec.generate_private_key(P256)
    body = {
        "certificateName": "Biuro rachunkowe",
        "certificateType": kind,
        "csr": csr(data, key, digest, **changed),
    }
    return caller.post("/certificates/enrollments", body)


def finished(caller, answer):
    assert answer.status_code == 202, answer.text
    path = f"/certificates/enrollments/{answer.json()['referenceNumber']}"
    return until(
        lambda: caller.get(path).json(), lambda found: found["status"]["code"] != 100
    )


def fetch(caller, serial):
    body = {"certificateSerialNumbers": [serial]}
    (found,) = caller.post("/certificates/retrieve", body).json()["certificates"]
    return found


def test_a_certificate_is_made_fetched_and_logs_in(fresh, caller):
    key = ec.generate_private_key(P256)
    answer = order(caller, key)
    path = f"/certificates/enrollments/{answer.json()['referenceNumber']}"
    assert caller.get(path).json()["status"]["code"] == 100
    serial = finished(caller, answer)["certificateSerialNumber"]
    found = fetch(caller, serial)
    assert found["certificateType"] == "Authentication"
    made = x509.load_der_x509_certificate(base64.b64decode(found["certificate"]))
    assert made.public_key() == key.public_key()
    fresh.caller().login(made, key)
    listed = caller.post("/certificates/query", {"name": "biuro"}).json()
    assert [item["certificateSerialNumber"] for item in listed["certificates"]] == [
        serial
    ]
    assert listed["certificates"][0]["lastUseDate"] and not listed["hasMore"]


def test_a_person_may_ask_too(fresh):
    caller = fresh.logged_in(person=True, name="Anna Nowak")
    data = caller.get("/certificates/enrollments/data").json()
    assert (data["givenName"], data["surname"]) == ("Anna", "Nowak")
    assert data["serialNumber"] == f"TINPL-{NIP}"
    key = rsa.generate_private_key(65537, 2048)
    assert finished(caller, order(caller, key))["status"]["code"] == 200


def test_an_offline_certificate_cannot_log_in(fresh, caller):
    key = ec.generate_private_key(P256)
    serial = finished(caller, order(caller, key, "Offline"))["certificateSerialNumber"]
    content = base64.b64decode(fetch(caller, serial)["certificate"])
    made = x509.load_der_x509_certificate(content)
    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment and not usage.digital_signature
    other = fresh.caller()
    assert other.outcome(other.begin(made, key))["code"] == 460


@pytest.mark.parametrize(
    "options, expected",
    [
        ({"commonName": "Kto inny"}, 25003),
        ({"key": rsa.generate_private_key(65537, 3072)}, 25010),
        ({"key": ec.generate_private_key(ec.SECP384R1())}, 25010),
        ({"digest": hashes.SHA3_256()}, 25011),
        ({"kind": "Other"}, 21001),
    ],
)
def test_a_wrong_request_is_refused(caller, options, expected):
    assert code(order(caller, **options)) == expected


def test_what_is_no_csr_is_refused(caller):
    body = {
        "certificateName": "Biuro",
        "certificateType": "Offline",
        "csr": b64(b"no csr"),
    }
    assert code(caller.post("/certificates/enrollments", body)) == 25004
    body["certificateName"] = "x!"
    assert code(caller.post("/certificates/enrollments", body)) == 21405


def test_a_token_is_not_enough(fresh):
    caller = fresh.caller()
    caller.login_with_token(fresh.token()["token"])
    assert code(caller.get("/certificates/enrollments/data")) == 25001
    answer = caller.post("/certificates/0123456789ABCDEF/revoke", {})
    assert answer.json()["reasonCode"] == "auth-method-not-allowed"


def test_a_key_serves_one_subject(fresh, caller):
    key = ec.generate_private_key(P256)
    finished(caller, order(caller, key))
    other = fresh.logged_in(OTHER)
    assert finished(other, order(other, key))["status"]["code"] == 400


def test_limits_count_down(caller):
    before = caller.get("/certificates/limits").json()
    assert before["enrollment"] == {"remaining": 300, "limit": 300}
    # The one that the caller logged in with counts.
    assert before["certificate"] == {"remaining": 99, "limit": 100}
    low = {"enrollment": {"maxEnrollments": 1}, "certificate": {"maxCertificates": 5}}
    assert caller.post("/testdata/limits/subject/certificate", low).status_code == 200
    finished(caller, order(caller))
    assert code(order(caller)) == 25006
    assert caller.get("/certificates/limits").json()["canRequest"] is False
    full = {"enrollment": {"maxEnrollments": 9}, "certificate": {"maxCertificates": 2}}
    caller.post("/testdata/limits/subject/certificate", full)
    assert code(order(caller)) == 25007


def test_a_revoked_certificate_is_over(fresh, caller):
    key = ec.generate_private_key(P256)
    serial = finished(caller, order(caller, key))["certificateSerialNumber"]
    content = base64.b64decode(fetch(caller, serial)["certificate"])
    path = f"/certificates/{serial}/revoke"
    assert caller.post(path, {"revocationReason": "Superseded"}).status_code == 204
    assert code(caller.post(path, {})) == 25009
    assert code(caller.post("/certificates/0123456789ABCDEF/revoke", {})) == 25008
    revoked = {"status": "Revoked"}
    listed = caller.post("/certificates/query", revoked).json()["certificates"]
    assert [item["certificateSerialNumber"] for item in listed] == [serial]
    other = fresh.caller()
    begun = other.begin(x509.load_der_x509_certificate(content), key)
    assert other.outcome(begun)["code"] == 460


def test_others_certificates_are_not_told(fresh, caller):
    serial = finished(caller, order(caller))["certificateSerialNumber"]
    other = fresh.logged_in(OTHER)
    body = {"certificateSerialNumbers": [serial]}
    assert other.post("/certificates/retrieve", body).json() == {"certificates": []}
    assert code(other.post(f"/certificates/{serial}/revoke", {})) == 25008


def test_test_data_can_end_a_certificate_early(fresh, caller):
    key = ec.generate_private_key(P256)
    serial = finished(caller, order(caller, key))["certificateSerialNumber"]
    past = (datetime.now(timezone.utc) - timedelta(hours=1)).isoformat()
    answer = caller.call(
        "PUT", f"/testdata/certificates/{serial}", json={"validTo": past}
    )
    assert answer.status_code == 200
    expired = caller.post("/certificates/query", {"status": "Expired"}).json()
    assert len(expired["certificates"]) == 1
