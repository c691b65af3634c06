"""Checking an AuthTokenRequest that a person signed in an outside program.

The file is hostile until proven: it may be of someone else, changed, wrapped, or made
to make a parser read one thing and a verifier another. What KSeF would refuse is
refused here first, with a reason a person can act on (auth/podpis-xades.md; XML
Signature Best Practices, W3C 2013). Signature arithmetic and digests are `xmlsec`'s.

Reasons of `SignatureError`: "no_signature", "too_many", "detached" (what is signed is
not in the file), "layout" (neither enveloped nor enveloping), "wrapped" (more than one
request in the file), "duplicate_id", "transform" and "algorithm" (one that KSeF does
not take), "not_xades" (no signed properties), "no_certificate", "certificate_digest"
(the signature names another certificate), "weak_key", "invalid", "content_changed",
"challenge" (a request of an earlier or other login), "expired_certificate",
"not_yet_valid_certificate".
"""

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from .certificate import KsefCertificate
from .errors import DocumentError, SignatureError
from .fields import UTC
from .safe_xml import parse
from .signed_references import check_references
from .xml_names import AUTH_NAMESPACES, C14N, DIGESTS, DS, NS, SIGNATURES

MAX_BYTES = 2_000_000
_SIGNATURE = f"{{{DS}}}Signature"
_REQUESTS = tuple(f"{{{namespace}}}AuthTokenRequest" for namespace in AUTH_NAMESPACES)


@dataclass(frozen=True)
class SignedBy:
    """Who signed, as the certificate says it."""

    subject: str
    common_name: str
    issuer: str
    serial: str
    fingerprint: str
    not_after: datetime
    nip: str | None
    pesel: str | None


def check_signed_request(
    signed: bytes, original: bytes, now: datetime | None = None
) -> SignedBy:
    """Check a signed request against the one that was handed out.

    :param signed: the file as the user uploaded it; at most 2 MB
    :param original: what `xades.auth_token_request` gave for this login
    :param now: aware
    :raises DocumentError: "not_xml" (also PDF, ASiC, P7M), "entities", "too_large" ...
    :raises SignatureError: see the reasons above
    """
    root = parse(signed, MAX_BYTES)
    signature = _only_signature(root)
    _check_ids(root)
    request, carrier = _request(root, signature)
    properties = _signed_properties(signature)
    certificate = _certificate(signature, properties)
    _check_algorithms(signature)
    check_references(signature, carrier, properties)
    _verify(signature, certificate)
    _check_content(request, parse(original))
    _check_validity(certificate, now or datetime.now(UTC))
    return SignedBy(
        **{name: getattr(certificate, name) for name in SignedBy.__annotations__}
    )


def _only_signature(root):
    signatures = list(root.iter(_SIGNATURE))
    if not signatures:
        raise SignatureError("no_signature")
    if len(signatures) > 1:
        raise SignatureError("too_many")
    return signatures[0]


def _check_ids(root):
    """No two elements may answer to one name, whatever the attribute is called."""
    ids = Counter(
        value
        for element in root.iter(etree.Element)
        for name, value in element.attrib.items()
        if etree.QName(name).localname.lower() == "id"
    )
    if any(count > 1 for count in ids.values()):
        raise SignatureError("duplicate_id")


def _request(root, signature):
    """The request to read, and the element whose reference must cover it: the root of
    the document when enveloped, the `ds:Object` when enveloping.
    """
    requests = list(root.iter(*_REQUESTS))
    if len(requests) > 1:
        raise SignatureError("wrapped")
    if root.tag in _REQUESTS and signature.getparent() is root:
        return root, root
    if root is not signature:
        raise SignatureError("layout")
    for carrier in signature.iterfind("ds:Object", NS):
        if requests and requests[0].getparent() is carrier:
            return requests[0], carrier
        if not requests and (packed := _packed(carrier)) is not None:
            return packed, carrier
    raise SignatureError("layout" if requests else "detached")


