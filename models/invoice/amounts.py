from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...ksef_api import fa3
from .account_tax import MARGIN
from .document import to_decimal


class AccountMove(models.Model):
    """Prices and values of lines, which add up to the sums of the books.

    Under Odoo's rounding of whole invoices ``price_subtotal`` does not add up; the
    journal items do. An invoice that was priced with VAT says prices and values with
    VAT (*P_9B*, *P_11A*; art. 106e (7) and (8) of the VAT act), as does a margin.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_net(self, line):
        """Return the net value of a journal item as the books have it (Decimal)."""
        return self.direction_sign * to_decimal(line.amount_currency)

    def _l10n_pl_ksef_fees(self):
        """Return journal items of fees that VAT is paid on: taxes that are no VAT, and
        raise the base of it. They are sold with what is sold.
        """
        if not self._l10n_pl_ksef_shown_lines():
            return self.line_ids.browse()
        return self.line_ids.filtered(
            lambda item: (
                item.tax_line_id
                and not item.tax_line_id.l10n_pl_ksef_rate
                and self._l10n_pl_ksef_rated(item)
            )
        )

    def _l10n_pl_ksef_is_priced_with_vat(self):
        """Tell whether VAT is in all prices that it is charged on."""
        taxes = self._l10n_pl_ksef_vat(self._l10n_pl_ksef_shown_lines())
        charged = taxes.filtered("amount")
        return bool(charged) and all(charged.mapped("price_include"))

    def _l10n_pl_ksef_gross(self):
        """Return ``{journal item: its value with VAT}`` of all that is told so.

        Each value is rounded so that those of a rate give its sums (*P_13* and *P_14*);
        a settlement's sums are what is left to pay, and not those of its lines. Lines
        before and after a correction are told as on the corrected invoice.
        """
        asked = (
            self._l10n_pl_ksef_originals()
            if self._l10n_pl_ksef_shows_states()
            else self
        )
        with_vat = asked._l10n_pl_ksef_is_priced_with_vat()
        shown = self._l10n_pl_ksef_shown_lines()
        rates = self._l10n_pl_ksef_vat(shown).mapped("l10n_pl_ksef_rate")
        if not with_vat and MARGIN not in rates:
            return {}
        groups = defaultdict(list)
        for item in [*shown, *self._l10n_pl_ksef_fees()]:
            tax = self._l10n_pl_ksef_rated(item)
            if tax and (with_vat or tax.l10n_pl_ksef_rate == MARGIN):
                groups[tax._l10n_pl_ksef_sum_fields()].append(item)
        sums = self._l10n_pl_ksef_sums()
        found = {}
        for of_rate, items in groups.items():
            exact = [self._l10n_pl_ksef_exact_gross(item) for item in items]
            total = sum(map(fa3.to_grosz, exact))
            if not self._l10n_pl_ksef_is_settlement():
                told = sums[of_rate.net] + (sums[of_rate.vat] if of_rate.vat else 0)
                total = self._l10n_pl_ksef_sign() * told
            found.update(zip(items, fa3.spread(exact, total), strict=True))
        return found

    def _l10n_pl_ksef_exact_gross(self, item):
        """Return the value with VAT, not rounded: that of the price where it stands."""
        tax = self._l10n_pl_ksef_rated(item)
        alone = item.tax_ids.flatten_taxes_hierarchy() == tax
        if item.display_type == "product" and tax.price_include and alone:
            price = to_decimal(item.price_unit, 8) * to_decimal(item.quantity, 6)
            return price * (100 - to_decimal(item.discount, 6)) / 100
        percent = 0 if tax.l10n_pl_ksef_rate == MARGIN else to_decimal(tax.amount, 6)
        return self._l10n_pl_ksef_net(item) * (100 + percent) / 100

    def _l10n_pl_ksef_line_amounts(self, line, sign, gross):
        """Return the fields of a line that say price, discount and value.

        :param gross: see ``_l10n_pl_ksef_gross``
        """
        if line in gross:
            value = gross[line]
            price, discount = self._l10n_pl_ksef_price(line, value, True)
            prices = {"unit_price_gross": price, "gross": sign * value}
        else:
            value = self._l10n_pl_ksef_net(line)
            price, discount = self._l10n_pl_ksef_price(line, value, False)
            prices = {"unit_price_net": price, "net": sign * value}
        return {**prices, "discount": discount and sign * discount}

    def _l10n_pl_ksef_price(self, line, value, with_vat):
        """Return the unit price as it was entered (*P_9A*, *P_9B*), and the discount of
        the whole line (*P_10*, None without).

        :param value: of the line, discount taken off
        :param with_vat: whether price and value are with VAT
        """
        quantity = line.quantity or 1
        share = 1 - line.discount / 100
        included = any(line.tax_ids.flatten_taxes_hierarchy().mapped("price_include"))
        is_untaxed = not included and not self._l10n_pl_ksef_rated(line).amount
        if included == with_vat or is_untaxed:
            price = to_decimal(line.price_unit, 8)
            before = price * to_decimal(line.quantity, 6)
        elif share > 0:
            before = to_decimal(float(value) / share, 8)
            price = to_decimal(float(value) / share / quantity, 8)
        else:
            return Decimal(0), None
        discount = fa3.to_grosz(before) - value
        return price.normalize(), discount if line.discount else None
