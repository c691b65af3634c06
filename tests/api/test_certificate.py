"""Certificates as people upload them: what is read, what is refused and why."""

import os
from datetime import timedelta

import pki
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from ksef_api import certificate
from ksef_api.certificate import KsefCertificate, load
from ksef_api.errors import CertificateError

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PASSWORD = "Hasło 1!"


def p12(made, password=PASSWORD, with_key=True):
    protection = serialization.BestAvailableEncryption(password.encode())
    key = made.private_key if with_key else None
    return pkcs12.serialize_key_and_certificates(
        b"ksef", key, made.certificate, None, protection
    )


def reason(*args):
    with pytest.raises(CertificateError) as caught:
        load(*args)
    return caught.value.reason


@pytest.fixture(params=["rsa", "ec"])
def made(request):
    return pki.make(pki.new_key(request.param))


@pytest.mark.parametrize("cert_form", [PEM, DER])
@pytest.mark.parametrize("key_form", [PEM, DER])
@pytest.mark.parametrize("password", [PASSWORD, None])
def test_certificate_and_key_files_are_read(made, cert_form, key_form, password):
    cert_file = made.certificate.public_bytes(cert_form)
    key_file = pki.key_pkcs8(made, password, key_form)
    loaded = load(cert_file, key_file, password)
    assert loaded.certificate == made.certificate
    assert loaded.key_pem() == made.key_pem()


def test_pkcs12_is_read(made):
    assert load(p12(made), None, PASSWORD).key_pem() == made.key_pem()


def test_one_pem_file_may_hold_both(made):
    both = pki.cert_pem(made) + pki.key_pkcs8(made, PASSWORD)
    assert load(both, None, PASSWORD).key_pem() == made.key_pem()


def test_a_password_without_need_does_no_harm(made):
    key = pki.key_pkcs8(made)
    for form in (PEM, DER):
        key = pki.key_pkcs8(made, None, form)
        assert load(pki.cert_pem(made), key, "needless").private_key


def test_what_is_stored_comes_back(made):
    stored = KsefCertificate.from_stored(made.certificate_der, made.key_pem())
    assert stored.fingerprint == made.fingerprint and stored.private_key


def test_a_certificate_alone_has_no_key(made):
    alone = load(pki.cert_pem(made))
    with pytest.raises(CertificateError) as caught:
        alone.key_pem()
    assert caught.value.reason == "no_key"


@pytest.mark.parametrize("form", [PEM, DER])
@pytest.mark.parametrize("password", ["wrong", None])
def test_a_wrong_or_missing_password_is_told(made, form, password):
    key = pki.key_pkcs8(made, PASSWORD, form)
    assert reason(pki.cert_pem(made), key, password) == "wrong_password"


@pytest.mark.parametrize("password", ["wrong", None])
def test_so_it_is_for_pkcs12(made, password):
    assert reason(p12(made), None, password) == "wrong_password"


def test_a_key_of_another_certificate_is_told(made):
    other = pki.make(pki.new_key("rsa", bits=3072))
    assert reason(pki.cert_pem(made), pki.key_pkcs8(other)) == "key_mismatch"


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nxx\n", b"\x30\x03\x02\x01\x05"],
)
def test_other_files_are_no_certificates(data):
    assert reason(data) == "not_a_certificate"


def test_a_key_is_no_certificate(made):
    assert reason(pki.key_pkcs8(made)) == "not_a_certificate"


@pytest.mark.parametrize("data", [b"hello", b"-----BEGIN PRIVATE KEY-----\nxx\n"])
def test_other_files_are_no_keys(made, data):
    assert reason(pki.cert_pem(made), data, PASSWORD) == "no_key"


def test_pkcs12_without_a_key_is_told(made):
    assert reason(p12(made, with_key=False), None, PASSWORD) == "no_key"


def test_files_over_one_megabyte_are_not_read(made):
    big = os.urandom(1_000_001)
    assert reason(big) == reason(pki.cert_pem(made), big) == "too_large"


