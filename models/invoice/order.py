from collections import defaultdict
from dataclasses import replace
from itertools import count

from odoo import models

from ...ksef_api import fa3
from .document import to_decimal


class AccountMove(models.Model):
    """The order (*Zamowienie*) that an advance is paid for, and its correction's two
    states of it (the schema's note on *Zamowienie*).
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_order(self):
        """*Zamowienie*: the order as it is; of a correction, as it was before too."""
        ordered = self._l10n_pl_ksef_ordered()
        rows = [
            self._l10n_pl_ksef_order_line(number, line)
            for number, line in enumerate(ordered, 1)
        ]
        if self._l10n_pl_ksef_is_correction():
            rows = self._l10n_pl_ksef_order_states(rows)
        total = to_decimal(sum(ordered.mapped("price_total")))
        return fa3.Order(total=total, lines=rows)

    def _l10n_pl_ksef_order_states(self, rows):
        """Return each line of the order as it was, and as it is.

        :param rows: the lines as they are; where the file of the original is not in
            Odoo, as they were too
        """
        before = self._l10n_pl_ksef_order_before() or rows
        numbers = defaultdict(list)
        for row in before:
            numbers[_identity(row)].append(row.number)
        free = count(max(row.number for row in before) + 1)
        states = [replace(row, before=True) for row in before]
        for row in rows:
            same = numbers[_identity(row)]
            states.append(replace(row, number=same.pop(0) if same else next(free)))
        return sorted(states, key=lambda row: (row.number, not row.before))

    def _l10n_pl_ksef_order_before(self):
        """Return the lines of the order in the file that KSeF has of the original."""
        for original in self._l10n_pl_ksef_originals():
            sent = original._l10n_pl_ksef_sent()
            if sent and sent.body.order:
                return [row for row in sent.body.order.lines if not row.before]
        return []

    def _l10n_pl_ksef_order_line(self, number, line):
        quantity = line.product_uom_qty or 1
        return fa3.OrderLine(
            number=number,
            name=self._l10n_pl_ksef_line_name(line),
            unit=self._l10n_pl_ksef_unit(line),
            quantity=to_decimal(line.product_uom_qty, 6).normalize(),
            unit_price_net=to_decimal(line.price_subtotal / quantity, 8).normalize(),
            net=to_decimal(line.price_subtotal),
            vat=to_decimal(line.price_tax),
            **self._l10n_pl_ksef_product_fields(line.product_id),
            **self._l10n_pl_ksef_rated(line)._l10n_pl_ksef_rate_fields(),
        )


def _identity(row):
    """Return by what a line of an order is known again after a change."""
    return row.index, row.name, row.rate, row.oss_rate
