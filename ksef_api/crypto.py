"""Hashes, AES and RSA as KSeF wants them; pure functions.

ksef-docs: bezpieczenstwo/klucze-publiczne-do-szyfrowania.md, sesja-interaktywna.md,
uwierzytelnianie.md. AES-256-CBC with PKCS#7; the initialisation vector travels in the
JSON and is *not* put before the ciphertext, whatever the prose of the documents says:
the Ministry's own clients and the sizes in [oa] agree on that.
"""

import base64
import hashlib
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .errors import BadAnswer
from .types import EncryptionInfo, PublicKey

_BLOCK_BITS = 128
_CHUNK = 1 << 18
MOST_TOKEN = 160


@dataclass(frozen=True)
class SymmetricKey:
    """The key of one session or export: 32 bytes of key, 16 of vector."""

    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)


def sha256_b64(data: bytes) -> str:
    """SHA-256 in standard base64 (44 characters), as in every JSON of KSeF."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def sha256_b64url(data: bytes) -> str:
    """SHA-256 in base64url without padding, as in verification links."""
    return b64url(hashlib.sha256(data).digest())


def b64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_session_key() -> SymmetricKey:
    """A fresh random key for one session or export."""
    return SymmetricKey(os.urandom(32), os.urandom(16))


def encrypt_aes(data: bytes, key: SymmetricKey) -> bytes:
    """AES-256-CBC with PKCS#7 padding."""
    padder, cipher = padding.PKCS7(_BLOCK_BITS).padder(), _cipher(key).encryptor()
    padded = padder.update(data) + padder.finalize()
    return cipher.update(padded) + cipher.finalize()


def decrypt_aes(data: bytes, key: SymmetricKey) -> bytes:
    """Undo `encrypt_aes`.

    :raises BadAnswer: "decryption": wrong key, or damaged data
    """
    cipher, unpadder = _cipher(key).decryptor(), padding.PKCS7(_BLOCK_BITS).unpadder()
    try:
        padded = cipher.update(data) + cipher.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise BadAnswer("decryption") from None


def encrypt_aes_stream(src, dst, key: SymmetricKey) -> None:
    """`encrypt_aes` from one binary file to another, in flat memory."""
    padder, cipher = padding.PKCS7(_BLOCK_BITS).padder(), _cipher(key).encryptor()
    while chunk := src.read(_CHUNK):
        dst.write(cipher.update(padder.update(chunk)))
    dst.write(cipher.update(padder.finalize()) + cipher.finalize())


def decrypt_aes_stream(src, dst, key: SymmetricKey) -> None:
    """`decrypt_aes` from one binary file to another, in flat memory."""
    cipher, unpadder = _cipher(key).decryptor(), padding.PKCS7(_BLOCK_BITS).unpadder()
    try:
        while chunk := src.read(_CHUNK):
            dst.write(unpadder.update(cipher.update(chunk)))
        dst.write(unpadder.update(cipher.finalize()) + unpadder.finalize())
    except ValueError:
        raise BadAnswer("decryption") from None


def wrap_key(key: SymmetricKey, public_key: PublicKey) -> EncryptionInfo:
    """Encrypt a session key for KSeF.

    :param public_key: one of usage *SymmetricKeyEncryption*, see `keys.choose_key`
    """
    wrapped = public_key.key.encrypt(key.key, _oaep())
    return EncryptionInfo(
        base64.b64encode(wrapped).decode(),
        base64.b64encode(key.iv).decode(),
        public_key.public_key_id,
    )


def may_be_ksef_token(text: str) -> bool:
    """Tell whether this can be a KSeF token at all ([oa]: at most 160 characters).

    What is longer does not fit into the one block of RSA that a login has for it.
    """
    printable = text.isascii() and text.isprintable() and " " not in text
    return printable and 0 < len(text) <= MOST_TOKEN


def encrypt_ksef_token(token: str, timestamp_ms: int, public_key: PublicKey) -> str:
    """Encrypt a KSeF token for logging in (uwierzytelnianie.md).

    :param timestamp_ms: `timestamp_ms` of the challenge, not this machine's clock
    :param public_key: one of usage *KsefTokenEncryption*
    """
    secret = f"{token}|{timestamp_ms}".encode()
    return base64.b64encode(public_key.key.encrypt(secret, _oaep())).decode()


def _cipher(key):
    return Cipher(algorithms.AES(key.key), modes.CBC(key.iv))


def _oaep():
    return rsa_padding.OAEP(
        mgf=rsa_padding.MGF1(algorithm=hashes.SHA256()),
        algorithm=hashes.SHA256(),
        label=None,
    )
