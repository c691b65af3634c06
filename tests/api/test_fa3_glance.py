"""Facts of a document that are read without the rest of it."""

from datetime import date

import pytest
from invoice_xml import invoice

from ksef_api import fa3


def _with_payment(inner):
    text = invoice("FV/1", "1111111111", "5260001246").decode()
    return text.replace("</Fa>", f"<Platnosc>{inner}</Platnosc></Fa>").encode()


def test_first_day_of_several():
    xml = _with_payment(
        "<TerminPlatnosci><Termin>2026-12-01</Termin></TerminPlatnosci>"
        "<TerminPlatnosci><Termin>2026-11-16</Termin></TerminPlatnosci>"
    )
    assert fa3.due_date(xml) == date(2026, 11, 16)


@pytest.mark.parametrize(
    "inner",
    ["", "<TerminPlatnosci><Termin>soon</Termin></TerminPlatnosci>"],
)
def test_none_where_no_day_is_told_or_it_is_none(inner):
    assert fa3.due_date(_with_payment(inner)) is None


@pytest.mark.parametrize("content", [b"", b"<a", b"<Faktura/>", b"\xff\xfe"])
def test_what_is_no_invoice_has_no_day(content):
    assert fa3.due_date(content) is None
