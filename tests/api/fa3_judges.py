"""Judges of FA(3) in tests: the Ministry's schema and samples, canonical XML."""

import importlib.util
from pathlib import Path

import pytest
from lxml import etree

from ksef_api.fa3 import find_schema

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "ksef"
SCHEMA = find_schema(SHARED / "xsd")
SAMPLES = sorted((SHARED / "samples").glob("*.xml"))

needs_schema = pytest.mark.skipif(
    SCHEMA is None, reason="no FA(3) schema: neither ../shared nor ksef-client"
)
needs_samples = pytest.mark.skipif(
    not SAMPLES, reason=f"no sample invoices in {SHARED / 'samples'}"
)
needs_ksef_client = pytest.mark.skipif(
    importlib.util.find_spec("ksef_client") is None, reason="ksef-client not installed"
)


def canonical(xml):
    """Canonical form without layout, comments and unused namespaces."""
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
    root = etree.fromstring(xml, parser)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, method="c14n")


def element_paths(root):
    """All paths of element names in a document, the root left out."""
    return {_path(item) for item in root.iterdescendants("*")}


def _path(item):
    names = [etree.QName(item).localname]
    names += [etree.QName(above).localname for above in item.iterancestors()]
    return "/".join(names[-2::-1])


_XSD = "{http://www.w3.org/2001/XMLSchema}"


def schema_paths(xsd):
    """All paths of element names that a schema allows, the root left out."""
    root = etree.fromstring(xsd)
    named = {item.get("name"): item for item in root if item.tag != _XSD + "element"}
    paths = set()

    def walk(node, path):
        for item in node:
            if item.tag == _XSD + "element":
                inner = f"{path}/{item.get('name')}".lstrip("/")
                paths.add(inner)
                walk(item, inner)
                follow(item.get("type"), inner)
            elif item.tag != _XSD + "simpleType":
                follow(item.get("base"), path)
                walk(item, path)

    def follow(name, path):
        target = named.get((name or "").removeprefix("tns:"))
        if target is not None and target.tag == _XSD + "complexType":
            walk(target, path)

    walk(root.find(_XSD + "element"), "")
    return paths


def schema_file():
    """The FA(3) schema as bytes."""
    folders = [SHARED / "xsd"]
    found = importlib.util.find_spec("ksef_client")
    if found:
        home = Path(found.submodule_search_locations[0])
        folders.append(home / "documents" / "fa3" / "schemas")
    name = "schemat_FA(3)_v1-0E.xsd"
    return next(path for f in folders if (path := f / name).exists()).read_bytes()
