"""The limits declared in the model are the schema's own, to the last character."""

from datetime import timedelta
from decimal import Decimal

import pytest
from fa3_judges import SCHEMA
from fa3_strategies import fullest

from ksef_api.fa3 import check, values, write
from ksef_api.fa3.declare import Form, is_given, specs_of


def fields_of(document, found):
    """Where each single value of a document stands: {(class, name): (owner, ...)}."""
    for name, spec in specs_of(type(document)):
        value = getattr(document, name)
        if not is_given(value) or spec.form in (Form.NAMED, Form.DERIVED):
            continue
        inner = value[0] if spec.form is Form.REPEATED else value
        if spec.is_model:
            fields_of(inner, found)
        elif spec.form is Form.ELEMENT:
            found.setdefault((type(document), name), (document, name, spec))
    return found


def beyond(kind):
    """A value just beyond what the kind allows, and the code to be told."""
    if isinstance(kind, values.Text) and kind.longest and not kind.pattern:
        return "ż" * (kind.longest + 1), "too_long"
    if isinstance(kind, values.Number) and kind.highest is None:
        return Decimal(10) ** kind.whole, "digits"
    if isinstance(kind, values.Number):
        return kind.highest + 1, "too_large"
    if isinstance(kind, (values.Day, values.Moment)):
        return kind.first - timedelta(days=1), "too_small"
    if isinstance(kind, values.Text) and kind.pattern:
        return "???", "pattern"
    return None


def limited_fields():
    found = {}
    for turn in range(60):
        document = fullest(turn)
        for key, place in fields_of(document, {}).items():
            found.setdefault(key, (document, *place))
    return [
        pytest.param(*place, id=f"{cls.__name__}.{name}")
        for (cls, name), place in found.items()
        if beyond(place[-1].kind)
    ]


@pytest.mark.parametrize(("document", "owner", "name", "spec"), limited_fields())
def test_one_step_beyond_the_limit_is_refused_here_and_by_the_schema(
    document, owner, name, spec
):
    value, code = beyond(spec.kind)
    kept = getattr(owner, name)
    setattr(owner, name, value)
    try:
        ours, theirs = check(document), SCHEMA.validate(write(document))
    finally:
        setattr(owner, name, kept)
    # the same owner may stand in the document more than once
    assert {(fault.element, fault.code) for fault in ours} == {(spec.tag, code)}
    assert {fault.element for fault in theirs} == {spec.tag}
    assert ours[0].path == theirs[0].path
    assert len(ours) == len(theirs)
