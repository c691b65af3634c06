"""Symmetric encryption of invoices, parts of batches, parts of exports."""

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from . import keys

KEY_BYTES, IV_BYTES = 32, 16


def read_encryption(world, body):
    """(symmetric key or None when it cannot be opened, initialization vector)."""
    encryption = body.child("encryption")
    wrapped = encryption.binary("encryptedSymmetricKey")
    vector = encryption.binary("initializationVector", length=IV_BYTES)
    key_id = encryption.text("publicKeyId", required=False, low=44, high=44)
    body.done()
    keys.check_id(world, "SymmetricKeyEncryption", key_id)
    key = keys.unwrap(world, "SymmetricKeyEncryption", wrapped)
    return (key if key and len(key) == KEY_BYTES else None), vector


def decrypt(content, key, vector):
    """Plain bytes of AES-256-CBC with PKCS#7.

    :raises ValueError: when it cannot be decrypted
    """
    decryptor = Cipher(AES(key), CBC(vector)).decryptor()
    padded = decryptor.update(content) + decryptor.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def encrypt(content, key, vector):
    """The reverse of `decrypt`."""
    padder = padding.PKCS7(128).padder()
    padded = padder.update(content) + padder.finalize()
    encryptor = Cipher(AES(key), CBC(vector)).encryptor()
    return encryptor.update(padded) + encryptor.finalize()
