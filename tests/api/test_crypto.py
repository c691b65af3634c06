"""Keys and ciphers, checked against a second way of computing them."""

import base64
import io
from dataclasses import replace
from datetime import timedelta

import pki
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from ksef_api import crypto
from ksef_api.errors import BadAnswer
from ksef_api.fields import Fields
from ksef_api.keys import choose_key, read_public_key
from ksef_api.types import USAGE_SYMMETRIC, USAGE_TOKEN, PublicKey, Token

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
KEY = crypto.SymmetricKey(bytes(range(32)), bytes(range(16)))


@pytest.fixture
def public_key():
    return PublicKey(
        "cert",
        "key-1",
        pki.new_key("rsa").public_key(),
        frozenset([USAGE_SYMMETRIC]),
        pki.NOW - timedelta(days=1),
        pki.NOW + timedelta(days=1),
    )


def opened(encrypted_b64):
    return pki.new_key("rsa").decrypt(base64.b64decode(encrypted_b64), OAEP)


def test_hashes_are_in_the_two_forms_of_base64():
    data = b"\x00\x01"  # its SHA-256 has both characters in which the forms differ
    assert crypto.sha256_b64(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert crypto.sha256_b64url(b"") == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
    assert len(crypto.sha256_b64(data)) == 44


def test_aes_gives_the_known_answer():
    """NIST SP 800-38A, F.2.5 (CBC-AES256), first block; then our padding."""
    key = crypto.SymmetricKey(
        bytes.fromhex(
            "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
        ),
        bytes(range(16)),
    )
    encrypted = crypto.encrypt_aes(
        bytes.fromhex("6bc1bee22e409f96e93d7e117393172a"), key
    )
    assert encrypted[:16].hex() == "f58c4c04d6e5f1ba779eabfb5f7bfbd6"
    assert len(encrypted) == 32


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 600_000])
def test_streams_agree_with_the_whole(size):
    data, encrypted, plain = bytes(size), io.BytesIO(), io.BytesIO()
    crypto.encrypt_aes_stream(io.BytesIO(data), encrypted, KEY)
    assert encrypted.getvalue() == crypto.encrypt_aes(data, KEY)
    encrypted.seek(0)
    crypto.decrypt_aes_stream(encrypted, plain, KEY)
    assert plain.getvalue() == data == crypto.decrypt_aes(encrypted.getvalue(), KEY)


@pytest.mark.parametrize("data", [b"", b"x" * 15, b"\x00" * 32])
def test_what_was_not_encrypted_so_is_a_bad_answer(data):
    with pytest.raises(BadAnswer):
        crypto.decrypt_aes(data, KEY)
    with pytest.raises(BadAnswer):
        crypto.decrypt_aes_stream(io.BytesIO(data), io.BytesIO(), KEY)


def test_a_session_key_is_wrapped_for_ksef(public_key):
    info = crypto.wrap_key(KEY, public_key)
    assert opened(info.encrypted_key_b64) == KEY.key
    assert base64.b64decode(info.iv_b64) == KEY.iv
    assert info.payload()["publicKeyId"] == "key-1"


def test_session_keys_are_never_the_same():
    one, two = crypto.new_session_key(), crypto.new_session_key()
    assert len(one.key) == 32 and len(one.iv) == 16
    assert one.key != two.key and one.iv != two.iv


def test_a_ksef_token_is_bound_to_the_time_of_the_challenge(public_key):
    assert opened(crypto.encrypt_ksef_token("tok", 1752236636015, public_key)) == (
        b"tok|1752236636015"
    )


def test_secrets_are_not_in_the_repr():
    token = Token("very-secret", pki.NOW)
    assert "very-secret" not in repr(token)
    assert "\\x" not in repr(KEY) and "key=" not in repr(KEY)


# Which public key


def test_of_the_keys_valid_now_the_newest_is_chosen(public_key):
    newer = replace(
        public_key, public_key_id="new", valid_from=pki.NOW - timedelta(hours=1)
    )
    future = replace(
        public_key, public_key_id="future", valid_from=pki.NOW + timedelta(hours=1)
    )
    past = replace(public_key, valid_to=pki.NOW - timedelta(hours=1))
    other = replace(newer, usage=frozenset([USAGE_TOKEN]))
    keys = [past, newer, future, other, public_key]
    assert choose_key(keys, USAGE_SYMMETRIC) is newer


def test_without_a_fitting_key_nothing_is_encrypted(public_key):
    with pytest.raises(BadAnswer) as caught:
        choose_key([public_key], USAGE_TOKEN)
    assert caught.value.reason == "no_key"


@pytest.mark.parametrize(
    "key", [pki.new_key(), pki.new_key("rsa", bits=1024)], ids=["ec", "short"]
)
def test_only_long_rsa_keys_are_trusted_for_encryption(key):
    entry = {
        "certificate": pki.make(key).certificate_b64,
        "usage": [USAGE_SYMMETRIC],
        "validFrom": "2026-01-01T00:00:00Z",
        "validTo": "2027-01-01T00:00:00Z",
    }
    with pytest.raises(BadAnswer) as caught:
        read_public_key(Fields(entry))
    assert caught.value.reason == "public_key"
