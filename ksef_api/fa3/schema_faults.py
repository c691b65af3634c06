"""What libxml2 says against a document, as faults."""

import re

from lxml import etree

from .declare import Form, model, specs_of
from .faults import Fault
from .model import Invoice
from .names import LINE_NUMBERS, path_of

_CODES = {
    "SCHEMAV_CVC_MAXLENGTH_VALID": "too_long",
    "SCHEMAV_CVC_MINLENGTH_VALID": "too_short",
    "SCHEMAV_CVC_LENGTH_VALID": "too_long",
    "SCHEMAV_CVC_PATTERN_VALID": "pattern",
    "SCHEMAV_CVC_ENUMERATION_VALID": "enumeration",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "digits",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "digits",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "too_small",
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": "too_small",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "too_large",
    "SCHEMAV_CVC_MAXEXCLUSIVE_VALID": "too_large",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "missing",  # an attribute
}
_SIZES = ("too_long", "too_short", "digits")
_BOUNDS = ("too_small", "too_large")


def fault_of(root, entry):
    """One entry of a schema's error log about the document of `root`."""
    element = _element_at(root, entry.path)
    path, name = path_of(element), etree.QName(element).localname
    code, value = _CODES.get(entry.type_name, "other"), None
    if entry.type_name == "SCHEMAV_ELEMENT_CONTENT":
        return _content_fault(element, path, name, entry.message)
    if not len(element):
        value = (element.text or "")[:100]
        if code == "other" and "DATATYPE" in entry.type_name:
            code = "type"
    return Fault(
        path, name, _line_number(element), code, _limit(code, entry.message), value
    )


def _element_at(root, path):
    """The element of a path that libxml2 made; the root when it cannot be followed."""
    prefixes = {}
    if path and ":" in path:  # foreign elements, or a document that uses prefixes
        for item in root.iter("*"):
            prefixes.setdefault(item.prefix or "", item.nsmap[item.prefix])
        prefixes.pop("", None)
    try:
        return root.xpath(path, namespaces=prefixes)[0]
    except (etree.XPathError, IndexError, TypeError):
        return root


def _content_fault(element, path, name, message):
    expected = re.findall(r"\}([\w.-]+)", message.partition("Expected is")[2])
    line = _line_number(element)
    if "Missing child" in message:
        missing = expected[0] if expected else name
        return Fault(path, missing, line, "missing", tuple(expected))
    missing = _missing_before(element) or (expected if len(expected) == 1 else ())
    if missing:
        path = path_of(element.getparent())
        return Fault(path, missing[0], line, "missing", tuple(missing))
    return Fault(path, name, line, "not_allowed", tuple(expected))


def _missing_before(element):
    """Required elements that belong before this one and are not there.

    libxml2 says no more than that the element is not expected, and lists ten at most of
    those that are.
    """
    parent = element.getparent()
    there = {etree.QName(child).localname for child in parent.iterchildren("*")}
    before = []
    for _name, spec in specs_of(_class_of(parent)):
        if spec.tag == etree.QName(element).localname:
            return before
        if spec.required and spec.tag not in there:
            before.append(spec.tag)
    return []


def _class_of(element):
    """The model class of an element; `_Unknown` when it has none."""
    parent = element.getparent()
    if parent is None:
        return Invoice
    return _inside(_class_of(parent)).get(etree.QName(element).localname, _Unknown)


def _inside(cls):
    """{tag: model class} of what may stand in an element of a model class."""
    inside = {}
    for _name, spec in specs_of(cls):
        if spec.form is Form.INLINE:
            inside.update(_inside(spec.kind))
        elif spec.is_model:
            inside[spec.tag] = spec.kind
    return inside


@model()
class _Unknown:
    """An element that the model does not have."""


def _limit(code, message):
    """The limit in libxml2's sentence: what stands last in quotes."""
    quoted = re.findall(r"'([^']*)'", message.partition("[facet")[2])
    if code in _SIZES and quoted and quoted[-1].isdigit():
        return int(quoted[-1])
    return quoted[-1] if code in _BOUNDS and quoted else None


def _line_number(element):
    for item in (element, *element.iterancestors()):
        number = LINE_NUMBERS.get(etree.QName(item).localname)
        if number:
            text = item.findtext(f"{{*}}{number}") or ""
            return int(text) if text.isdigit() and text.isascii() else None
    return None
