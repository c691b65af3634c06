"""How invoices are paid (*FormaPlatnosci*), and where Odoo can tell it."""

from odoo import fields, models

METHODS = [
    ("1", "Cash"),
    ("2", "Card"),
    ("3", "Voucher"),
    ("4", "Cheque"),
    ("5", "Credit"),
    ("6", "Transfer"),
    ("7", "Mobile"),
]
BY_JOURNAL = {"cash": "1", "credit": "2", "bank": "6"}
# Codes of Odoo's online payment methods.
BY_ONLINE = {"card": "2", "blik": "7", "bank_transfer": "6"}


def by_provider(payment):
    """Return how a payment was made online, False where it was not."""
    if "payment_transaction_id" not in payment._fields:
        return False
    # sudo: who sends invoices may not read transactions
    method = payment.sudo().payment_transaction_id.payment_method_id
    code = method.primary_payment_method_id.code or method.code
    return BY_ONLINE.get(code, False)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_payment_method = fields.Selection(
        METHODS,
        "Paid By",
        help="How it is paid. Empty: that of the payment method, the "
        "customer or the journal; a transfer where there is a bank "
        "account (FormaPlatnosci).",
    )


class AccountJournal(models.Model):
    _inherit = "account.journal"

    l10n_pl_ksef_payment_method = fields.Selection(
        METHODS,
        "Payment in KSeF",
        help="How invoices of this journal, or what is paid through it, are "
        "paid. Empty: a cash journal is cash, a bank a transfer, a card"
        " a card (FormaPlatnosci).",
    )

    def _l10n_pl_ksef_method_of_payment(self):
        """Return how what goes through this journal is paid, or False."""
        return self.l10n_pl_ksef_payment_method or BY_JOURNAL.get(self.type, False)


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    l10n_pl_ksef_payment_method = fields.Selection(
        METHODS,
        "Payment in KSeF",
        help="How it is paid; empty: as the journal says (FormaPlatnosci).",
    )

    def _l10n_pl_ksef_method(self):
        own = self.l10n_pl_ksef_payment_method
        return own or self.journal_id._l10n_pl_ksef_method_of_payment()


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pl_ksef_payment_method = fields.Selection(
        METHODS,
        "Pays By",
        help="How this customer's invoices are paid (FormaPlatnosci).",
    )


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    l10n_pl_ksef_description = fields.Char(
        "Description in KSeF",
        help="A description of the account, for example its currency (OpisRachunku).",
    )
