"""Which schema a file is, whoever gives it and however it is laid out."""

import hashlib

from lxml import etree

from .. import safe_xml

_ANNOTATION = "{http://www.w3.org/2001/XMLSchema}annotation"


def fingerprint(content: bytes) -> str:
    """SHA-256 of what a schema prescribes, in hexadecimal.

    Line ends, blanks, comments, explanations and the places of imported files do not
    count: those who pass the Ministry's schemas on change them.

    :raises DocumentError: as `safe_xml.parse`
    """
    root = safe_xml.parse(content)
    for annotation in root.findall(f".//{_ANNOTATION}"):
        annotation.getparent().remove(annotation)
    for element in root.iter(etree.Element):
        element.attrib.pop("schemaLocation", None)
        element.text = (element.text or "").strip() or None
        element.tail = None
    canonical = etree.tostring(root, method="c14n", with_comments=False)
    return hashlib.sha256(canonical).hexdigest()
