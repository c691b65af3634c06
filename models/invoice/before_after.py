from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import fields, models

from .problems import Problem

PRICE_STEP = Decimal("0.00000001")


class AccountMove(models.Model):
    """Corrections that show each line as it was and as it is now (*StanPrzed*).

    Odoo's credit note holds the differences. KSeF takes either; many customers want to
    see both states.
    """

    _inherit = "account.move"

    l10n_pl_ksef_before_after = fields.Boolean(
        "Show Lines Before and After",
        help="StanPrzed: each line of the correction stands as it was on the corrected "
        "invoice and as it is now, in place of the difference.",
    )

    def _l10n_pl_ksef_shows_states(self):
        """Tell whether this correction shows both states: of one invoice in Odoo."""
        return (
            self.l10n_pl_ksef_before_after and len(self._l10n_pl_ksef_originals()) == 1
        )

    def _l10n_pl_ksef_pairs(self):
        """Return [(line of this correction, line of the original, or none)]: of the
        same sale, at the same price where there is one.
        """
        left = defaultdict(list)
        for original in self._l10n_pl_ksef_originals()._l10n_pl_ksef_shown_lines():
            left[self._l10n_pl_ksef_sold(original)].append(original)
        pairs = []
        for line in self._l10n_pl_ksef_shown_lines():
            alike = left[self._l10n_pl_ksef_sold(line)]
            same = [one for one in alike if self._l10n_pl_ksef_same_price(line, one)]
            original = (same or alike or [line.browse()])[0]
            if original:
                alike.remove(original)
            pairs.append((line, original))
        return pairs

    def _l10n_pl_ksef_sold(self, line):
        """Return by what a line is known again: its tax, and product or name."""
        return self._l10n_pl_ksef_rated(line), line.product_id or line.name

    def _l10n_pl_ksef_same_price(self, line, original):
        return (line.price_unit, line.discount) == (
            original.price_unit,
            original.discount,
        )

    def _l10n_pl_ksef_fa3_lines(self):
        if not self._l10n_pl_ksef_shows_states():
            return super()._l10n_pl_ksef_fa3_lines()
        original = self._l10n_pl_ksef_originals()
        shown = original._l10n_pl_ksef_shown_lines()
        numbers = {line: number for number, line in enumerate(shown, 1)}
        rows = []
        for line, corrected in self._l10n_pl_ksef_pairs():
            number = numbers[corrected]
            before = original._l10n_pl_ksef_line(number, corrected, 1)
            sign = self._l10n_pl_ksef_sign()
            change = self._l10n_pl_ksef_line(number, line, sign)
            rows += [
                replace(before, before=True),
                self._l10n_pl_ksef_after(
                    before, change, self._l10n_pl_ksef_same_price(line, corrected)
                ),
            ]
        return rows

    def _l10n_pl_ksef_after(self, before, change, same_price):
        """Return the line as it is now.

        :param change: the difference; at the old price it is one of the quantity, at
            another price one of the value
        """
        net = before.net + change.net
        if same_price:
            discount = (before.discount or 0) + (change.discount or 0)
            return replace(
                before,
                quantity=before.quantity + change.quantity,
                net=net,
                discount=discount or None,
            )
        price = (net / before.quantity).quantize(PRICE_STEP).normalize()
        return replace(before, unit_price_net=price, discount=None, net=net)

    def _l10n_pl_ksef_correction_problems(self):
        yield from super()._l10n_pl_ksef_correction_problems()
        if not self._l10n_pl_ksef_shows_states():
            return
        original = self._l10n_pl_ksef_originals()
        others = (original.reversal_move_ids - self).filtered(
            lambda move: move.state == "posted"
        )
        if others:
            text = self.env._(
                "%(name)s has other corrections, so the state before is not that of "
                "the invoice. Untick “Show Lines Before and After” on the page KSeF.",
                name=original.name,
            )
            yield Problem(text, self, "l10n_pl_ksef_before_after")
        for number, (_line, original) in enumerate(self._l10n_pl_ksef_pairs(), 1):
            if not original:
                text = self.env._(
                    "Line %(number)s is not on the corrected invoice. Untick “Show "
                    "Lines Before and After” on the page KSeF.",
                    number=number,
                )
                yield Problem(text, self, "l10n_pl_ksef_before_after")
