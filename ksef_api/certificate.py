"""X.509 certificates with their keys, as MCU and Aplikacja Podatnika hand them out.

certyfikaty-KSeF.md, auth/podpis-xades.md (which attributes name the owner). No network.
"""

import base64
import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from .errors import CertificateError
from .fields import UTC
from .key_cost import check_key_work, check_pkcs12_work
from .safe_text import printable

AUTHENTICATION, OFFLINE = "authentication", "offline"
MAX_BYTES = 1_000_000
MIN_RSA_BITS = 2048
EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)  # RFC 5280 knows no earlier dates
FOR_EVER = datetime(9999, 12, 30, tzinfo=UTC)
# An identifier is short; what is looked for in it takes the square of its length.
LONGEST_IDENTIFIER = 500
_NIP = re.compile(r"(?:TINPL|NIP|VATPL).*?(\d{10})(?!\d)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f]")
_PESEL = re.compile(r"(?:PNOPL|PESEL).*?(\d{11})(?!\d)", re.ASCII)


@dataclass(frozen=True)
class KsefCertificate:
    """A certificate, with its private key or (`private_key` None) without."""

    certificate: x509.Certificate
    private_key: Any = field(default=None, repr=False)

    @classmethod
    def from_stored(cls, cert_der: bytes, key_pem: bytes | None = None):
        """From `certificate_der` and `key_pem()` as they were kept.

        :raises CertificateError: as `load`
        """
        return load(cert_der, key_pem)

    @property
    def certificate_der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def certificate_b64(self) -> str:
        """The same in one line of base64."""
        return base64.b64encode(self.certificate_der).decode()

    @property
    def serial(self) -> str:
        """Serial number as KSeF writes it: upper hex, whole bytes."""
        text = f"{self.certificate.serial_number:X}"
        return text.zfill(len(text) + len(text) % 2)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, upper hex: the *odcisk palca* of permissions."""
        return self.certificate.fingerprint(hashes.SHA256()).hex().upper()

    @property
    def subject(self) -> str:
        """The owner, readable (RFC 4514)."""
        return printable(self.certificate.subject.rfc4514_string())

    @property
    def common_name(self) -> str:
        """The owner's name, *CN*, as it may be shown; empty when there is none."""
        return printable(self._attribute(NameOID.COMMON_NAME) or "")

    @property
    def nip(self) -> str | None:
        """NIP of the owner: of a seal (VATPL-) or a person (TINPL-, NIP)."""
        return self._identifier(_NIP)

    @property
    def pesel(self) -> str | None:
        """PESEL of the owner, when a person is named by it."""
        return self._identifier(_PESEL)

    @property
    def not_before(self) -> datetime:
        """Valid from."""
        return _utc(self.certificate, "not_valid_before")

    @property
    def not_after(self) -> datetime:
        """Valid until; "for ever" (RFC 5280: the end of 9999) is a day less, so that
        any time zone has it.
        """
        return min(_utc(self.certificate, "not_valid_after"), FOR_EVER)

    @property
    def key_type(self) -> str | None:
        """ "rsa", "ec", or None for anything else."""
        return _key_type(self.certificate.public_key())

    @property
    def usage(self) -> str | None:
        """What it can be used for: AUTHENTICATION (*digitalSignature*), OFFLINE
        (*nonRepudiation* alone: what KSeF hands out for *KOD II* has no more), or None
        when it is for something else. One that does not say (a seal, a self-signed one
        for TEST) can log in, and so can one that says both.
        """
        try:
            found = self.certificate.extensions.get_extension_for_class(x509.KeyUsage)
        except x509.ExtensionNotFound:
            return AUTHENTICATION
        except ValueError:
            return None
        if found.value.digital_signature:
            return AUTHENTICATION
        return OFFLINE if found.value.content_commitment else None

    def key_pem(self) -> bytes:
        """The private key, *not encrypted* (PKCS#8 PEM): for the caller to encrypt.

        :raises CertificateError: "no_key"
        """
        if self.private_key is None:
            raise CertificateError("no_key")
        return self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def files(self, password: str) -> dict[str, bytes]:
        """What other programs take, by the end of the name: the certificate (`crt`, in
        PEM), its key (`key`, PKCS#8 in PEM) and both in one (`p12`), under a password.

        :raises CertificateError: "no_key"
        """
        if self.private_key is None:
            raise CertificateError("no_key")
        protection = serialization.BestAvailableEncryption(password.encode())
        return {
            "crt": self.certificate.public_bytes(serialization.Encoding.PEM),
            "key": self.private_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                protection,
            ),
            "p12": pkcs12.serialize_key_and_certificates(
                self.common_name.encode() or None,
                self.private_key,
                self.certificate,
                None,
                protection,
            ),
        }

    def check(self, usage: str | None = None, now: datetime | None = None) -> None:
        """Make sure that it can be used.

        :param usage: AUTHENTICATION or OFFLINE; any when None
        :param now: aware
        :raises CertificateError: "expired", "not_yet_valid", "no_usage", "wrong_usage"
        """
        now = now or datetime.now(UTC)
        if now < self.not_before:
            raise CertificateError("not_yet_valid")
        if now >= self.not_after:
            raise CertificateError("expired")
        if usage and self.usage is None:
            raise CertificateError("no_usage")
        if usage and usage != self.usage:
            raise CertificateError("wrong_usage")

    def describe(self) -> dict[str, Any]:
        """What may be shown of it: no secret among it."""
        names = "serial subject common_name nip pesel not_before not_after"
        names += " fingerprint usage key_type issuer"
        return {name: getattr(self, name) for name in names.split()}

    @property
    def issuer(self) -> str:
        """Who issued it, readable (RFC 4514)."""
        return printable(self.certificate.issuer.rfc4514_string())

    def _attribute(self, oid):
        found = self.certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else None

    def _identifier(self, pattern):
        for oid in (NameOID.ORGANIZATION_IDENTIFIER, NameOID.SERIAL_NUMBER):
            text = (self._attribute(oid) or "")[:LONGEST_IDENTIFIER]
            match = pattern.search(text)
            if match:
                return match[1]
        return None


