from datetime import datetime, timezone
from decimal import Decimal

from odoo import models
from odoo.tools import float_repr

from ...ksef_api import fa3

SYSTEM = "Odoo 19, l10n_pl_ksef"


def to_decimal(value, digits=2):
    """Return ``value`` (Odoo's float) as Decimal, rounded as Odoo shows it."""
    return Decimal(float_repr(value, digits))


class AccountMove(models.Model):
    """A customer invoice as an FA(3) document.

    This file puts the document together; the others of its name fill in its parts:
    parties, lines and sums, annotations, payment, references, texts, correction. What
    the invoice lacks is told in ``problems.py``.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_invoice(self):
        """Return this invoice as an FA(3) document (``ksef_api.fa3`` Invoice)."""
        self.ensure_one()
        return fa3.Invoice(
            header=fa3.Header(created_at=datetime.now(timezone.utc), system=SYSTEM),
            seller=self._l10n_pl_ksef_seller(),
            buyer=self._l10n_pl_ksef_buyer(),
            third_parties=self._l10n_pl_ksef_third_parties(),
            body=self._l10n_pl_ksef_body(),
            footer=self._l10n_pl_ksef_footer(),
        )

    def _l10n_pl_ksef_body(self):
        beside = self._l10n_pl_ksef_other_charges()
        return fa3.Body(
            currency=self.currency_id.name,
            issue_date=self.invoice_date,
            place=self._l10n_pl_ksef_place(),
            number=self.name,
            wz_numbers=self._l10n_pl_ksef_wz(),
            sale_date=self._l10n_pl_ksef_sale_date(),
            period=self._l10n_pl_ksef_period(),
            total=self._l10n_pl_ksef_total(beside),
            annotations=self._l10n_pl_ksef_annotations(),
            kind=self._l10n_pl_ksef_kind(),
            correction=self._l10n_pl_ksef_correction(),
            receipt=self.l10n_pl_ksef_receipt,
            related=self.commercial_partner_id.l10n_pl_links_with_customer,
            notes=self._l10n_pl_ksef_notes(),
            lines=self._l10n_pl_ksef_fa3_lines(),
            settlement=self._l10n_pl_ksef_settlement(beside),
            payment=self._l10n_pl_ksef_payment(),
            terms=self._l10n_pl_ksef_terms(),
            **self._l10n_pl_ksef_sums(),
        )

    def _l10n_pl_ksef_sale_date(self):
        """*P_6*: the day of supply, where it is not the day of issue.

        Where a period is given (*OkresFa*) or days of the lines (*P_6A*), they take the
        place of the day.
        """
        date = self._l10n_pl_ksef_supply_date()
        of_lines = self._l10n_pl_ksef_lines().filtered("l10n_pl_ksef_sale_date")
        if self._l10n_pl_ksef_period() or of_lines:
            return None
        return date if date != self.invoice_date else None

    def _l10n_pl_ksef_supply_date(self):
        """Return the day of supply that somebody told; a correction has that of what it
        corrects. None where none is told.
        """
        date = self.taxable_supply_date or self.delivery_date
        if date or not self._l10n_pl_ksef_is_correction():
            return date or None
        originals = self._l10n_pl_ksef_originals()
        days = {move._l10n_pl_ksef_supply_date() for move in originals}
        return days.pop() if len(days) == 1 else None

    def _l10n_pl_ksef_period(self):
        """*OkresFa*: from the first to the last day that the invoice is for."""
        first, last = self.l10n_pl_ksef_period_from, self.l10n_pl_ksef_period_to
        return fa3.Period(first=first, last=last) if first and last else None

    def _l10n_pl_ksef_sign(self):
        """A credit note takes back: its amounts are negative in FA(3)."""
        return -1 if self._l10n_pl_ksef_is_refund() else 1

    def _l10n_pl_ksef_is_refund(self):
        return self.move_type in ("out_refund", "in_refund")

    def _l10n_pl_ksef_list(self, text):
        """Return the items of a text that people separate by commas."""
        return [item.strip() for item in (text or "").split(",") if item.strip()]