def _packed(carrier):
    """The request in an object that holds it in base64, or None."""
    if len(carrier) or not (carrier.text or "").strip():
        return None
    try:
        content = parse(base64.b64decode(carrier.text), MAX_BYTES)
    except (ValueError, DocumentError):
        return None
    return content if content.tag in _REQUESTS else None


def _signed_properties(signature):
    found = signature.findall(
        "ds:Object/xades:QualifyingProperties/xades:SignedProperties", NS
    )
    if len(found) != 1:
        raise SignatureError("not_xades")
    return found[0]


def _certificate(signature, properties):
    """The certificate in KeyInfo that the signed properties name by its digest."""
    listed = signature.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NS)
    if not listed:
        raise SignatureError("no_certificate")
    cert = properties.find(
        "xades:SignedSignatureProperties/xades:SigningCertificate/xades:Cert", NS
    )
    if cert is None:
        cert = properties.find(
            "xades:SignedSignatureProperties/xades:SigningCertificateV2/xades:Cert", NS
        )
    if cert is None:
        raise SignatureError("not_xades")
    method = cert.find("xades:CertDigest/ds:DigestMethod", NS)
    name = DIGESTS.get(method.get("Algorithm")) if method is not None else None
    expected = _decode(cert.findtext("xades:CertDigest/ds:DigestValue", "", NS))
    if name is None or not expected:
        raise SignatureError("certificate_digest")
    for der in (_decode(element.text) for element in listed):
        if hashlib.new(name, der).digest() == expected:
            return _load(der)
    raise SignatureError("certificate_digest")


def _load(der):
    """The certificate, of a key long enough for KSeF."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except Exception:  # whatever a hostile certificate makes the library raise
        raise SignatureError("no_certificate") from None
    if isinstance(key, rsa.RSAPublicKey):
        weak = key.key_size < 2048
    elif isinstance(key, ec.EllipticCurvePublicKey):
        weak = key.curve.key_size < 256
    else:
        raise SignatureError("algorithm")
    if weak:
        raise SignatureError("weak_key")
    return KsefCertificate(certificate)


def _check_algorithms(signature):
    """Only what KSeF takes; that also keeps HMAC and the like away from `xmlsec`."""
    for path, allowed in (
        ("ds:SignedInfo/ds:CanonicalizationMethod", C14N),
        ("ds:SignedInfo/ds:SignatureMethod", SIGNATURES),
        ("ds:SignedInfo/ds:Reference/ds:DigestMethod", DIGESTS),
    ):
        for element in signature.iterfind(path, NS):
            if element.get("Algorithm") not in allowed:
                raise SignatureError("algorithm", element.get("Algorithm", ""))


def _verify(signature, certificate):
    context = xmlsec.SignatureContext()
    try:
        # With the key given, nothing else in KeyInfo is looked at.
        context.key = xmlsec.Key.from_memory(
            certificate.certificate_der, xmlsec.constants.KeyDataFormatCertDer
        )
        xmlsec.tree.add_ids(signature, ["Id"])
        context.verify(signature)
    except (xmlsec.Error, ValueError, TypeError):
        raise SignatureError("invalid") from None


def _check_content(request, original):
    """The request is the one that was handed out, but for the signature in it and the
    white space that programs put around that.
    """
    if _shape(request) == _shape(original):
        return
    path = f"{{{etree.QName(original).namespace}}}Challenge"
    if request.findtext(path) != original.findtext(path):
        raise SignatureError("challenge")
    raise SignatureError("content_changed")


def _shape(element):
    """Name, attributes, text and children, all the way down."""
    children = [child for child in element if child.tag != _SIGNATURE]
    texts = [element.text, *(child.tail for child in element)]
    text = "".join(part.strip() for part in texts if part)
    return (
        element.tag,
        sorted(element.attrib.items()),
        text,
        [_shape(child) for child in children],
    )


def _check_validity(certificate, now):
    if now < certificate.not_before:
        raise SignatureError("not_yet_valid_certificate")
    if now >= certificate.not_after:
        raise SignatureError("expired_certificate")


def _decode(text):
    try:
        return base64.b64decode(text or "")
    except ValueError:
        return b""
