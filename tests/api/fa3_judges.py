"""Judges of FA(3) in tests: the Ministry's schema, canonical XML."""

from lxml import etree

from ksef_api.fa3 import Schema
from tools import references

SCHEMA = Schema.load(references.schemas())


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
    return (references.schemas() / "schemat_FA(3)_v1-0E.xsd").read_bytes()
