"""The one way hostile XML is read: no DTD, no entities, no network, a size limit."""

from lxml import etree

from .errors import DocumentError

MAX_BYTES = 10_000_000
# libxml2 itself bounds depth and growth of entities; huge_tree would lift that. Threads
# take turns with it; making one for each document costs a small one a tenth.
PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
)


def parse(data: bytes, max_bytes: int = MAX_BYTES):
    """Parse XML bytes and return the root element.

    :param data: the document as it came
    :param max_bytes: refuse anything longer, before parsing
    :raises DocumentError: "too_large", "not_xml", "entities" (there is a document type
        declaration, the home of entity bombs and external references), "too_deep"
    """
    if len(data) > max_bytes:
        raise DocumentError("too_large", f"{len(data)} > {max_bytes} bytes")
    try:
        root = etree.fromstring(data, PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(_reason(error), str(error)[:300]) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError("entities")
    return root


def _reason(error):
    text = str(error).lower()
    if "entit" in text and "entityref:" not in text:  # "EntityRef:" is a bare "&"
        return "entities"
    return "too_deep" if "depth" in text else "not_xml"


def local_name(element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname
