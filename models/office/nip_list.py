"""A list of NIPs in a file (CSV), as an office exports it from anywhere."""

import csv
import re

from ...ksef_api.nip import is_valid_nip, normalize_nip

MOST_BYTES, MOST_LINES = 1_000_000, 5_000
HEADING = re.compile(r"\s*(nip|vat|tax id|numer nip)\b", re.IGNORECASE)


class NipListError(Exception):
    """A list that is not taken; ``reason``, and the line and text where it is."""

    def __init__(self, reason, line=0, text=""):
        super().__init__(reason)
        self.reason, self.line, self.text = reason, line, text


def read(content: bytes) -> list[str]:
    """Return the NIPs of a list, each once, in its order.

    The NIP stands in the column that is headed *NIP*, or in the first; columns are
    apart by a semicolon, comma or tab.

    :raises NipListError: "too_large", "not_text", "empty", "not_a_nip"
    """
    rows = _rows(_text(content))
    column, begins = _column(rows)
    found = {}
    for line, row in rows[begins:]:
        text = row[column].strip() if column < len(row) else ""
        nip = normalize_nip(text)
        if not is_valid_nip(nip):
            raise NipListError("not_a_nip", line, text[:40])
        found[nip] = line
    if not found:
        raise NipListError("empty")
    return list(found)


def _text(content):
    if len(content) > MOST_BYTES:
        raise NipListError("too_large")
    for encoding in ("utf-8-sig", "cp1250"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NipListError("not_text")


def _rows(text):
    """[(number of the line, cells)] of the lines that are not empty."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise NipListError("too_large")
    first = next((line for line in lines if line.strip()), "")
    mark = next((mark for mark in ";\t," if mark in first), ";")
    rows = [
        (number, next(csv.reader([line], delimiter=mark)))
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    return [(number, row) for number, row in rows if any(c.strip() for c in row)]


def _column(rows):
    """(column of the NIPs, number of the rows before them)."""
    if not rows:
        raise NipListError("empty")
    heads = rows[0][1]
    for column, cell in enumerate(heads):
        if HEADING.match(cell):
            return column, 1
    return 0, 0
