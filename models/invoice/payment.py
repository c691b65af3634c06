from collections import namedtuple

from odoo import fields, models

from ...ksef_api import fa3
from .document import to_decimal
from .payment_method import by_provider

# What was paid: amount, day and fa3 PaymentMethod (None: not known).
Paid = namedtuple("Paid", "amount on method")

# Buyers read the file in Polish; our own reading of bills counts such terms out.
DAYS, SINCE = "dni", "wystawienie faktury"


class AccountMove(models.Model):
    """Payment (*Platnosc*): due dates, what has been paid, accounts.

    What is paid already is not asked for again: neither account nor due date stand on
    an invoice that was paid before it went to KSeF.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_payment(self):
        payments = self._l10n_pl_ksef_payments()
        if self._l10n_pl_ksef_is_paid(payments):
            return fa3.Payment(**self._l10n_pl_ksef_paid(payments, whole=True))
        factor = self._l10n_pl_ksef_factor()
        accounts = self._l10n_pl_ksef_accounts()
        return fa3.Payment(
            due=self._l10n_pl_ksef_due_dates(),
            method=self._l10n_pl_ksef_asked_method(),
            accounts=[] if factor else accounts,
            factor_accounts=accounts if factor else [],
            cash_discount=self._l10n_pl_ksef_cash_discount(),
            **self._l10n_pl_ksef_paid(payments, whole=False),
        )

    # --- what is asked for ---------------------------------------------------

    def _l10n_pl_ksef_due_dates(self):
        """*TerminPlatnosci*: every date on which a part falls due, and the rule where
        the terms tell one in days (*TerminOpis*).
        """
        terms = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and line.date_maturity
        )
        start = self.invoice_date or fields.Date.context_today(self)
        rules = {
            line._get_due_date(start): fa3.DueRule(
                count=line.nb_days, unit=DAYS, event=SINCE
            )
            for line in self.invoice_payment_term_id.line_ids
            if line.delay_type == "days_after" and line.nb_days > 0
        }
        dates = sorted(set(terms.mapped("date_maturity")))
        return [fa3.Due(on=date, rule=rules.get(date)) for date in dates]

    def _l10n_pl_ksef_cash_discount(self):
        """*Skonto*, from Odoo's discount for an early payment."""
        terms = self.invoice_payment_term_id
        if not terms.early_discount or self._l10n_pl_ksef_is_refund():
            return None
        percent = f"{terms.discount_percentage:g}".replace(".", ",")
        return fa3.CashDiscount(
            conditions=f"Zapłata w ciągu {terms.discount_days} dni od wystawienia "
            "faktury",
            amount=f"{percent} %",
        )

    def _l10n_pl_ksef_factor(self):
        """Return the factor, to whom the buyer pays; an empty recordset without one."""
        parties = self.l10n_pl_ksef_party_ids
        role = fa3.ThirdPartyRole.FACTOR.value
        return parties.filtered(lambda party: party.role == role).partner_id[:1]

    def _l10n_pl_ksef_bank_account(self):
        """Return the account (res.partner.bank) that the buyer pays to."""
        if self._l10n_pl_ksef_is_refund():
            return self.partner_bank_id.browse()
        factor = self._l10n_pl_ksef_factor()
        if not factor:
            return self.partner_bank_id
        accounts = factor.commercial_partner_id.bank_ids
        same = accounts.filtered(lambda bank: bank.currency_id == self.currency_id)
        return (same or accounts.filtered(lambda bank: not bank.currency_id))[:1]

    def _l10n_pl_ksef_accounts(self):
        """*RachunekBankowy*, or of a factor *RachunekBankowyFaktora*."""
        return [
            fa3.BankAccount(
                number=account.sanitized_acc_number,
                swift=(account.bank_bic or "").upper() or None,
                bank_name=account.bank_name or None,
                description=account.l10n_pl_ksef_description or None,
            )
            for account in self._l10n_pl_ksef_bank_account()
        ]

    def _l10n_pl_ksef_asked_method(self):
        """*FormaPlatnosci* of what is to be paid, from the nearest that tells one."""
        if self._l10n_pl_ksef_is_refund():
            return None
        chosen = (
            self.l10n_pl_ksef_payment_method
            or self.preferred_payment_method_line_id._l10n_pl_ksef_method()
            or self.commercial_partner_id.l10n_pl_ksef_payment_method
            or self.journal_id.l10n_pl_ksef_payment_method
        )
        if chosen:
            return fa3.PaymentMethod(chosen)
        has_account = self._l10n_pl_ksef_bank_account()
        return fa3.PaymentMethod.TRANSFER if has_account else None

    # --- what was paid -------------------------------------------------------

    def _l10n_pl_ksef_payments(self):
        """Return what was paid before the invoice goes to KSeF: a list of ``Paid``.

        A credit note's settlement with its invoice is no payment, nor is a difference
        of exchange. Payments need not have an entry in the books (yet).
        """
        if self._l10n_pl_ksef_is_refund() or not self.ids:
            return []
        found = [
            Paid(
                to_decimal(partial["amount"]),
                partial["aml"].date,
                self._l10n_pl_ksef_paid_by(partial["aml"]),
            )
            for partial in self._get_all_reconciled_invoice_partials()
            if partial["aml"].move_id.move_type == "entry"
            and not partial["is_exchange"]
        ]
        left = to_decimal(self.amount_residual)
        for payment in self._l10n_pl_ksef_unbooked():
            amount = payment.currency_id._convert(
                payment.amount, self.currency_id, self.company_id, payment.date
            )
            amount = min(to_decimal(amount), left)
            left -= amount
            method = payment._l10n_pl_ksef_method()
            if amount:
                found.append(Paid(amount, payment.date, _to_method(method)))
        return sorted(found, key=lambda paid: paid.on)

    def _l10n_pl_ksef_unbooked(self):
        """Return payments that Odoo keeps without an entry, for this invoice alone."""
        # sudo: who sends invoices may not read payments
        return self.sudo().matched_payment_ids.filtered(
            lambda payment: (
                not payment.move_id
                and payment.state in ("in_process", "paid")
                and payment.invoice_ids == self
            )
        )

    def _l10n_pl_ksef_paid_by(self, item):
        """Return how a journal item paid: by its payment, else by its journal."""
        payment = item.payment_id or item.move_id.origin_payment_id
        journal = item.journal_id
        method = payment and payment._l10n_pl_ksef_method()
        return _to_method(method or journal._l10n_pl_ksef_method_of_payment())

    def _l10n_pl_ksef_is_paid(self, payments):
        """Tell whether nothing is left to pay, and some payment made it so."""
        paid = sum(payment.amount for payment in payments)
        is_whole = paid >= to_decimal(self.amount_total)
        is_settled = self.currency_id.is_zero(self.amount_residual)
        return bool(payments) and (is_whole or is_settled)

    def _l10n_pl_ksef_paid(self, payments, whole):
        """Return the fields of *Platnosc* that tell what was paid."""
        if not payments:
            return {}
        if whole and len(payments) == 1:
            return {"paid_on": payments[0].on, "method": payments[0].method}
        return {
            "partial": fa3.PartialPayment("2" if whole else "1"),
            "instalments": [
                fa3.Instalment(amount=paid.amount, paid_on=paid.on, method=paid.method)
                for paid in payments
            ],
        }


def _to_method(code):
    return fa3.PaymentMethod(code) if code else None


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _l10n_pl_ksef_method(self):
        """Return how this was paid (a code of *FormaPlatnosci*), or False."""
        return (
            by_provider(self)
            or self.payment_method_line_id._l10n_pl_ksef_method()
            or self.journal_id._l10n_pl_ksef_method_of_payment()
        )
