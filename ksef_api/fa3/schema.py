"""Checking a document against the Ministry's schema, where the schema can be had."""

import importlib.util
import threading
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import etree

from .. import safe_xml
from ..errors import DocumentError
from .faults import Fault
from .names import FA3
from .schema_faults import fault_of

MAX_FAULTS = 100
_XSD = "{http://www.w3.org/2001/XMLSchema}schema"


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
            faults.append(fault_of(root, entry))
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
