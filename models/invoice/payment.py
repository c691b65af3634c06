from odoo import models

from ...ksef_api import fa3
from .document import to_decimal


class AccountMove(models.Model):
    """Payment (*Platnosc*): due dates, what has been paid, accounts."""

    _inherit = "account.move"

    def _l10n_pl_ksef_payment(self):
        accounts = self._l10n_pl_ksef_accounts()
        return fa3.Payment(
            due=self._l10n_pl_ksef_due_dates(),
            method=fa3.PaymentMethod.TRANSFER if accounts else None,
            accounts=accounts,
            **self._l10n_pl_ksef_paid(),
        )

    def _l10n_pl_ksef_due_dates(self):
        """*TerminPlatnosci*: every date on which a part falls due."""
        terms = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and line.date_maturity
        )
        dates = sorted(set(terms.mapped("date_maturity")))
        return [fa3.Due(on=date) for date in dates]

    def _l10n_pl_ksef_paid(self):
        """Return what was paid before the invoice goes to KSeF.

        A credit note's settlement with its invoice is no payment, nor is a difference
        of exchange.
        """
        payments = [
            partial
            for partial in self._get_all_reconciled_invoice_partials()
            if partial["aml"].move_id.move_type == "entry"
            and not partial["is_exchange"]
        ]
        if not payments or self._l10n_pl_ksef_is_refund():
            return {}
        dates = [partial["aml"].date for partial in payments]
        if self.currency_id.is_zero(self.amount_residual) and len(payments) == 1:
            return {"paid_on": dates[0]}
        whole = self.currency_id.is_zero(self.amount_residual)
        return {
            "partial": fa3.PartialPayment("2" if whole else "1"),
            "instalments": [
                fa3.Instalment(amount=to_decimal(partial["amount"]), paid_on=date)
                for partial, date in zip(payments, dates, strict=True)
            ],
        }

    def _l10n_pl_ksef_accounts(self):
        """*RachunekBankowy*: where the buyer pays to."""
        account = self.partner_bank_id
        if not account or self._l10n_pl_ksef_is_refund():
            return []
        return [
            fa3.BankAccount(
                number=account.sanitized_acc_number,
                swift=(account.bank_bic or "").upper() or None,
                bank_name=account.bank_name or None,
            )
        ]
