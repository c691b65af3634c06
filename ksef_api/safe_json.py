"""The one way JSON from outside is read: bounded in what it makes of memory."""

import json
from decimal import Decimal

from .errors import BadAnswer

# Python makes some 60 bytes and more of each value; a page of 250 invoices has about
# 15 000 of them, the metadata of 10 000 invoices 500 000.
MOST_VALUES = 2_000_000


def loads(content: bytes, reason: str = "not_json"):
    """Read JSON; numbers with a fraction become `Decimal`.

    :param content: as it came, of a length that the caller has bounded
    :param reason: of the error
    :raises BadAnswer: no JSON, nested too deeply, or with far too many values
    """
    # A value has a bracket or a comma before it, so this is at least their number.
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise BadAnswer(reason, details=["too many values"])
    try:
        return json.loads(content, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise BadAnswer(reason) from None
