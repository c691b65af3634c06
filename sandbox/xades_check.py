"""Verifies XAdES signatures, with `signxml`: the add-on signs with another library."""

import base64
import copy
import hashlib
import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidInput, SignXMLException
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

from . import auth_request
from .auth_request import DS
from .errors import BadRequest
from .schemas import PARSER_OPTIONS

SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
NAMESPACES = {"ds": DS, "xades": "http://uri.etsi.org/01903/v1.3.2#"}
LONGEST = 1_000_000
SMALLEST_RSA, SMALLEST_EC = 2048, 256
ENVELOPED = f"{DS}enveloped-signature"
TRANSFORMS = {
    ENVELOPED,
    f"{DS}base64",
    *(c14n.value for c14n in CanonicalizationMethod),
}
# Algorithm -> the expression that is taken, without prefixes and spaces
LEAVES_SIGNATURE_OUT = {
    "http://www.w3.org/TR/1999/REC-xpath-19991116": "not(ancestor-or-self::Signature)",
    "http://www.w3.org/2002/06/xmldsig-filter2": "/descendant::Signature",
}
METHODS = frozenset(m for m in SignatureMethod if "HMAC" not in m.name)


@dataclass
class Signed:
    """A request whose signature holds, and who signed it."""

    request: auth_request.AuthRequest
    certificate: x509.Certificate
    document_hash: str


def verify(content):
    """Check a signed AuthTokenRequest, and read what the signature covers.

    :raises BadRequest: 21001 unreadable, 21217 encoding, 9101 wrong document, 9102 no
        signature, 9103 several, 9105 does not hold, 21115 certificate, 21401 schema
    """
    root = _parse(content)
    signatures = list(root.iter(f"{{{DS}}}Signature"))
    if not signatures:
        raise BadRequest(9102)
    if len(signatures) > 1:
        raise BadRequest(9103)
    signature = signatures[0]
    requests = [e for e in root.iter(etree.Element) if auth_request.is_request(e)]
    is_enveloped = auth_request.is_request(root) and signature.getparent() is root
    is_enveloping = root is signature
    if not is_enveloped and not is_enveloping or len(requests) > 1:
        raise BadRequest(9101, "Oczekiwano podpisu otaczanego lub otaczającego.")
    certificate = _certificate(signature)
    covered = _covered(content, signature, certificate)
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return Signed(auth_request.read(covered), certificate, digest)


def _parse(content):
    if len(content) > LONGEST:
        raise BadRequest(21001, "Dokument jest za duży.")
    declared = re.match(rb"""<\?xml[^>]*encoding=["']([^"']+)""", content)
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8"):
        raise BadRequest(21217)
    try:
        content.decode()
        root = etree.fromstring(content, etree.XMLParser(**PARSER_OPTIONS))
    except UnicodeDecodeError as error:
        raise BadRequest(21217) from error
    except etree.XMLSyntaxError as error:
        raise BadRequest(21001, str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise BadRequest(9101, "DOCTYPE jest niedozwolone.")
    return root


def _certificate(signature):
    """The signer's certificate: the first in KeyInfo."""
    found = []
    for text in signature.xpath(
        "ds:KeyInfo/ds:X509Data/ds:X509Certificate/text()", namespaces=NAMESPACES
    ):
        try:
            found.append(x509.load_der_x509_certificate(base64.b64decode(text)))
        except ValueError as error:
            raise BadRequest(21115) from error
    if not found:
        raise BadRequest(21115, "Brak certyfikatu w KeyInfo.")
    key = _public_key(found[0])
    is_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA
    is_ec = isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= SMALLEST_EC
    if not is_rsa and not is_ec:
        raise BadRequest(21115, "Niedozwolony rodzaj lub długość klucza.")
    return found[0]


def _public_key(certificate):
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadRequest(21115) from error


def _covered(content, signature, certificate):
    """The AuthTokenRequest out of the bytes that were signed."""
    types = signature.xpath("ds:SignedInfo/ds:Reference/@Type", namespaces=NAMESPACES)
    if types.count(SIGNED_PROPERTIES) != 1:
        raise BadRequest(9105, "Brak odwołania do SignedProperties.")
    for signed in _verified(content, certificate):
        if signed.signed_xml is None:
            continue
        for element in signed.signed_xml.iter(etree.Element):
            if auth_request.is_request(element):
                return element
    raise BadRequest(9105, "Podpis nie obejmuje dokumentu AuthTokenRequest.")


class Verifier(XAdESVerifier):
    """Knows two more ways to say that the signature itself is left out."""

    def _apply_transforms(self, payload, *, transforms_node, signature):
        if transforms_node is not None:
            transforms_node = copy.deepcopy(transforms_node)
            for transform in transforms_node:
                _simplify(transform)
        return super()._apply_transforms(
            payload, transforms_node=transforms_node, signature=signature
        )


def _simplify(transform):
    """Turn an XPath that leaves the signature out into `enveloped-signature`.

    :raises InvalidInput: a transform that KSeF does not take; `signxml` would pass it
        over
    """
    algorithm = transform.get("Algorithm")
    expression = re.sub(r"\s|\w+:(?=Signature)", "", "".join(transform.itertext()))
    if LEAVES_SIGNATURE_OUT.get(algorithm) == expression:
        transform.set("Algorithm", ENVELOPED)
    elif algorithm not in TRANSFORMS:
        raise InvalidInput(f"Transform {algorithm} is not allowed")


def _verified(content, certificate):
    """What the references of the signature cover.

    Whether the certificate is in time is not a fault of the signature: it is judged
    later, by the sandbox's own clock.
    """
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    config = XAdESSignatureConfiguration(
        expect_references=True,
        signature_methods=METHODS,
        digest_algorithms=frozenset(DigestAlgorithm),
        verification_time=begin + (end - begin) / 2,
        # What XML-DSig says when a reference names none.
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        return Verifier().verify(content, x509_cert=certificate, expect_config=config)
    except (
        SignXMLException,
        etree.LxmlError,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        raise BadRequest(9105, str(error)) from error
