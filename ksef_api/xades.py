"""Signing an AuthTokenRequest: enveloped XAdES-BES, SHA-256.

auth/podpis-xades.md, uwierzytelnianie.md (AuthTokenRequest), ETSI TS 101 903 v1.3.2,
XML Signature 1.1. The structure is built here, one function per part; `xmlsec` makes
the digests and the signature.
"""

import uuid
from datetime import datetime

import xmlsec
from lxml import etree

from .certificate import KsefCertificate
from .crypto import sha256_b64
from .fields import UTC
from .safe_xml import parse
from .signed_file import SignedBy, check_signed_request
from .xml_names import (
    AUTH_NS,
    DS,
    ECDSA_SHA256,
    ENVELOPED,
    EXC_C14N,
    RSA_SHA256,
    SHA256,
    SIGNED_PROPERTIES_TYPE,
    XADES,
)

__all__ = ["SignedBy", "auth_token_request", "check_signed_request", "sign"]

_METHODS = {"rsa": RSA_SHA256, "ec": ECDSA_SHA256}


def auth_token_request(
    challenge: str, nip: str, subject_type: str = "certificateSubject"
) -> bytes:
    """The document to sign for logging in to the context of a NIP.

    :param subject_type: how KSeF knows the signer: "certificateSubject" by what stands
        in the certificate, "certificateFingerprint" by the certificate itself
    """
    root = etree.Element(f"{{{AUTH_NS}}}AuthTokenRequest", nsmap={None: AUTH_NS})
    _sub(root, AUTH_NS, "Challenge", challenge)
    context = _sub(root, AUTH_NS, "ContextIdentifier")
    _sub(context, AUTH_NS, "Nip", nip)
    _sub(root, AUTH_NS, "SubjectIdentifierType", subject_type)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def sign(
    xml: bytes, certificate: KsefCertificate, signing_time: datetime | None = None
) -> bytes:
    """Sign a document with a certificate that has its key; return the signed document.

    :param signing_time: aware; now when not given
    :raises CertificateError: "no_key"
    :raises DocumentError: the document is not XML
    """
    root = parse(xml)
    name = uuid.uuid4().hex
    signature = etree.SubElement(
        root, f"{{{DS}}}Signature", Id=f"Signature-{name}", nsmap={"ds": DS}
    )
    properties_id = f"SignedProperties-{name}"
    _signed_info(signature, _METHODS[certificate.key_type], properties_id)
    _sub(signature, DS, "SignatureValue")
    _key_info(signature, certificate)
    _object(signature, properties_id, certificate, signing_time or datetime.now(UTC))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        certificate.key_pem(), xmlsec.constants.KeyDataFormatPem
    )
    xmlsec.tree.add_ids(signature, ["Id"])
    context.sign(signature)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _signed_info(signature, method, properties_id):
    """What is signed: the document without the signature, and SignedProperties."""
    info = _sub(signature, DS, "SignedInfo")
    _sub(info, DS, "CanonicalizationMethod", Algorithm=EXC_C14N)
    _sub(info, DS, "SignatureMethod", Algorithm=method)
    _reference(info, [ENVELOPED, EXC_C14N], URI="")
    _reference(info, [EXC_C14N], URI=f"#{properties_id}", Type=SIGNED_PROPERTIES_TYPE)


def _reference(info, transforms, **attributes):
    reference = _sub(info, DS, "Reference", **attributes)
    listed = _sub(reference, DS, "Transforms")
    for transform in transforms:
        _sub(listed, DS, "Transform", Algorithm=transform)
    _sub(reference, DS, "DigestMethod", Algorithm=SHA256)
    _sub(reference, DS, "DigestValue")


def _key_info(signature, certificate):
    data = _sub(_sub(signature, DS, "KeyInfo"), DS, "X509Data")
    _sub(data, DS, "X509Certificate", certificate.certificate_b64)


def _object(signature, properties_id, certificate, signing_time):
    """The XAdES part: when and with which certificate was signed."""
    qualifying = etree.SubElement(
        _sub(signature, DS, "Object"),
        f"{{{XADES}}}QualifyingProperties",
        Target="#" + signature.get("Id"),
        nsmap={"xades": XADES},
    )
    properties = _sub(qualifying, XADES, "SignedProperties", Id=properties_id)
    signed = _sub(properties, XADES, "SignedSignatureProperties")
    moment = signing_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _sub(signed, XADES, "SigningTime", moment)
    _signing_certificate(signed, certificate)


def _signing_certificate(parent, certificate):
    """Binds the signature to this very certificate."""
    cert = _sub(_sub(parent, XADES, "SigningCertificate"), XADES, "Cert")
    digest = _sub(cert, XADES, "CertDigest")
    _sub(digest, DS, "DigestMethod", Algorithm=SHA256)
    _sub(digest, DS, "DigestValue", sha256_b64(certificate.certificate_der))
    issuer = _sub(cert, XADES, "IssuerSerial")
    x509 = certificate.certificate
    _sub(issuer, DS, "X509IssuerName", x509.issuer.rfc4514_string())
    _sub(issuer, DS, "X509SerialNumber", str(x509.serial_number))


def _sub(parent, namespace, name, text=None, **attributes):
    element = etree.SubElement(parent, f"{{{namespace}}}{name}", **attributes)
    element.text = text
    return element
