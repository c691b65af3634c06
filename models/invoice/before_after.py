from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from itertools import product

from odoo import fields, models

from .problems import Problem

PRICE_STEP = Decimal("0.00000001")
PRICE = "unit_price_net"


class AccountMove(models.Model):
    """Corrections that show each line as it was and as it is now (*StanPrzed*).

    Odoo's credit note holds the differences. KSeF takes either; many customers want to
    see both states.
    """

    _inherit = "account.move"

    l10n_pl_ksef_before_after = fields.Boolean(
        "Show Lines Before and After",
        help="Each line of the correction stands as it was on the corrected "
        "invoice and as it is now, in place of the difference "
        "(StanPrzed).",
    )

    def _l10n_pl_ksef_shows_states(self):
        """Tell whether this correction shows both states: of one invoice in Odoo."""
        return (
            self.l10n_pl_ksef_before_after and len(self._l10n_pl_ksef_originals()) == 1
        )

    def _l10n_pl_ksef_pairs(self):
        """Return [(line of this correction, line of the original, or none)]: of the
        same sale, the most alike ones first.
        """
        left = defaultdict(list)
        for original in self._l10n_pl_ksef_originals()._l10n_pl_ksef_shown_lines():
            left[self._l10n_pl_ksef_sold(original)].append(original)
        groups = defaultdict(list)
        lines = self._l10n_pl_ksef_shown_lines()
        for line in lines:
            groups[self._l10n_pl_ksef_sold(line)].append(line)
        pairs = {}
        for key, changed in groups.items():
            pairs |= self._l10n_pl_ksef_alike(changed, left[key])
        return [(line, pairs.get(line, line.browse())) for line in lines]

    def _l10n_pl_ksef_alike(self, changed, originals):
        """Return ``{changed line: original}``; one original for one change.

        Of equal rows that is meant whose quantity is taken back, else one that has so
        many; what two changes could mean goes to the one that fits better.
        """
        ranked = sorted(
            product(range(len(changed)), range(len(originals))),
            key=lambda at: self._l10n_pl_ksef_unlike(changed[at[0]], originals[at[1]]),
        )
        found, taken = {}, set()
        for line, original in ranked:
            if line not in found and original not in taken:
                found[line] = original
                taken.add(original)
        return {changed[line]: originals[at] for line, at in found.items()}

    def _l10n_pl_ksef_unlike(self, line, original):
        """Return by what two lines are unlike, what weighs most first."""
        return (
            not self._l10n_pl_ksef_same_price(line, original),
            line.name != original.name,
            line.quantity != original.quantity,
            line.quantity > original.quantity,
        )

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
        gross_before, gross = original._l10n_pl_ksef_gross(), self._l10n_pl_ksef_gross()
        sign = self._l10n_pl_ksef_sign()
        rows = []
        for line, corrected in self._l10n_pl_ksef_pairs():
            number = numbers[corrected]
            before = original._l10n_pl_ksef_line(number, corrected, 1, gross_before)
            change = self._l10n_pl_ksef_line(number, line, sign, gross)
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
        is_gross = before.gross is not None
        value, price = ("gross", "unit_price_gross") if is_gross else ("net", PRICE)
        now = {value: getattr(before, value) + getattr(change, value)}
        if same_price:
            now["quantity"] = before.quantity + change.quantity
            discount = (before.discount or 0) + (change.discount or 0)
        else:
            each = now[value] / before.quantity
            now[price] = each.quantize(PRICE_STEP).normalize()
            discount = None
        return replace(before, discount=discount or None, **now)

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
