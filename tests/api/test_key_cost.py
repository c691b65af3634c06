"""Hostile key files: refused before a password is tried, in no time."""

import time

import pki
import pytest
from asn1crypto import core, keys, pem, pkcs12
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12 as crypto_pkcs12

from ksef_api.certificate import load
from ksef_api.errors import CertificateError

HUGE = 2**31 - 1
PASSWORD = "haslo"
DER = serialization.Encoding.DER
SCRYPT = "1.3.6.1.4.1.11591.4.11"


class ScryptParameters(core.Sequence):
    _fields = [
        ("salt", core.OctetString),
        ("cost", core.Integer),
        ("block_size", core.Integer),
        ("parallel", core.Integer),
    ]


@pytest.fixture
def made():
    return pki.make(pki.new_key("ec"))


def encrypted_key(made, rounds):
    """A PKCS#8 file that names ``rounds`` of PBKDF2."""
    der = pki.key_pkcs8(made, PASSWORD, DER)
    info = keys.EncryptedPrivateKeyInfo.load(der)
    kdf = info["encryption_algorithm"]["parameters"]["key_derivation_func"]
    kdf["parameters"]["iteration_count"] = rounds
    return info.dump(force=True)


def scrypt_key(made, cost, block_size):
    der = pki.key_pkcs8(made, PASSWORD, DER)
    info = keys.EncryptedPrivateKeyInfo.load(der)
    kdf = info["encryption_algorithm"]["parameters"]["key_derivation_func"]
    kdf["algorithm"] = SCRYPT
    kdf["parameters"] = ScryptParameters(
        {"salt": b"12345678", "cost": cost, "block_size": block_size, "parallel": 1}
    )
    return info.dump(force=True)


def refused(*args):
    start = time.process_time()
    with pytest.raises(CertificateError) as caught:
        load(*args)
    assert time.process_time() - start < 2
    return caught.value.reason


@pytest.mark.parametrize("armour", [False, True])
def test_a_key_with_absurdly_many_rounds_is_refused(made, armour):
    key = encrypted_key(made, HUGE)
    key = pem.armor("ENCRYPTED PRIVATE KEY", key) if armour else key
    assert refused(pki.cert_pem(made), key, PASSWORD) == "too_costly"


def test_the_same_hidden_behind_another_key_in_one_file_is_refused(made):
    files = pki.cert_pem(made) + pki.key_pkcs8(made, PASSWORD)
    files += pem.armor("ENCRYPTED PRIVATE KEY", encrypted_key(made, HUGE))
    assert refused(files, None, PASSWORD) == "too_costly"


def test_scrypt_with_an_absurd_cost_is_refused(made):
    key = scrypt_key(made, cost=2**30, block_size=8)
    assert refused(pki.cert_pem(made), key, PASSWORD) == "too_costly"


def test_scrypt_with_an_absurd_block_is_refused(made):
    key = scrypt_key(made, cost=2**14, block_size=2**20)
    assert refused(pki.cert_pem(made), key, PASSWORD) == "too_costly"


def p12(made):
    protection = serialization.BestAvailableEncryption(PASSWORD.encode())
    return crypto_pkcs12.serialize_key_and_certificates(
        b"ksef", made.private_key, made.certificate, None, protection
    )


def test_pkcs12_whose_mac_takes_absurdly_many_rounds_is_refused(made):
    pfx = pkcs12.Pfx.load(p12(made))
    pfx["mac_data"]["iterations"] = HUGE
    assert refused(pfx.dump(force=True), None, PASSWORD) == "too_costly"


@pytest.mark.parametrize("part", [0, 1])
def test_pkcs12_whose_parts_take_absurdly_many_rounds_is_refused(made, part):
    pfx = pkcs12.Pfx.load(p12(made))
    safe = pkcs12.AuthenticatedSafe.load(pfx["auth_safe"]["content"].native)
    content = safe[part]["content"]
    if part == 0:
        info = content["encrypted_content_info"]
        _make_huge(info["content_encryption_algorithm"])
    else:
        bags = pkcs12.SafeContents.load(content.native)
        _make_huge(bags[0]["bag_value"]["encryption_algorithm"])
        safe[part]["content"] = core.OctetString(bags.dump(force=True))
    pfx["auth_safe"]["content"] = core.OctetString(safe.dump(force=True))
    assert refused(pfx.dump(force=True), None, PASSWORD) == "too_costly"


def _make_huge(algorithm):
    kdf = algorithm["parameters"]["key_derivation_func"]
    kdf["parameters"]["iteration_count"] = HUGE


def test_a_key_with_many_but_usual_rounds_is_read(made):
    protection = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(600_000)
        .build(PASSWORD.encode())
    )
    file = crypto_pkcs12.serialize_key_and_certificates(
        b"ksef", made.private_key, made.certificate, None, protection
    )
    assert load(file, None, PASSWORD).key_pem() == made.key_pem()


def test_junk_that_looks_like_a_key_is_no_key(made):
    junk = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n!!!\n-----END ENCRYPTED"
    assert refused(pki.cert_pem(made), junk, PASSWORD) in ("no_key", "wrong_password")
