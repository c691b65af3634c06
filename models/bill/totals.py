"""VAT and total of a bill become those of the KSeF file."""

from collections import defaultdict
from decimal import Decimal

from odoo import Command, models

from ...ksef_api import fa3
from .pipeline import PURCHASE_SIGN

# From so many zlotys on, VAT that is not what the lines give is somebody's task.
VAT_TO_CHECK = 1


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_match_totals(self, bill_import):
        """Make VAT by rate and the total those of the document, and tell differences.

        Odoo rounds VAT by line or by invoice, another program perhaps by rate or from
        the gross amount: what is deducted is what the document says (*P_14*).
        """
        changes = self._l10n_pl_ksef_vat_changes(bill_import)
        changed_by = sum(change for _line, change in changes)
        total = bill_import.body.total * PURCHASE_SIGN[self.move_type]
        sign = 1 if self.move_type == "in_invoice" else -1
        reached = self.amount_total + sign * float(changed_by)
        difference = self.currency_id.round(float(total) - reached)
        if not self.currency_id.is_zero(difference):
            self._l10n_pl_ksef_add_rounding(bill_import, difference)
        self._l10n_pl_ksef_change_vat(bill_import, changes)

    def _l10n_pl_ksef_vat_changes(self, bill_import):
        """Return ``[(VAT line, amount to add)]``; a refund's VAT lines are negative."""
        lines = defaultdict(self.env["account.move.line"].browse)
        for line in self.line_ids.filtered("tax_line_id"):
            rate = line.tax_line_id.l10n_pl_ksef_rate
            if not line.tax_line_id._l10n_pl_ksef_splits():
                lines[_sums_of_rate(rate)] |= line
        changes = []
        for sums, _net, vat, _pln in fa3.summary(bill_import.body):
            if vat is None or not lines[sums]:
                continue
            booked = sum(lines[sums].mapped("amount_currency"))
            change = self.currency_id.round(float(vat) - booked)
            if not self.currency_id.is_zero(change):
                changes.append((lines[sums][:1], Decimal(str(change))))
        return changes

    def _l10n_pl_ksef_change_vat(self, bill_import, changes):
        if not changes:
            return
        self.line_ids = [
            Command.update(
                line.id, {"amount_currency": line.amount_currency + float(change)}
            )
            for line, change in changes
        ]
        for line, change in changes:
            values = {
                "tax": line.tax_line_id.name,
                "amount": bill_import.amount(abs(line.amount_currency)),
                "change": bill_import.amount(abs(change)),
            }
            # What a refund takes back is negative here, and told without a sign.
            is_more = change * bill_import.sign > 0
            text = (
                self.env._(
                    "%(tax)s is %(amount)s as in the document, %(change)s more than "
                    "its lines give.",
                    **values,
                )
                if is_more
                else self.env._(
                    "%(tax)s is %(amount)s as in the document, %(change)s less than "
                    "its lines give.",
                    **values,
                )
            )
            in_pln = abs(float(change)) / (self.invoice_currency_rate or 1)
            is_large = in_pln >= VAT_TO_CHECK
            (bill_import.tasks if is_large else bill_import.notes).append(text)

    def _l10n_pl_ksef_add_rounding(self, bill_import, difference):
        """Put ``difference`` (of the bill's amounts) in a line of its own."""
        # A grosz or so is rounding; more is something that somebody should look at.
        is_large = abs(difference) > 0.02 * (1 + len(bill_import.body.lines))
        self.invoice_line_ids = [
            Command.create(
                {
                    "name": self.env._("Difference to the total of the document")
                    if is_large
                    else self.env._("Rounding difference to the document in KSeF"),
                    "quantity": 1,
                    "price_unit": difference,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
        text = self.env._(
            "The total differs from its lines by %s; the difference stands in a line "
            "of its own.",
            bill_import.amount(difference),
        )
        (bill_import.tasks if is_large else bill_import.notes).append(text)


def _sums_of_rate(rate):
    rule = fa3.RATES.get(fa3.Rate(rate)) if rate else None
    return rule and rule.sums