@pytest.mark.parametrize(
    "key, why",
    [
        (pki.new_key("rsa", bits=1024), "weak_key"),
        (pki.new_key(curve=ec.SECP384R1), "unsupported_key"),
        (ed25519.Ed25519PrivateKey.generate(), "unsupported_key"),
    ],
)
def test_keys_that_ksef_does_not_take_are_refused(key, why):
    made = pki.make(key)
    assert reason(pki.cert_pem(made), pki.key_pkcs8(made)) == why


@pytest.mark.parametrize(
    "attributes, nip, pesel",
    [
        ([(NameOID.SERIAL_NUMBER, "TINPL-5265877635")], "5265877635", None),
        ([(NameOID.SERIAL_NUMBER, "NIP: 5265877635")], "5265877635", None),
        ([(NameOID.ORGANIZATION_IDENTIFIER, "VATPL-5265877635")], "5265877635", None),
        ([(NameOID.SERIAL_NUMBER, "PNOPL-44051401359")], None, "44051401359"),
        ([(NameOID.SERIAL_NUMBER, "PESEL: 44051401359")], None, "44051401359"),
        ([(NameOID.SERIAL_NUMBER, "IDCDE-123456")], None, None),
        ([], None, None),
    ],
)
def test_the_owner_is_known_by_nip_or_pesel(attributes, nip, pesel):
    made = pki.make(attributes=attributes)
    assert (made.nip, made.pesel) == (nip, pesel)


@pytest.mark.parametrize(
    "usage, told",
    [
        ("authentication", certificate.AUTHENTICATION),
        ("offline", certificate.OFFLINE),
        ("both", certificate.AUTHENTICATION),
        (None, certificate.AUTHENTICATION),
        ("neither", None),
    ],
)
def test_the_type_is_told_by_the_key_usage(usage, told):
    assert pki.make(usage=usage).usage == told


@pytest.mark.parametrize(
    "usage, wanted",
    [
        ("offline", "authentication"),
        ("authentication", "offline"),
        ("both", "offline"),
        (None, "offline"),
    ],
)
def test_a_certificate_of_the_other_type_is_refused(usage, wanted):
    with pytest.raises(CertificateError) as caught:
        pki.make(usage=usage).check(wanted)
    assert caught.value.reason == "wrong_usage"


@pytest.mark.parametrize("wanted", ["authentication", "offline"])
def test_a_certificate_that_is_for_neither_is_refused(wanted):
    with pytest.raises(CertificateError) as caught:
        pki.make(usage="neither").check(wanted)
    assert caught.value.reason == "no_usage"


@pytest.mark.parametrize(
    "days, why", [(-2, "not_yet_valid"), (365, "expired"), (9999, "expired")]
)
def test_it_is_good_only_in_its_time(days, why):
    with pytest.raises(CertificateError) as caught:
        pki.make().check(now=pki.NOW + timedelta(days=days))
    assert caught.value.reason == why


def test_a_good_certificate_passes():
    pki.make().check("authentication")
    pki.make(usage=None).check("authentication")
    pki.make(usage="both").check("authentication")
    pki.make(usage="offline").check("offline")


def test_what_is_handed_out_opens_with_its_password_only(made):
    files = made.files(PASSWORD)
    assert load(files["crt"], files["key"], PASSWORD).serial == made.serial
    assert load(files["p12"], None, PASSWORD).serial == made.serial
    assert b"ENCRYPTED" in files["key"] and b"PRIVATE" not in files["crt"]
    assert reason(files["crt"], files["key"], "x") == "wrong_password"
    assert reason(files["p12"], None, "x") == "wrong_password"


def test_what_is_shown_holds_no_secret(made):
    shown = repr(made.describe()) + repr(made)
    assert made.describe()["serial"] == "01D54FA8B72C00A1"
    assert made.describe()["common_name"] == "Jan Żółć, księgowy"
    assert "PRIVATE" not in shown and "private_key" not in shown
