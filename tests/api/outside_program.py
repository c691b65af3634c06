"""Signs as programs of trust providers do, in every layout, and as attackers would."""

import base64
import hashlib
from datetime import UTC, datetime

import xmlsec
from lxml import etree

from ksef_api.xml_names import (
    BASE64,
    DIGESTS,
    DS,
    ECDSA_SHA256,
    ENVELOPED,
    EXC_C14N,
    RSA_SHA256,
    SHA256,
    SIGNED_PROPERTIES_TYPE,
    XADES,
    XPATH,
    XPATH_FILTER2,
)

NOT_SIGNATURE = (
    f'<ds:Transform Algorithm="{XPATH}">'
    "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"
)
SUBTRACT = (
    f'<ds:Transform Algorithm="{XPATH_FILTER2}"><f:XPath xmlns:f="{XPATH_FILTER2}" '
    'Filter="subtract">/descendant::ds:Signature</f:XPath></ds:Transform>'
)


def transform(algorithm):
    """A transform without parameters."""
    return f'<ds:Transform Algorithm="{algorithm}"/>'


def reference(uri, *transforms, kind=None, digest=SHA256):
    """A reference for `xmlsec` to fill in."""
    attributes = "" if uri is None else f' URI="{uri}"'
    attributes += f' Type="{kind}"' if kind else ""
    listed = "".join(transforms)
    return (
        f"<ds:Reference{attributes}>"
        + (f"<ds:Transforms>{listed}</ds:Transforms>" if listed else "")
        + f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference>'
    )


PROPERTIES = reference("#props", transform(EXC_C14N), kind=SIGNED_PROPERTIES_TYPE)
WHOLE = reference("", transform(ENVELOPED), transform(EXC_C14N))


def signature_xml(
    certificate,
    references=WHOLE + PROPERTIES,
    objects="",
    named=None,
    version="",
    digest=SHA256,
    certificates=None,
    c14n=EXC_C14N,
    method=None,
):
    """An unfilled signature.

    :param named: the certificate that SigningCertificate names, if another
    :param version: "V2" for SigningCertificateV2
    :param certificates: those in KeyInfo, if others
    """
    method = method or {"rsa": RSA_SHA256, "ec": ECDSA_SHA256}[certificate.key_type]
    der = (named or certificate).certificate_der
    value = base64.b64encode(hashlib.new(DIGESTS[digest], der).digest()).decode()
    listed = "".join(
        f"<ds:X509Certificate>{item.certificate_b64}</ds:X509Certificate>"
        for item in ([certificate] if certificates is None else certificates)
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="sig"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/>{references}</ds:SignedInfo>'
        "<ds:SignatureValue/>"
        f"<ds:KeyInfo><ds:X509Data>{listed}</ds:X509Data></ds:KeyInfo>{objects}"
        f'<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#sig">'
        '<xades:SignedProperties Id="props"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{now}</xades:SigningTime>"
        f"<xades:SigningCertificate{version}><xades:Cert><xades:CertDigest>"
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue>{value}'
        "</ds:DigestValue></xades:CertDigest></xades:Cert>"
        f"</xades:SigningCertificate{version}></xades:SignedSignatureProperties>"
        "</xades:SignedProperties></xades:QualifyingProperties></ds:Object>"
        "</ds:Signature>"
    )


def fill(root, certificate):
    """Let `xmlsec` compute digests and signature; returns the document's bytes."""
    signature = next(root.iter(f"{{{DS}}}Signature"))
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        certificate.key_pem(), xmlsec.constants.KeyDataFormatPem
    )
    context.sign(signature)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def enveloped(request, certificate, **options):
    """The signature inside the request, on a line of its own."""
    root = etree.fromstring(request)
    root[-1].tail = (root[-1].tail or "") + "\n"
    root.append(etree.fromstring(signature_xml(certificate, **options)))
    return fill(root, certificate)


def enveloping(request, certificate, packed=False, uri="#request", extra="", step=None):
    """The request inside the signature, as XML or (`packed`) in base64."""
    if packed:
        content = base64.b64encode(request).decode()
    else:
        content = etree.tostring(etree.fromstring(request)).decode()
    step = step or transform(BASE64 if packed else EXC_C14N)
    objects = f'<ds:Object Id="request">{content}</ds:Object>{extra}'
    root = etree.fromstring(
        signature_xml(
            certificate, references=reference(uri, step) + PROPERTIES, objects=objects
        )
    )
    return fill(root, certificate)
