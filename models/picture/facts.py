"""An FA(3) document as labelled texts that people can read; nothing of it is left out.

Only data here, no markup: QWeb escapes whatever a supplier wrote.
"""

from collections import namedtuple
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from odoo.tools import format_date

from ...ksef_api import fa3
from ...ksef_api.fa3.declare import is_given, specs_of
from ...ksef_api.fa3.values import ACCOUNT, AMOUNT, PRICE
from ...ksef_api.fields import WARSAW
from .labels import LABELS, LABELS_OF_KIND
from .values import VALUES

AMOUNTS = (AMOUNT, PRICE)
GROSZ = Decimal("0.01")
HARD_SPACE = "\u00a0"
# A column of a table of lines, its width in percent; a row and what is below its name.
Column = namedtuple("Column", "heading name width")
Row = namedtuple("Row", "cells below")


@dataclass
class Fact:
    """One label with a text, or with facts of its own."""

    label: str
    text: str = ""
    facts: list = field(default_factory=list)


class Facts:
    """Turns parts of a document into facts, in the language of ``env``.

    :param kind: ``fa3`` InvoiceKind of the document: some labels depend on it
    """

    def __init__(self, env, kind=None):
        self.env = env
        self.kind = kind
        self.countries = {}
        language = env["res.lang"]._lang_get(env.lang or "en_US")
        self.point = language.decimal_point or "."
        self.separator = HARD_SPACE if self.point == "," else ","

    def of(self, value, *without):
        """Return the facts of an instance of a model class.

        :param without: names of fields that are shown elsewhere
        """
        facts = []
        for name, spec in specs_of(type(value)):
            if name.startswith("_") or name in without:
                continue
            inside = getattr(value, name)
            if name == "identification":
                facts += self.of(inside)
                continue
            for item in inside if isinstance(inside, list) else [inside]:
                if is_given(item):
                    label = self.label(type(value), name)
                    facts.append(self._fact(label, item, spec))
        return [fact for fact in facts if fact.text or fact.facts]

    def _fact(self, label, value, spec):
        if isinstance(value, fa3.Note):
            place = f" ({value.line_number})" if value.line_number else ""
            return Fact(value.key + place, value.value)
        if hasattr(value, "__dataclass_fields__"):
            text = self.short(value)
            return Fact(label, text) if text else Fact(label, facts=self.of(value))
        return Fact(label, self.text_of(spec, value))

    def label(self, cls, name):
        """Return what people call a field."""
        of_kind = LABELS_OF_KIND.get(cls.__name__, {}).get(name, {})
        text = self.kind and of_kind.get(self.kind.name)
        return self.env._(text or LABELS[cls.__name__][name])  # pylint: disable=translation-not-lazy

    def country(self, code):
        """Return the name of a country; beside VAT numbers Greece is EL."""
        if code not in self.countries:
            known = {"EL": "GR", "XI": "GB"}.get(code, code)
            # sudo: names of countries are no secret, also to a portal user
            countries = self.env["res.country"].sudo()
            found = countries.search([("code", "=", known)], limit=1)
            self.countries[code] = found.name or code
        return self.countries[code]

    def short(self, value):
        """Return a small part in one line; None for those that need more."""
        if isinstance(value, fa3.Address):
            gln = value.gln and f"GLN {value.gln}"
            parts = [value.line1, value.line2, self.country(value.country), gln]
            return ", ".join(filter(None, parts))
        if isinstance(value, fa3.EuVat):
            return f"{value.country} {value.number}"
        if isinstance(value, fa3.OtherId):
            country = value.country and f"({self.country(value.country)})"
            return " ".join(filter(None, (value.number, country)))
        if isinstance(value, fa3.Period):
            return f"{self.text(value.first)} – {self.text(value.last)}"
        if isinstance(value, (fa3.Contact, fa3.AuthorisedContact)):
            return ", ".join(filter(None, (value.email, value.phone)))
        if isinstance(value, fa3.Due) and not value.rule:
            return self.text(value.on)
        if isinstance(value, fa3.Adjustment):
            return f"{value.reason}: {self.amount(value.amount)}"
        return None

    def text(self, value):
        """Return one value as people write it."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.env._("yes") if value else self.env._("no")
        if isinstance(value, Enum):
            names = VALUES.get(type(value).__name__, {})
            name = names.get(value.name)
            return self.env._(name) if name else self._code(value)  # pylint: disable=translation-not-lazy
        if isinstance(value, Decimal):
            plain = f"{value:,f}"
            return "".join(
                {",": self.separator, ".": self.point}.get(char, char) for char in plain
            )
        if isinstance(value, datetime):
            local = value.astimezone(WARSAW) if value.tzinfo else value
            return f"{format_date(self.env, local.date())} {local:%H:%M}"
        if isinstance(value, date):
            return format_date(self.env, value)
        return str(value)

    def text_of(self, spec, value):
        """Return the value of a field as text; amounts have grosze."""
        if spec.kind is ACCOUNT:
            return grouped(value)
        return self.amount(value) if spec.kind in AMOUNTS else self.text(value)

    def amount(self, value):
        """Return an amount with two digits after the point, or more if it has them."""
        if value is not None and value.as_tuple().exponent > -2:
            value = value.quantize(GROSZ)
        return self.text(value)

    def _code(self, value):
        is_percent = isinstance(value, fa3.Rate) and value.value.isdigit()
        return f"{value.value}%" if is_percent else value.value

    # --- tables --------------------------------------------------------------

    def table(self, lines):
        """Return (columns, share of the letters' size, rows of texts) of lines.

        Columns that are empty are out. Codes of goods stand below the name, each with
        its label.
        """
        cls = type(lines[0])
        given = {
            name
            for name, _spec in specs_of(cls)
            if name != "before" and any(is_given(getattr(row, name)) for row in lines)
        }
        if given.difference(COLUMNS):
            given.add("name")
        columns = [
            (name, spec)
            for name, spec in specs_of(cls)
            if name in COLUMNS and name in given
        ]
        codes = [
            (name, spec, self.label(cls, name))
            for name, spec in specs_of(cls)
            if name not in COLUMNS and name in given
        ]
        rows = [self._row(line, columns, codes) for line in lines]
        headings = [(self.label(cls, name), name) for name, _spec in columns]
        return *with_widths(headings, rows), rows

    def _row(self, line, columns, codes):
        cells = [self.text_of(spec, getattr(line, name)) for name, spec in columns]
        below = [
            f"{label}: {self.text_of(spec, getattr(line, name))}"
            for name, spec, label in codes
            if is_given(getattr(line, name))
        ]
        return Row(cells, " · ".join(below))


def grouped(number):
    """Return an account number in groups, as banks write them (NRB, IBAN)."""
    plain = "".join(number.split())
    if plain.isdigit() and len(plain) == 26:
        return HARD_SPACE.join([plain[:2], *_fours(plain[2:])])
    is_iban = plain[:2].isalpha() and plain[2:4].isdigit()
    return HARD_SPACE.join(_fours(plain)) if is_iban else number


def _fours(text):
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def with_widths(headings, rows):
    """Return each ``Column`` and the share of letters' size.

    Numbers never break. Other columns get what their texts need up to a limit; the name
    gets the rest. Where that is too little, letters shrink with the columns.
    """
    widths = {}
    for at, (heading, name) in enumerate(headings):
        if name == "name":
            continue
        longest = max(len(cells[at]) for cells, _below in rows)
        if name not in UNBROKEN:
            longest = min(longest, 9)
        words = max(map(len, heading.split()), default=0)
        widths[name] = PADDING + max(longest, words) * DIGIT
    scale = min(1, (100 - NARROWEST_NAME) / (sum(widths.values()) or 1))
    rest = 100 - sum(widths.values()) * scale
    columns = [
        Column(
            heading, name, round(widths[name] * scale if name in widths else rest, 2)
        )
        for heading, name in headings
    ]
    return columns, scale


# Percents of a page's width that a digit takes, and the edges of a cell.
DIGIT, PADDING = 0.92, 1.6
NARROWEST_NAME = 18
UNBROKEN = (
    "number",
    "quantity",
    "unit_price_net",
    "unit_price_gross",
    "discount",
    "net",
    "vat",
    "gross",
)
COLUMNS = (
    "number",
    "name",
    "unit",
    "quantity",
    "unit_price_net",
    "unit_price_gross",
    "discount",
    "net",
    "vat",
    "gross",
    "rate",
    "oss_rate",
)
