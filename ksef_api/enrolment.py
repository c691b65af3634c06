"""Requests for KSeF certificates (certyfikaty-KSeF.md)."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from .errors import BadAnswer
from .fields import Fields
from .types import Status

AUTHENTICATION_TYPE, OFFLINE_TYPE = "Authentication", "Offline"
# The order of the attributes in the request; KSeF compares values, not order.
_ATTRIBUTES = {
    "commonName": NameOID.COMMON_NAME,
    "surname": NameOID.SURNAME,
    "givenName": NameOID.GIVEN_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "uniqueIdentifier": NameOID.X500_UNIQUE_IDENTIFIER,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "countryName": NameOID.COUNTRY_NAME,
}


@dataclass(frozen=True)
class EnrolmentData:
    """The owner's data as they must stand in the request, by KSeF's names."""

    attributes: dict[str, str]

    @classmethod
    def read(cls, fields: Fields):
        values = {name: fields.text(name, None) for name in _ATTRIBUTES}
        return cls({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class EnrolmentStatus:
    """State of a request: 100, 200 (with `serial`), 400 refused, 500, 550."""

    status: Status
    requested: datetime
    serial: str | None

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            Status.read(fields.child("status")),
            fields.moment("requestDate"),
            fields.text("certificateSerialNumber", None),
        )


@dataclass(frozen=True)
class IssuedCertificate:
    """A certificate that KSeF issued; load it with `certificate.load`."""

    serial: str
    name: str
    type: str
    certificate_der: bytes

    @classmethod
    def read(cls, fields: Fields):
        try:
            der = base64.b64decode(fields.text("certificate"), validate=True)
        except ValueError:
            raise BadAnswer("field", details=["certificate has no sense"]) from None
        return cls(
            fields.text("certificateSerialNumber"),
            fields.text("certificateName", ""),
            fields.text("certificateType"),
            der,
        )


@dataclass(frozen=True)
class ListedCertificate:
    """A certificate in the list of those of this subject."""

    serial: str
    name: str
    type: str
    common_name: str
    status: str
    valid_from: datetime
    valid_to: datetime
    requested: datetime
    last_used: datetime | None

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            serial=fields.text("certificateSerialNumber"),
            name=fields.text("name", ""),
            type=fields.text("type"),
            common_name=fields.text("commonName", ""),
            status=fields.text("status"),
            valid_from=fields.moment("validFrom"),
            valid_to=fields.moment("validTo"),
            requested=fields.moment("requestDate"),
            last_used=fields.moment("lastUseDate", None),
        )


# What stands in a name, but no letter, digit, dash, underscore or space of KSeF's.
_OUTSIDE_NAMES = re.compile(r"[^a-zA-Z0-9_\- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]+")
_LONGEST_NAME = 100


def certificate_name(owner: str, *particulars: str) -> str:
    """A name that KSeF takes: the owner's, cut where that is too long, and particulars,
    which stay whole.
    """
    end = "".join(f" {_OUTSIDE_NAMES.sub('', text)}" for text in particulars)
    begin = " ".join(_OUTSIDE_NAMES.sub(" ", owner).split())
    return f"{begin[: _LONGEST_NAME - len(end)].rstrip()}{end}".strip()


def new_request(data: EnrolmentData, kind: str = "ec") -> tuple[str, bytes]:
    """Make a key and a request (PKCS#10) for it.

    :param kind: "ec" (P-256, as KSeF recommends) or "rsa" (2048, exactly)
    :return: the request as KSeF takes it (DER in base64), and the private key, *not
        encrypted* (PKCS#8 PEM): for the caller to encrypt
    """
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    names = [
        x509.NameAttribute(oid, data.attributes[name])
        for name, oid in _ATTRIBUTES.items()
        if name in data.attributes
    ]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    request = builder.sign(key, hashes.SHA256())
    der = request.public_bytes(serialization.Encoding.DER)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return base64.b64encode(der).decode(), pem
