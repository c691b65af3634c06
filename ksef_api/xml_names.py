"""Names of XML Signature and XAdES, and which of them KSeF takes (podpis-xades.md)."""

AUTH_NS = "http://ksef.mf.gov.pl/auth/token/2.1"
AUTH_NAMESPACES = (AUTH_NS, "http://ksef.mf.gov.pl/auth/token/2.0")
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
SIGNED_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
NS = {"ds": DS, "xades": XADES}

SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
BASE64 = DS + "base64"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
C14N = frozenset(
    base + comments
    for base, comments in (
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", ""),
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "#WithComments"),
        ("http://www.w3.org/2006/12/xml-c14n11", ""),
        ("http://www.w3.org/2006/12/xml-c14n11", "#WithComments"),
        (EXC_C14N, ""),
        (EXC_C14N, "WithComments"),
    )
)

_MORE, _MORE_2007 = (
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2007/05/xmldsig-more#",
)
_MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"
RSA_SHA256, ECDSA_SHA256 = _MORE + "rsa-sha256", _MORE + "ecdsa-sha256"

# Digest methods by address, with the name `hashlib` has for them.
DIGESTS = {
    DS + "sha1": "sha1",
    SHA256: "sha256",
    _MORE + "sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    _MORE_2007 + "sha3-256": "sha3_256",
    _MORE_2007 + "sha3-384": "sha3_384",
    _MORE_2007 + "sha3-512": "sha3_512",
}
SIGNATURES = frozenset(
    [DS + "rsa-sha1"]
    + [f"{_MORE}rsa-{name}" for name in ("sha256", "sha384", "sha512")]
    + [f"{_MORE}ecdsa-{name}" for name in ("sha1", "sha256", "sha384", "sha512")]
    + [f"{_MORE_2021}ecdsa-sha3-{bits}" for bits in (256, 384, 512)]
    + [f"{_MORE_2007}{name}-rsa-MGF1" for name in ("sha1", "sha256", "sha384")]
    + [f"{_MORE_2007}sha512-rsa-MGF1"]
    + [f"{_MORE_2007}sha3-{bits}-rsa-MGF1" for bits in (256, 384, 512)]
)
