"""Net values of the lines of a KSeF file, and prices that give them in Odoo."""

from collections import defaultdict
from decimal import Decimal

from odoo.tools import float_round

from ...ksef_api import fa3
from .taxes import percent_of

EXACT = Decimal("0.00005")
ROUND_DISCOUNT = 2  # digits of a percentage that people would write
MOST_DIGITS = 9  # of a price; more are noise
HALF_GROSZ = Decimal("0.0049")


def line_net(line):
    """Return the net amount of a line, not rounded when it follows from the gross.

    :return: Decimal; None when the line tells no amount
    """
    if line.net is not None:
        return line.net
    gross = line.gross
    quantity = 1 if line.quantity is None else line.quantity
    if gross is None and line.unit_price_gross is not None:
        gross = quantity * line.unit_price_gross - (line.discount or 0)
    if gross is not None:
        return gross / (1 + Decimal(percent_of(line.rate)) / 100)
    if line.unit_price_net is not None:
        return quantity * line.unit_price_net - (line.discount or 0)
    return None


def line_nets(body, margin):
    """Return the net amount of each line, None where a line tells no amount.

    What follows from values with VAT is rounded so that the lines of a rate give its
    sum (*P_13*), where nothing but rounding keeps them apart.

    :param margin: whether the document has a margin scheme
    """
    nets = [line_net(line) for line in body.lines]
    by_sums, told = defaultdict(list), defaultdict(Decimal)
    for at, (line, net) in enumerate(zip(body.lines, nets, strict=True)):
        sums = fa3.sums_of(line, margin)
        if net is None or sums is None:
            continue
        if line.net is None:
            by_sums[sums].append(at)
        else:
            told[sums] += _signed(line, fa3.to_grosz(net))
    for sums, places in by_sums.items():
        total = getattr(body, sums.net)
        if total is None:
            continue
        exact = [_signed(body.lines[at], nets[at]) for at in places]
        apart = total - told[sums] - sum(map(fa3.to_grosz, exact))
        if abs(apart) <= fa3.GROSZ * len(places):
            for at, net in zip(
                places, fa3.spread(exact, total - told[sums]), strict=True
            ):
                nets[at] = _signed(body.lines[at], net)
    return nets


def _signed(line, net):
    return -net if line.before else net


class Prices:
    """Quantity, price and discount (percent) of lines, as Odoo keeps them.

    Those of the document where they give its net amount. A company that rounds whole
    invoices adds up what is not rounded: there the prices are the document's only where
    they give its sums, else they follow from the net amounts.

    :param env: for the digits that Odoo keeps
    :param company: whose bill it is
    """

    def __init__(self, env, company):
        precision = env["decimal.precision"].precision_get
        self.digits = precision("Product Unit")
        self.discount_digits = precision("Discount")
        self.globally = company.tax_calculation_rounding_method == "round_globally"

    def of(self, lines, nets):
        """Return ``[(quantity, price, discount)]`` of ``lines``; None where a net
        amount is None.
        """
        found = [
            None if net is None else self._of_line(line, net, _same_grosz)
            for line, net in zip(lines, nets, strict=True)
        ]
        if self.globally and not self._add_up(lines, nets, found):
            found = [
                None if net is None else self._of_line(line, net, _same)
                for line, net in zip(lines, nets, strict=True)
            ]
        return found

    def _add_up(self, lines, nets, prices):
        """Tell whether prices give the net amounts of each rate, and of all, when only
        their sum is rounded.
        """
        apart = defaultdict(Decimal)
        for line, net, price in zip(lines, nets, prices, strict=True):
            if price:
                difference = _signed(line, _value(*price) - net)
                apart[line.rate] += difference
                apart["all"] += difference
        return all(abs(value) < HALF_GROSZ for value in apart.values())

    def _of_line(self, line, net, fits):
        """Return (quantity, price, discount) that give ``net``.

        :param fits: tells whether an amount is ``net``
        """
        stored = Decimal(str(float_round(float(line.quantity or 1), self.digits)))
        quantity = stored or Decimal(1)
        price = line.unit_price_net
        if price is not None and quantity == (line.quantity or 1):
            before = quantity * price
            taken_off = line.discount or Decimal(0)
            if fits(before, net):
                return quantity, price, Decimal(0)
            if before and taken_off and _same_grosz(before - taken_off, net):
                discount = self._discount(before, net, fits)
                if discount is not None:
                    return quantity, price, discount
        price = _shortest(net / quantity, lambda it: _same(quantity * it, net))
        return quantity, price, Decimal(0)

    def _discount(self, before, net, fits):
        """Return the roundest percentage that fits, None where none does."""
        percent = float((before - net) / before * 100)
        finest = self.discount_digits if fits is _same_grosz else ROUND_DISCOUNT
        for digits in range(min(finest, self.discount_digits) + 1):
            discount = Decimal(str(float_round(percent, digits)))
            if fits(before * (100 - discount) / 100, net):
                return discount
        return None


def _shortest(value, holds):
    """Return ``value`` with the fewest digits for which ``holds`` is true."""
    for digits in range(2, MOST_DIGITS):
        if holds(rounded := round(value, digits)):
            return rounded
    return value


def _value(quantity, price, discount):
    return quantity * price * (100 - discount) / 100


def _same_grosz(amount, net):
    return fa3.to_grosz(amount) == fa3.to_grosz(net)


def _same(amount, net):
    return abs(amount - net) < EXACT
