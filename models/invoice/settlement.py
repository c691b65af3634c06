from odoo import models

from ...ksef_api import fa3
from .document import to_decimal


class AccountMove(models.Model):
    """What is to be paid beside the invoiced sale (*Rozliczenie*).

    Roundings of the payment, and taxes that are no VAT (deposits for packaging, fees),
    do not belong to *P_15*: they are charges or deductions, with the reason.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_settlement(self, beside):
        """Return charges, deductions and what is to be paid; None without any.

        :param beside: see ``_l10n_pl_ksef_other_charges``
        """
        charges = [item for item in beside if item.amount > 0]
        taken_off = [
            fa3.Adjustment(amount=-item.amount, reason=item.reason)
            for item in beside
            if item.amount < 0
        ]
        if not charges and not taken_off:
            return None
        return fa3.Settlement(
            charges=charges,
            charges_total=_sum(charges) if charges else None,
            deductions=taken_off,
            deductions_total=_sum(taken_off) if taken_off else None,
            to_pay=self._l10n_pl_ksef_to_pay(),
        )

    def _l10n_pl_ksef_to_pay(self):
        return self._l10n_pl_ksef_sign() * to_decimal(self.amount_total)

    def _l10n_pl_ksef_total(self, beside):
        """*P_15*: the value of the sale with VAT.

        :param beside: see ``_l10n_pl_ksef_other_charges``
        """
        return self._l10n_pl_ksef_to_pay() - _sum(beside)

    def _l10n_pl_ksef_other_charges(self):
        """Return what is neither sale nor VAT: a list of ``fa3`` Adjustment, an amount
        below zero takes off.
        """
        sign = self.direction_sign * self._l10n_pl_ksef_sign()
        amounts = {}
        for line in self.line_ids:
            reason = self._l10n_pl_ksef_charge_reason(line)
            if reason:
                amount = sign * to_decimal(line.amount_currency)
                amounts[reason] = amounts.get(reason, 0) + amount
        return [
            fa3.Adjustment(amount=amount, reason=reason[:256])
            for reason, amount in amounts.items()
            if amount
        ]

    def _l10n_pl_ksef_charge_reason(self, line):
        """Return why ``line`` is to be paid beside the sale, None when it is not."""
        tax = line.tax_line_id
        if line.display_type == "rounding" and not tax:
            return line.name or self.env._("Rounding")
        is_other = tax and not tax.l10n_pl_ksef_rate
        # A fee that VAT is paid on belongs to the sale.
        return tax.name if is_other and not self._l10n_pl_ksef_rated(line) else None


def _sum(adjustments):
    return sum(item.amount for item in adjustments)
