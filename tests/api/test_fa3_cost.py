"""Work grows with the number of lines, not with its square: calls are counted."""

import sys

import pytest
from fa3_examples import line, sale

from ksef_api.fa3 import check, read, write


def document(lines):
    """An invoice with so many lines, whose numbers have four digits."""
    return sale(lines=[line(1000 + number) for number in range(lines)])


def calls(function, *arguments):
    """How many calls, of Python and of C, a function makes."""
    count = 0

    def tally(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tally)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("function", "made_of"),
    [(write, document), (check, document), (read, lambda n: write(document(n)))],
    ids=["write", "check", "read"],
)
def test_each_line_costs_the_same_as_the_one_before(function, made_of):
    function(made_of(40))  # what is worked out once, is worked out now
    ten, twenty, forty = (calls(function, made_of(n)) for n in (10, 20, 40))
    assert twenty > ten
    assert forty - twenty == 2 * (twenty - ten)


def test_a_flood_of_unknown_elements_is_told_only_in_part():
    flood = b"<Nowe/>" * 50_000
    xml = write(sale()).replace(b"<P_12>", flood + b"<P_12>")
    result = read(xml)
    assert result.document == sale()
    assert len(result.unknown) == 100
