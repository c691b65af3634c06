"""Which bills are paid in split payment (*MPP*), by whose word."""

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_pays_split(self):
        """Tell whether split payment is proposed for this vendor bill: its vendor asks
        for it (P_18A), or it is compulsory.
        """
        if not self.is_purchase_document():
            return False
        return bool(
            self.l10n_pl_ksef_split_payment or self._l10n_pl_ksef_must_pay_split()
        )

    def _l10n_pl_ksef_must_pay_split(self):
        """Tell whether split payment is compulsory for whoever pays this bill: above
        the amount of the law, with goods or services of annex 15, whatever its vendor
        has marked (art. 108a (1a) of the VAT act). A credit note goes with its bill.
        """
        self.ensure_one()
        if self.move_type == "in_refund":
            original = self.reversed_entry_id
            return bool(original) and original._l10n_pl_ksef_must_pay_split()
        above = self.env["l10n_pl_ksef.legal.fact"]._amount("split_payment_above")
        return bool(
            self.move_type == "in_invoice"
            and self.invoice_line_ids.product_id.filtered("l10n_pl_ksef_annex15")
            and self.amount_tax
            and self._l10n_pl_ksef_purchase_in_zlotys() > above
        )

    def _l10n_pl_ksef_purchase_in_zlotys(self):
        """Return the total of this bill in zlotys, by its own rate."""
        if not self._l10n_pl_ksef_is_foreign():
            return self.amount_total
        return self._l10n_pl_ksef_zlotys(
            abs(self.amount_total_signed), self.company_currency_id
        )
