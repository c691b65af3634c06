"""Amounts that are rounded one by one and still add up."""

from decimal import ROUND_HALF_UP, Decimal

GROSZ = Decimal("0.01")


def to_grosz(amount):
    """Round half up to the grosz, as invoices do."""
    return Decimal(amount).quantize(GROSZ, ROUND_HALF_UP)


def spread(exact, total):
    """Round amounts to the grosz so that they give `total`.

    What rounding leaves goes by one grosz to those that rounding moved furthest away
    from it, so that none stands further off than it must.

    :param exact: amounts, not rounded
    :param total: what they are to give, a multiple of a grosz
    :return: a list of Decimal, in the order of `exact`
    """
    rounded = [to_grosz(amount) for amount in exact]
    apart = total - sum(rounded)
    step = GROSZ.copy_sign(apart)
    gaps = [(left - now) * step for left, now in zip(exact, rounded, strict=True)]
    furthest = sorted(range(len(gaps)), key=gaps.__getitem__, reverse=True)
    steps = int(apart / step)
    for at in range(steps if furthest else 0):
        rounded[furthest[at % len(furthest)]] += step
    return rounded
