"""What FA(2) says otherwise than FA(3).

Elements that differ are declared beside their successors (`declare.legacy`); here are
the values.
"""

from copy import copy

from .kinds import Rate
from .names import FA2
from .rates import RATES

ADVANCE = f"{{{FA2}}}FakturaZaliczkowa"
ADVANCE_NUMBERS = (f"{{{FA2}}}NrFaZaliczkowej", f"{{{FA2}}}NrKSeFFaZaliczkowej")

# FA(2) had one "0" and one "np"; its sums told which is meant, as those of FA(3) do.
SUCCESSORS = {
    Rate.LEGACY_ZERO: (Rate.ZERO_DOMESTIC, Rate.ZERO_EU, Rate.ZERO_EXPORT),
    Rate.LEGACY_NOT_TAXED: (Rate.ABROAD, Rate.EU_SERVICE),
}


def split_advances(root):
    """Give each number of an advance invoice an element of its own, as FA(3) has it.

    Programs put all of them in one *FakturaZaliczkowa*.
    """
    for element in list(root.iter(ADVANCE)):
        numbers = [child for child in element if child.tag in ADVANCE_NUMBERS]
        for number in reversed(numbers[1:]):
            alone = copy(element)
            alone[:] = [number]
            element.addnext(alone)


def settle_rates(body):
    """Give the lines of an FA(2) invoice the FA(3) rate that its sums point to.

    Where the sums leave several possible, the line keeps the FA(2) rate.
    """
    meant = {}
    for old, candidates in SUCCESSORS.items():
        present = [
            r for r in candidates if getattr(body, RATES[r].sums.net) is not None
        ]
        meant[old] = present[0] if len(present) == 1 else old
    lines = [*body.lines, *(body.order.lines if body.order else ())]
    for line in lines:
        line.rate = meant.get(line.rate, line.rate)
