"""How much work a file asks for before its password can be tried.

An encrypted key names the number of rounds that its password is put through (PBKDF2,
scrypt, PKCS#12), up to a number that would keep a server busy for hours. It is read
before anything is decrypted. What is encrypted itself (a key inside the encrypted part
of a PKCS#12, which no known program writes) cannot be seen here.
"""

from math import prod

from asn1crypto import keys, pem, pkcs12

from .errors import CertificateError

# Programs use 2 000 to 1 300 000 rounds; scrypt's parameters multiply to its memory.
MAX_WORK = 2_000_000
_NOT_WORK = ("key_length",)


def check_key_work(data: bytes) -> None:
    """Refuse a private key (PKCS#8, PEM or DER) that costs too much to decrypt.

    :raises CertificateError: "too_costly", "damaged"
    """
    for der in _encrypted_keys(data):
        _check(_algorithm_of_key(der))


def check_pkcs12_work(data: bytes) -> None:
    """Refuse a PKCS#12 file that costs too much to open.

    :raises CertificateError: "too_costly", "damaged", or "not_a_certificate" when
        unreadable
    """
    try:
        pfx = pkcs12.Pfx.load(data)
        mac = pfx["mac_data"].native
        algorithms = list(_algorithms_of_pkcs12(pfx))
    except (ValueError, TypeError, KeyError):
        raise CertificateError("not_a_certificate") from None
    for algorithm in (mac and {"rounds": mac["iterations"]}, *algorithms):
        _check(algorithm)


def _encrypted_keys(data):
    if not pem.detect(data):
        return [data]
    blocks = pem.unarmor(data, multiple=True)
    try:
        return [der for kind, _h, der in blocks if kind == "ENCRYPTED PRIVATE KEY"]
    except ValueError:
        raise CertificateError("no_key") from None


def _algorithm_of_key(der):
    """The parameters of the encryption; None when ``der`` is no encrypted key."""
    try:
        return keys.EncryptedPrivateKeyInfo.load(der)["encryption_algorithm"].native
    except (ValueError, TypeError, KeyError):
        return None


def _algorithms_of_pkcs12(pfx):
    for part in pfx.authenticated_safe:
        content = part["content"]
        if part["content_type"].native == "encrypted_data":
            info = content["encrypted_content_info"]
            yield info["content_encryption_algorithm"].native
        elif part["content_type"].native == "data":
            for bag in pkcs12.SafeContents.load(content.native):
                if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
                    yield bag["bag_value"]["encryption_algorithm"].native


def _check(algorithm):
    numbers = _numbers(algorithm)
    if any(number < 1 for number in numbers):
        # No rounds at all: `cryptography` panics there, which ends the process.
        raise CertificateError("damaged")
    if prod(numbers) > MAX_WORK:
        raise CertificateError("too_costly")


def _numbers(node):
    """All whole numbers in the parameters: rounds, or scrypt's N, r and p."""
    if isinstance(node, int):
        return [node]
    if not isinstance(node, dict):
        return []
    parts = (value for name, value in node.items() if name not in _NOT_WORK)
    return [number for part in parts for number in _numbers(part)]