def load(
    cert_bytes: bytes, key_bytes: bytes | None = None, password: str | None = None
) -> KsefCertificate:
    """Read a certificate and its key.

    :param cert_bytes: certificate in PEM or DER (CRT), or PKCS#12 with the key in it
    :param key_bytes: private key, PKCS#8 in PEM or DER, encrypted or not; None for
        PKCS#12, for a PEM file that holds both, or for a certificate alone
    :param password: of the key or of the PKCS#12
    :raises CertificateError: "too_large", "not_a_certificate", "no_key",
        "wrong_password", "key_mismatch", "weak_key", "unsupported_key", "too_costly",
        "damaged"
    """
    with _accidents_told(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is strange is refused, not announced
        return _load(cert_bytes, key_bytes, password)


@contextmanager
def _accidents_told():
    """Whatever strange files make of the library is an error of the file.

    Its part in Rust may panic, which is no `Exception` and would end the process.
    """
    try:
        yield
    except UnsupportedAlgorithm:
        raise CertificateError("unsupported_key") from None
    except (InternalError, ValueError, TypeError, OverflowError):
        raise CertificateError("damaged") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise CertificateError("damaged") from None


def _load(cert_bytes, key_bytes, password):
    if max(len(cert_bytes), len(key_bytes or b"")) > MAX_BYTES:
        raise CertificateError("too_large")
    secret = password.encode() if password else None
    certificate = _certificate(cert_bytes)
    if certificate is None:
        certificate, key = _pkcs12(cert_bytes, secret)
    else:
        if not key_bytes and b"PRIVATE KEY-----" in cert_bytes:
            key_bytes = cert_bytes
        key = _private_key(key_bytes, secret) if key_bytes else None
    loaded = KsefCertificate(certificate, key)
    _check_key(certificate, key)
    _check_readable(loaded)
    return loaded


def _check_readable(loaded):
    """Dates, names and extensions are read when they are asked for: ask now."""
    loaded.describe()
    certificate = loaded.certificate
    # The issuer's name stands in each signature, and XML has no control characters.
    writable = _CONTROL.search(certificate.issuer.rfc4514_string()) is None
    sensible = loaded.not_before >= EARLIEST and certificate.serial_number > 0
    if not (writable and sensible):
        raise CertificateError("damaged")


def _certificate(data):
    """The certificate in PEM or DER; None when it is neither."""
    readers = (x509.load_pem_x509_certificate, x509.load_der_x509_certificate)
    reader = readers[0] if b"-----BEGIN" in data else readers[1]
    try:
        return reader(data)
    except (ValueError, TypeError):
        return None


def _pkcs12(data, secret):
    if b"-----BEGIN" in data or not data.startswith(b"\x30"):
        raise CertificateError("not_a_certificate")
    check_pkcs12_work(data)
    try:
        key, certificate, _others = pkcs12.load_key_and_certificates(data, secret)
    except ValueError as error:
        known = "password" in str(error).lower() or "mac" in str(error).lower()
        reason = "wrong_password" if known else "not_a_certificate"
        raise CertificateError(reason) from None
    except (TypeError, UnsupportedAlgorithm):
        raise CertificateError("unsupported_key") from None
    if key is None:
        raise CertificateError("no_key")
    if certificate is None:
        raise CertificateError("not_a_certificate")
    return certificate, key


def _private_key(data, secret):
    check_key_work(data)
    pem = b"-----BEGIN" in data
    load_key = (
        serialization.load_pem_private_key
        if pem
        else serialization.load_der_private_key
    )
    encrypted = not pem or b"ENCRYPTED" in data
    try:
        return load_key(data, secret if encrypted else None)
    except TypeError:  # a password without need, or none where one is needed
        return _private_key_without(load_key, data, secret)
    except ValueError:
        raise CertificateError(_key_reason(data, pem, secret)) from None
    except UnsupportedAlgorithm:
        raise CertificateError("unsupported_key") from None


def _private_key_without(load_key, data, secret):
    if not secret:
        raise CertificateError("wrong_password")
    try:
        return load_key(data, None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise CertificateError("wrong_password") from None


def _key_reason(data, pem, secret):
    """Why a key could not be read: a wrong password, or no key at all."""
    if pem:
        return "wrong_password" if b"ENCRYPTED" in data else "no_key"
    # OID 1.2.840.113549.1.5: an encrypted PKCS#8 names its scheme in the clear.
    encrypted = bytes.fromhex("2a864886f70d0105") in data[:64]
    return "wrong_password" if encrypted else "no_key"


def _check_key(certificate, key):
    public = certificate.public_key()
    kind = _key_type(public)
    if kind is None:
        raise CertificateError("unsupported_key")
    if kind == "rsa" and public.key_size < MIN_RSA_BITS:
        raise CertificateError("weak_key")
    if kind == "ec" and not isinstance(public.curve, ec.SECP256R1):
        raise CertificateError("unsupported_key")
    if key is not None and _spki(key.public_key()) != _spki(public):
        raise CertificateError("key_mismatch")


def _key_type(public):
    kinds = ((rsa.RSAPublicKey, "rsa"), (ec.EllipticCurvePublicKey, "ec"))
    return next((name for cls, name in kinds if isinstance(public, cls)), None)


def _spki(public):
    return public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _utc(certificate, name):
    """A date of the certificate; `*_utc` came with cryptography 42."""
    value = getattr(certificate, name + "_utc", None)
    return value or getattr(certificate, name).replace(tzinfo=UTC)
