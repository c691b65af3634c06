from decimal import ROUND_HALF_UP, Decimal

from odoo import models
from odoo.tools import float_compare

from .document import to_decimal
from .problems import Problem

ZLOTY = "PLN"
GROSZ = Decimal("0.01")


class AccountMove(models.Model):
    """An invoice in another currency than the zloty: its VAT is told in zlotys as well
    (art. 106e (11) of the VAT act), whatever currency the books are kept in.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_is_foreign(self):
        return self.currency_id.name != ZLOTY

    def _l10n_pl_ksef_zlotys(self, amount, currency):
        """Return ``amount`` of ``currency`` in zlotys, at the rate of the invoice's day
        for company currencies.
        """
        zloty = self.env.ref("base.PLN")
        date = self._get_invoice_currency_rate_date()
        return amount * currency._get_conversion_rate(
            currency, zloty, self.company_id, date
        )

    def _l10n_pl_ksef_exchange_rate(self):
        """*KursWaluty*: zlotys for one unit of the invoice's currency.

        From that to the company's currency the invoice has a rate of its own.
        """
        if not self._l10n_pl_ksef_is_foreign() or not self.invoice_currency_rate:
            return None
        in_books = 1 / self.invoice_currency_rate
        zlotys = self._l10n_pl_ksef_zlotys(in_books, self.company_currency_id)
        return to_decimal(zlotys, 6).normalize()

    def _l10n_pl_ksef_vat_in_zlotys(self, line):
        """Return the VAT of a tax line in zlotys: as the books have it, or by the rate
        that stands in the document.
        """
        if self.company_currency_id.name == ZLOTY:
            return to_decimal(line.balance)
        rate = self._l10n_pl_ksef_exchange_rate() or 0
        vat = to_decimal(line.amount_currency) * rate
        return vat.quantize(GROSZ, ROUND_HALF_UP)

    def _l10n_pl_ksef_currency_problems(self):
        for currency in self._l10n_pl_ksef_currencies_without_rate():
            text = self.env._(
                "Enter an exchange rate of %(currency)s: the invoice tells its VAT in "
                "zlotys.",
                currency=currency.name,
            )
            yield Problem(text, currency)

    def _l10n_pl_ksef_currencies_without_rate(self):
        """Return those on the way from the invoice's currency to the zloty that nobody
        entered a rate of: Odoo takes 1 for it.
        """
        needed = self.env["res.currency"]
        if not self._l10n_pl_ksef_is_foreign():
            return needed
        books = self.company_currency_id
        if books.name != ZLOTY:
            needed |= self.env.ref("base.PLN")
        is_one = not float_compare(self.invoice_currency_rate, 1, precision_digits=6)
        if self.currency_id != books and is_one:
            needed |= self.currency_id
        companies = (False, self.company_id.root_id.id)
        rates = self.env["res.currency.rate"].search(
            [("currency_id", "in", needed.ids), ("company_id", "in", companies)]
        )
        return needed - rates.currency_id
