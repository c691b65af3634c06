"""The sandbox's authorities and keys: taxpayers' certificates, MF's keys, TLS."""

import base64
import hashlib
import ipaddress
import secrets
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
USAGES = ("KsefTokenEncryption", "SymmetricKeyEncryption")
ISSUER = "Sandbox KSeF: certyfikaty testowe"
YEAR = timedelta(days=365)
NO_USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


def name(**parts):
    """A distinguished name out of `cryptography`'s attribute names."""
    oids = {
        "organization_identifier": ORGANIZATION_IDENTIFIER,
        "common_name": NameOID.COMMON_NAME,
        "country": NameOID.COUNTRY_NAME,
        "organization": NameOID.ORGANIZATION_NAME,
        "given_name": NameOID.GIVEN_NAME,
        "surname": NameOID.SURNAME,
        "serial_number": NameOID.SERIAL_NUMBER,
        "unique_identifier": x509.ObjectIdentifier("2.5.4.45"),
    }
    return x509.Name([x509.NameAttribute(oids[key], parts[key]) for key in parts])


def new_serial():
    """16 upper-case hexadecimal digits, as KSeF's certificates have."""
    return f"01{secrets.token_hex(7).upper()}"


def new_key(kind="ec", bits=2048):
    """A private key.

    :param kind: "ec" (P-256) or "rsa"
    """
    if kind == "rsa":
        return rsa.generate_private_key(65537, bits)
    return ec.generate_private_key(ec.SECP256R1())


def issue(subject, public_key, issuer, issuer_key, begin, end, serial=None, **usage):
    """Sign a certificate.

    :param usage: key usages that it has; `ca=True` makes an authority
    """
    is_ca = usage.pop("ca", False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(int(serial or new_serial(), 16))
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(x509.KeyUsage(**{**NO_USAGE, **usage}), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def pem(certificate):
    """A certificate as PEM text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def der(certificate):
    """A certificate as DER bytes."""
    return certificate.public_bytes(serialization.Encoding.DER)


def fingerprint(certificate):
    """SHA-256 of the certificate, upper-case hexadecimal."""
    return hashlib.sha256(der(certificate)).hexdigest().upper()


def key_pem(key, password=None):
    """A private key as PKCS#8 PEM text, encrypted when there is a password."""
    protection = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    ).decode()


def p12(key, certificate, label, password):
    """PKCS#12 bytes of a key and its certificate."""
    protection = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(
        label.encode(), key, certificate, None, protection
    )


class Authority:
    """Keys that outlive a reset; kept in the store's settings, space `keys`."""

    def __init__(self, store, hostname):
        self._store, self._hostname = store, hostname
        with store.transaction():
            self.ca_key, self.ca = self._kept("ca", self._new_ca)
            self.tls_ca_key, self.tls_ca = self._kept("tls-ca", self._new_ca)
            self.seal_key, self.seal = self._kept("mf-seal", self._new_seal)
            self.tls_key, self.tls = self._kept(f"tls {hostname}", self._new_tls)
            self.secret = self._kept_secret()

    def _kept_secret(self):
        secret = self._store.setting("keys", "secret")
        if secret is None:
            secret = secrets.token_hex(32)
            self._store.set_setting("keys", "secret", secret)
        return secret.encode()

    def _kept(self, key, make):
        kept = self._store.setting("keys", key)
        if kept is None:
            private, certificate = make()
            kept = {"key": key_pem(private), "certificate": pem(certificate)}
            self._store.set_setting("keys", key, kept)
        return (
            serialization.load_pem_private_key(kept["key"].encode(), None),
            x509.load_pem_x509_certificate(kept["certificate"].encode()),
        )

    @staticmethod
    def _validity(years):
        # Long before and after: tests move the clock.
        begin = datetime.now(timezone.utc) - YEAR
        return begin, begin + YEAR * (years + 1)

    def _new_ca(self):
        key = new_key()
        subject = name(common_name=ISSUER, organization="Sandbox", country="PL")
        made = issue(
            subject,
            key.public_key(),
            subject,
            key,
            *self._validity(20),
            ca=True,
            key_cert_sign=True,
        )
        return key, made

    def _new_seal(self):
        key = new_key("rsa")
        subject = name(
            common_name="Sandbox KSeF: pieczęć",
            organization="Ministerstwo Finansów (sandbox)",
            organization_identifier="VATPL-5260250274",
            country="PL",
        )
        made = issue(
            subject,
            key.public_key(),
            self.ca.subject,
            self.ca_key,
            *self._validity(10),
            content_commitment=True,
        )
        return key, made

    def _new_tls(self):
        key = new_key()
        names = [
            x509.DNSName(self._hostname),
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(common_name=self._hostname))
            .issuer_name(self.tls_ca.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._validity(1)[0])
            .not_valid_after(self._validity(1)[1])
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(False, None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.tls_ca_key.public_key()
                ),
                critical=False,
            )
        )
        return key, builder.sign(self.tls_ca_key, hashes.SHA256())

    def new_encryption_key(self, begin):
        """A key pair for clients to encrypt with, valid two years from `begin`."""
        key = new_key("rsa")
        subject = name(common_name="Sandbox KSeF: szyfrowanie", country="PL")
        made = issue(
            subject,
            key.public_key(),
            self.ca.subject,
            self.ca_key,
            begin,
            begin + 2 * YEAR,
            key_encipherment=True,
        )
        return key, made

    def certify(self, subject, public_key, usage, begin, end):
        """A KSeF certificate.

        :param usage: "authentication" or "offline"
        """
        usages = {
            "authentication": {"digital_signature": True},
            "offline": {"content_commitment": True},
        }[usage]
        return issue(
            subject, public_key, self.ca.subject, self.ca_key, begin, end, **usages
        )


def key_id(public_key):
    """KSeF's `publicKeyId`: base64 of SHA-256 of the SubjectPublicKeyInfo."""
    info = public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(info).digest()).decode()
