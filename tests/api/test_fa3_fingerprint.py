"""A schema is known by what it prescribes, not by how it is laid out."""

import pytest

from ksef_api.errors import DocumentError
from ksef_api.fa3.fingerprint import fingerprint

SCHEMA = b"""<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">
    <xsd:include schemaLocation="http://example.org/types.xsd"/>
    <xsd:simpleType name="T">
        <xsd:annotation>
            <xsd:documentation>What it is</xsd:documentation>
        </xsd:annotation>
        <xsd:restriction base="xsd:string"><xsd:maxLength value="5"/></xsd:restriction>
    </xsd:simpleType>
</xsd:schema>"""


@pytest.mark.parametrize(
    "old, new",
    [
        (b"\n", b"\r\n"),
        (b"    ", b"\t"),
        (b"http://example.org/types.xsd", b"types.xsd"),
        (b"What it is", b"What it is  "),
        (b"<xsd:include", b"<!-- see there --><xsd:include"),
    ],
)
def test_layout_does_not_count(old, new):
    assert SCHEMA.replace(old, new) != SCHEMA
    assert fingerprint(SCHEMA.replace(old, new)) == fingerprint(SCHEMA)


@pytest.mark.parametrize("old, new", [(b'"5"', b'"6"'), (b'"T"', b'"U"')])
def test_rules_count(old, new):
    assert fingerprint(SCHEMA.replace(old, new)) != fingerprint(SCHEMA)


def test_what_is_no_xml_has_none():
    with pytest.raises(DocumentError):
        fingerprint(b"<html>not found")
