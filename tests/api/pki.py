"""Makes certificates for the tests of `ksef_api`, as an authority would."""

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ksef_api.certificate import KsefCertificate

NIP = "5265877635"
NOW = datetime.now(UTC)


@cache
def new_key(kind="ec", bits=2048, curve=ec.SECP256R1):
    """A private key; the same one each time, RSA keys being slow to make."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, bits)
    return ec.generate_private_key(curve())


def make(
    key=None,
    usage="authentication",
    not_before=NOW - timedelta(days=1),
    not_after=NOW + timedelta(days=365),
    attributes=((NameOID.SERIAL_NUMBER, f"TINPL-{NIP}"),),
):
    """A certificate with its key; `usage` None leaves the key usage out."""
    key = key or new_key()
    common = x509.NameAttribute(NameOID.COMMON_NAME, "Jan Żółć, księgowy")
    name = x509.Name([common, *(x509.NameAttribute(*item) for item in attributes)])
    issuer = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Testowe CA, sp. z o.o."),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(0x01D54FA8B72C00A1)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )
    if usage:
        builder = builder.add_extension(_key_usage(usage), critical=True)
    return KsefCertificate(builder.sign(new_key(), hashes.SHA256()), key)


def _key_usage(usage):
    names = (
        "key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(
        digital_signature=usage in ("authentication", "both"),
        content_commitment=usage in ("offline", "both"),
        **dict.fromkeys(names.split(), False),
    )


def cert_pem(certificate):
    """The certificate in PEM."""
    return certificate.certificate.public_bytes(serialization.Encoding.PEM)


def key_pkcs8(certificate, password=None, encoding=serialization.Encoding.PEM):
    """The key as PKCS#8, encrypted when there is a password."""
    protection = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return certificate.private_key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, protection
    )
