"""What FA(2) says otherwise than FA(3).

Elements that differ are declared beside their successors (`declare.legacy`); here are
the values.
"""

from .kinds import Rate
from .rates import RATES

# FA(2) had one "0" and one "np"; its sums told which is meant, as those of FA(3) do.
SUCCESSORS = {
    Rate.LEGACY_ZERO: (Rate.ZERO_DOMESTIC, Rate.ZERO_EU, Rate.ZERO_EXPORT),
    Rate.LEGACY_NOT_TAXED: (Rate.ABROAD, Rate.EU_SERVICE),
}


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
