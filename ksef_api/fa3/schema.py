"""Checking a document against the Ministry's schema, where the schema can be had."""

import importlib.util
import re
import threading
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import etree

from .. import safe_xml
from ..errors import DocumentError
from .declare import Form, model, specs_of
from .faults import Fault
from .model import Invoice
from .names import FA3, LINE_NUMBERS, path_of

MAX_FAULTS = 100
_XSD = "{http://www.w3.org/2001/XMLSchema}schema"

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


class _Beside(etree.Resolver):
    """Finds what a schema imports, by file name, among the files given; only there."""

    def __init__(self, files):
        self.files = files

    def resolve(self, url, public_id, context):
        name = unquote(urlsplit(url).path).rpartition("/")[2]
        if name not in self.files:
            raise DocumentError("schema_part", name)
        return self.resolve_string(self.files[name], context, base_url=name)


class Schema:
    """A compiled schema."""

    def __init__(self, compiled):
        self._compiled = compiled
        # lxml keeps the errors of a validation on the schema object
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path, namespace=FA3):
        """Load a schema and compile it, once in a process.

        :param path: its file, or the folder with it; what it imports is beside it
        :param namespace: the schema's target namespace
        :raises DocumentError: as `from_files`
        """
        path = Path(path)
        folder = path.parent if path.is_file() else path
        files = {file.name: file.read_bytes() for file in folder.glob("*.xsd")}
        return cls.from_files(files, namespace)

    @classmethod
    def from_files(cls, files, namespace=FA3):
        """Compile a schema, once in a process, without network.

        :param files: {file name: content} of the schema and all that it imports
        :param namespace: the schema's target namespace
        :raises DocumentError: "no_schema" when none is for the namespace; "bad_schema",
            also when a file that it imports is not there
        """
        return _compile(tuple(sorted(files.items())), namespace)

    def validate(self, xml: bytes) -> list[Fault]:
        """Check a document; no fault found is an empty list, at most `MAX_FAULTS`.

        :raises DocumentError: when it is not well-formed XML
        """
        root = safe_xml.parse(xml)
        with self._lock:
            self._compiled.validate(root)
            entries = list(self._compiled.error_log)
        faults, seen = [], set()
        for entry in entries:
            # After "too long" libxml2 says "not a valid value" of the same element.
            if entry.path in seen:
                continue
            seen.add(entry.path)
            faults.append(_fault(root, entry))
            if len(faults) == MAX_FAULTS:
                break
        return faults


def find_schema(path=None):
    """The FA(3) schema from a folder, or from the `ksef-client` package's own copy.

    :param path: folder or file to look in first, or None
    :return: `Schema`, or None when it is not to be had
    """
    for place in filter(None, (path, _ksef_client_folder())):
        try:
            return Schema.load(place)
        except DocumentError:
            continue
    return None


def _ksef_client_folder():
    spec = importlib.util.find_spec("ksef_client")
    places = spec and spec.submodule_search_locations
    return Path(places[0], "documents", "fa3", "schemas") if places else None


@lru_cache(maxsize=8)
def _compile(items, namespace):
    files = dict(items)
    try:
        for name in files:
            parser = etree.XMLParser(no_network=True, resolve_entities=False)
            parser.resolvers.add(_Beside(files))
            root = etree.fromstring(files[name], parser, base_url=name)
            if root.tag == _XSD and root.get("targetNamespace") == namespace:
                return Schema(etree.XMLSchema(root))
    except (etree.LxmlError, DocumentError) as error:
        raise DocumentError("bad_schema", str(error)[:300]) from None
    raise DocumentError("no_schema", namespace)


def _fault(root, entry):
    found = root.xpath(entry.path) if entry.path else []
    element = found[0] if found else root
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


def _content_fault(element, path, name, message):
    expected = re.findall(r"\}([\w.-]+)", message.partition("Expected is")[2])
    line = _line_number(element)
    if "Missing child" in message:
        return Fault(path, expected[0], line, "missing", tuple(expected))
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
