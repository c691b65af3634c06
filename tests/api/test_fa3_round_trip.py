"""Nothing is lost between a document and its XML, over the whole of FA(3)."""

import pytest
from fa3_judges import (
    SCHEMA,
    element_paths,
    schema_file,
    schema_paths,
)
from fa3_strategies import documents, fullest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from ksef_api.fa3 import check, read, write

# A whole invoice is a large thing to draw.
drawn = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=HealthCheck
)
TURNS = range(60)  # as many as the longest code list and nested choices need


@drawn
@given(documents())
def test_any_document_reads_back_as_it_was_written(document):
    result = read(write(document))
    assert result.document == document
    assert result.unknown == []


@drawn
@given(documents())
def test_what_the_declarations_allow_the_schema_allows(document):
    assert check(document) == []
    assert SCHEMA.validate(write(document)) == []


@pytest.mark.parametrize("turn", TURNS)
def test_a_document_with_every_field_reads_back(turn):
    document = fullest(turn)
    result = read(write(document))
    assert result.document == document
    assert result.unknown == []
    assert check(document) == []


@pytest.mark.parametrize("turn", TURNS)
def test_a_document_with_every_field_passes_the_schema(turn):
    assert SCHEMA.validate(write(fullest(turn))) == []


def test_the_model_has_every_element_of_the_schema_and_no_other():
    written = set()
    for turn in TURNS:
        written |= element_paths(etree.fromstring(write(fullest(turn))))
    allowed = schema_paths(schema_file())
    assert written == allowed
    print(f"\n{len(allowed)} element paths of FA(3), all written")
