"""What a signature covers: every `ds:Reference` is looked at before it is followed.

A reference that leads out of the file would make `xmlsec` read files or the network, an
XPath of the signer's choice could leave everything out: both are refused by name.
"""

from .errors import SignatureError
from .xml_names import (
    BASE64,
    C14N,
    DS,
    ENVELOPED,
    NS,
    SIGNED_PROPERTIES_TYPE,
    XPATH,
    XPATH_FILTER2,
)

_WHOLE_DOCUMENT = ("", "#xpointer(/)")
# The ways to say "the document without its signature", prefixes replaced by "ds".
_NOT_SIGNATURE = "not(ancestor-or-self::ds:Signature)"
_SUBTRACTED = ("/descendant::ds:Signature", "//ds:Signature")


def check_references(signature, carrier, properties) -> None:
    """Make sure that the carrier of the request and the signed properties are covered.

    :param carrier: the document's root (enveloped) or the `ds:Object` (enveloping)
    :param properties: the `xades:SignedProperties` that were read
    :raises SignatureError: "detached", "not_xades", "transform"
    """
    covered = []
    for reference in signature.iterfind("ds:SignedInfo/ds:Reference", NS):
        target = _target(signature, reference)
        _check_type(reference, target, properties)
        for transform in reference.iterfind("ds:Transforms/ds:Transform", NS):
            if not _is_allowed(transform, target, signature, carrier):
                raise SignatureError("transform", transform.get("Algorithm", ""))
        covered.append(target)
    if covered.count(properties) != 1:
        raise SignatureError("not_xades")
    if covered.count(carrier) != 1:
        raise SignatureError("detached")


def _target(signature, reference):
    """The element a reference leads to; it must be the request's or the signature's."""
    uri = reference.get("URI")
    if uri in _WHOLE_DOCUMENT:
        return signature.getroottree().getroot()
    if not uri or not uri.startswith("#"):
        raise SignatureError("detached")
    for element in signature.iter("*"):
        if element.get("Id") == uri[1:]:
            return element
    raise SignatureError("detached")


def _check_type(reference, target, properties):
    claimed = reference.get("Type") == SIGNED_PROPERTIES_TYPE
    if claimed is not (target is properties):
        raise SignatureError("not_xades")


def _is_allowed(transform, target, signature, carrier):
    algorithm = transform.get("Algorithm")
    if algorithm in C14N:
        return True
    if target is not carrier:
        return False
    if carrier is signature.getparent():  # enveloped
        return algorithm == ENVELOPED or _leaves_out_signature(transform)
    return algorithm == BASE64 and not len(carrier)


def _leaves_out_signature(transform):
    algorithm = transform.get("Algorithm")
    if len(transform) != 1:
        return False
    xpath = transform[0]
    if algorithm == XPATH:
        return _expression(xpath) == _NOT_SIGNATURE
    if algorithm == XPATH_FILTER2:
        subtracts = xpath.get("Filter") == "subtract"
        return subtracts and _expression(xpath) in _SUBTRACTED
    return False


def _expression(xpath):
    """The expression without white space, with `ds` for the prefix of XML Signature."""
    text = "".join((xpath.text or "").split())
    for prefix, namespace in xpath.nsmap.items():
        if prefix and namespace == DS:
            text = text.replace(f"::{prefix}:", "::ds:").replace(
                f"//{prefix}:", "//ds:"
            )
        elif prefix == "ds":
            return ""  # a foreign "ds" would make the comparison lie
    return text
