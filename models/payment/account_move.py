from odoo import fields, models

from ...ksef_api.transfer_title import TitleError, plain_title
from ..invoice.document import to_decimal
from ..times import warsaw_today
from .transfer import plan


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_identifier_line_ids = fields.One2many(
        "l10n_pl_ksef.identifier.line",
        "move_id",
        "Collective Identifiers",
        readonly=True,
        copy=False,
    )

    def _l10n_pl_ksef_open_amount(self):
        """Return what is still open of this invoice, in its currency (Decimal)."""
        return to_decimal(abs(self.amount_residual), self.currency_id.decimal_places)

    def _get_payment_order_communication_direct(self):
        # EXTENDS 'account_payment_order', 'account_payment_batch_oca': these modules of
        # OCA are not depended on; their lines take their text from here, not from a
        # payment. One of several bills would need a collective identifier.
        theirs = getattr(super(), "_get_payment_order_communication_direct", None)
        text = theirs() if theirs else self.payment_reference or self.ref or ""
        number = self._l10n_pl_ksef_number_to_give()
        if not number:
            return text
        try:
            return self._l10n_pl_ksef_split_message(number, text) or plain_title(
                number, text
            )
        except TitleError:
            return plain_title(number, text)

    def _l10n_pl_ksef_number_to_give(self):
        """Return the KSeF number that a transfer of today for this bill carries, as far
        as nobody is asked; or "".
        """
        company = self.company_id
        if company.account_fiscal_country_id.code != "PL":
            return ""
        if not self.is_purchase_document() or not self.l10n_pl_ksef_number:
            return ""
        today = warsaw_today()
        kind = self._l10n_pl_ksef_payment_duty(today).kind
        gives = kind == "may" and company._l10n_pl_ksef_gives_numbers(today)
        return self.l10n_pl_ksef_number if gives or kind == "must" else ""

    def _l10n_pl_ksef_split_message(self, number, text):
        """Return the message of a split payment of all that is open, or ""."""
        lines = self.line_ids.filtered(lambda i: i.account_type == "liability_payable")
        transfer = plan(lines, self.currency_id)
        if not transfer.parts or not transfer.is_marked or not transfer.can_split:
            return ""
        return transfer.split_message(number, text)
