"""Verification links for the QR codes on invoices (kody-qr.md).

KOD I leads to the invoice, KOD II (offline only) proves who issued it. The pictures are
drawn by whoever prints.
"""

import base64
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from .certificate import OFFLINE, KsefCertificate
from .crypto import b64url
from .environment import Environment
from .errors import CertificateError

CONTEXT_TYPES = ("Nip", "InternalId", "NipVatUe", "PeppolId")
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def invoice_link(
    environment: Environment, seller_nip: str, issue_date: date, invoice_hash_b64: str
) -> str:
    """KOD I.

    :param issue_date: *P_1*
    :param invoice_hash_b64: SHA-256 of the file, standard base64
    """
    day = issue_date.strftime("%d-%m-%Y")
    digest = _url_hash(invoice_hash_b64)
    return f"{environment.qr_url}/invoice/{seller_nip}/{day}/{digest}"


def certificate_link(
    environment: Environment,
    context_type: str,
    context_value: str,
    seller_nip: str,
    certificate: KsefCertificate,
    invoice_hash_b64: str,
) -> str:
    """KOD II, signed with the issuer's offline certificate.

    RSA signs with PSS (SHA-256, salt of 32), EC P-256 with R||S of 64 bytes.

    :param context_type: one of CONTEXT_TYPES
    :raises CertificateError: "no_key", or "wrong_usage": not an offline certificate
    """
    if context_type not in CONTEXT_TYPES:
        raise ValueError("unknown type of context")
    if certificate.usage != OFFLINE:
        raise CertificateError("wrong_usage")
    digest = _url_hash(invoice_hash_b64)
    link = (
        f"{environment.qr_url}/certificate/{context_type}/{context_value}"
        f"/{seller_nip}/{certificate.serial}/{digest}"
    )
    signed = link.split("://", 1)[1].encode("ascii")
    return f"{link}/{b64url(_sign(certificate, signed))}"


def _sign(certificate, data):
    key = certificate.private_key
    if key is None:
        raise CertificateError("no_key")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return key.sign(data, _PSS, hashes.SHA256())


def is_signed_by(link: str, certificate: KsefCertificate) -> bool:
    """Tell whether a link of KOD II verifies with a certificate; no key is needed."""
    address, _slash, signature = link.rpartition("/")
    signed = address.split("://", 1)[-1].encode("ascii")
    signature = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    key = certificate.certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            r, s = (int.from_bytes(half, "big") for half in _halves(signature))
            der = encode_dss_signature(r, s)
            key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, signed, _PSS, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _halves(signature):
    return signature[:32], signature[32:]


def _url_hash(invoice_hash_b64):
    digest = base64.b64decode(invoice_hash_b64, validate=True)
    if len(digest) != 32:
        raise ValueError("not a SHA-256")
    return b64url(digest)
