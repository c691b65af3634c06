"""FA(3) documents drawn from the model's own declarations.

`documents()` is for hypothesis; `fullest(n)` fills every field there is, taking the
n-th of each choice, so that a few of them go through the whole schema.
"""

import re
from datetime import timezone

from hypothesis import strategies as st

from ksef_api.fa3 import values
from ksef_api.fa3.declare import Choice, Form, rules_of, specs_of
from ksef_api.fa3.model import Invoice

COUNTRIES = ("PL", "DE", "US", "CZ")
CURRENCIES = ("PLN", "EUR", "USD")
SILENT = (Form.DERIVED, Form.CONSTANT, Form.LEGACY)


def documents():
    """Whole invoices that keep every declared limit."""
    return model(Invoice)


@st.composite
def model(draw, cls):
    """An instance of a model class that keeps its rules."""
    forced = draw(_presence(cls))
    drawn = {}
    for name, spec in specs_of(cls):
        if spec.form in SILENT:
            continue
        wanted = forced.get(name)
        if wanted is None and not spec.required:
            wanted = draw(st.sampled_from((False, False, True)))
        drawn[name] = draw(_content(spec, spec.required or wanted))
    return cls(**{name: value for name, value in drawn.items() if value is not None})


@st.composite
def _presence(draw, cls):
    """Which of the fields that rules speak of are there: {name: bool}."""
    forced = {}
    for rule in rules_of(cls):
        if isinstance(rule, Choice):
            nobody = () if rule.required else (None,)
            chosen = draw(st.sampled_from(nobody + rule.fields))
            forced.update({name: name == chosen for name in rule.fields})
    for rule in rules_of(cls):
        if not isinstance(rule, Choice):
            known = [forced[name] for name in rule.fields if name in forced]
            there = known[0] if known else draw(st.booleans())
            forced.update(dict.fromkeys(rule.fields, there))
            extra = there and draw(st.booleans())
            forced.update(dict.fromkeys(rule.extras, extra))
    return forced


def _content(spec, wanted):
    """A field's value, None for one that is left to its default."""
    if spec.kind is values.YES_NO:
        return st.booleans()
    if spec.form is Form.REPEATED:
        lowest = max(spec.at_least, 1 if wanted else 0)
        highest = min(spec.at_most, 2) if wanted else lowest
        return st.lists(_one(spec), min_size=lowest, max_size=highest)
    return _one(spec) if wanted else st.none()


def _one(spec):
    if spec.form is Form.NAMED:
        return st.sampled_from(list(spec.kind))
    return model(spec.kind) if spec.is_model else value(spec.kind)


def value(kind):
    """Values that a kind can hold."""
    if kind is values.COUNTRY:
        return st.sampled_from(COUNTRIES)
    if kind is values.CURRENCY:
        return st.sampled_from(CURRENCIES)
    if kind is values.MARK:
        return st.just(True)
    return _BY_TYPE[type(kind)](kind).filter(lambda value: kind.fault(value) is None)


def _text(kind):
    if kind.pattern:
        return st.from_regex(re.compile(kind.pattern, re.ASCII), fullmatch=True)
    longest = kind.longest or 50
    short = st.text(min_size=kind.shortest, max_size=min(longest, kind.shortest + 8))
    return st.one_of(short, st.just("ż" * longest))


def _number(kind):
    bound = 10**kind.whole - 1
    lowest = -bound if kind.lowest is None else kind.lowest
    highest = bound if kind.highest is None else kind.highest
    return st.integers(0, kind.fraction).flatmap(
        lambda places: st.decimals(lowest, highest, allow_nan=False, places=places)
    )


_BY_TYPE = {
    values.Text: _text,
    values.Number: _number,
    values.Whole: lambda kind: st.integers(
        kind.lowest, 10**kind.digits - 1 if kind.digits else None
    ),
    values.Day: lambda kind: st.dates(kind.first, kind.last),
    values.Moment: lambda kind: st.datetimes(
        kind.first.replace(tzinfo=None),
        kind.last.replace(tzinfo=None),
        timezones=st.just(timezone.utc),
    ),
    values.Code: lambda kind: st.sampled_from(list(kind.enum)),
    values.Choice12: lambda kind: st.booleans(),
}


def fullest(turn):
    """An invoice with every field filled; of choices the one whose turn it is."""
    return _fullest(Invoice, turn)


def _fullest(cls, turn):
    left_out = _left_out(cls, turn)
    alternatives = [_alternatives(r) for r in rules_of(cls) if isinstance(r, Choice)]
    # what is inside takes the next turn when this has had all of its own
    inner = turn // max(map(len, alternatives), default=1)
    filled = {}
    for name, spec in specs_of(cls):
        if name not in left_out and spec.form not in SILENT:
            one = _example(spec, inner if spec.is_model else turn)
            repeated = spec.form is Form.REPEATED
            filled[name] = [one] * min(2, spec.at_most) if repeated else one
    return cls(**filled)


def _alternatives(rule):
    return rule.fields if rule.required else (*rule.fields, None)


def _left_out(cls, turn):
    names = set()
    for _name, spec in specs_of(cls):
        if spec.form is Form.DERIVED and not spec.expected and turn % 7 == 5:
            names.update(spec.fields)  # the turn of "there is none"
    for rule in rules_of(cls):
        if isinstance(rule, Choice):
            options = _alternatives(rule)
            chosen = options[turn % len(options)]
            names.update(name for name in rule.fields if name != chosen)
    for rule in rules_of(cls):
        if not isinstance(rule, Choice) and names.intersection(rule.fields):
            names.update(rule.fields + rule.extras)
    return names


def _example(spec, turn):
    kind = spec.kind
    if spec.form is Form.NAMED:
        return list(kind)[turn % len(kind)]
    if spec.is_model:
        return _fullest(kind, turn)
    if isinstance(kind, values.Code):
        members = [member for member in kind.enum if member not in kind.excluded]
        return members[turn % len(members)]
    return EXAMPLES[kind] if kind in EXAMPLES else _plain_example(kind, turn)


def _plain_example(kind, turn):
    if isinstance(kind, values.Text):
        return "Zażółć gęślą jaźń & <spółka>"[: kind.longest]
    if isinstance(kind, values.Number):
        return values.Decimal("12.30") + turn
    if isinstance(kind, values.Whole):
        return turn + 1
    if isinstance(kind, values.Choice12):
        return kind.only_yes or turn % 2 == 0
    return kind.last


EXAMPLES = {
    values.NIP: "5265877635",
    values.INTERNAL_ID: "5265877635-12345",
    values.EU_COUNTRY: "DE",
    values.POLISH_PREFIX: "PL",
    values.EU_NUMBER: "999999999",
    values.EMAIL: "biuro@example.com",
    values.ACCOUNT: "61109010140000071219812874",
    values.SWIFT: "WBKPPLPP",
    values.REGON: "123456785",
    values.KRS: "0000012345",
    values.COUNTRY: "PL",
    values.CURRENCY: "EUR",
    values.KSEF_NUMBER: "5265877635-20260201-0100A0B1C2D3-7F",
    values.PAYMENT_LINK: "https://pay.example.com/go?IPKSeF=123aBcDeFgHi0",
    values.PAYMENT_ID: "123aBcDeFgHi0",
}
