from odoo import fields, models

from ...ksef_api import fa3
from ...ksef_api.nip import is_valid_nip, normalize_nip
from .problems import Problem

# Art. 106e (5)(3) of the VAT act: the gross value up to which an invoice may be so.
UP_TO = {"PLN": 450, "EUR": 100}


class AccountMove(models.Model):
    """Simplified invoices (*UPR*): small sums, and a buyer known by NIP alone."""

    _inherit = "account.move"

    l10n_pl_ksef_simplified = fields.Boolean(
        "Simplified Invoice",
        help="Up to 450 PLN or 100 EUR the buyer may be named by NIP alone (UPR).",
    )

    def _l10n_pl_ksef_is_simplified(self):
        return self.l10n_pl_ksef_simplified and not self._l10n_pl_ksef_is_correction()

    def _l10n_pl_ksef_kind(self):
        if self._l10n_pl_ksef_is_simplified():
            return fa3.InvoiceKind.SIMPLIFIED
        return super()._l10n_pl_ksef_kind()

    def _l10n_pl_ksef_buyer(self):
        buyer = super()._l10n_pl_ksef_buyer()
        if self._l10n_pl_ksef_is_simplified():
            buyer.identification.name = buyer.address = None
        return buyer

    def _l10n_pl_ksef_annotation_problems(self):
        yield from super()._l10n_pl_ksef_annotation_problems()
        if not self._l10n_pl_ksef_is_simplified():
            return
        if self.amount_total > UP_TO.get(self.currency_id.name, 0):
            text = self.env._(
                "A simplified invoice is for up to 450 PLN or 100 EUR. Untick it on "
                "the page KSeF."
            )
            yield Problem(text, self, "l10n_pl_ksef_simplified")
        if not is_valid_nip(normalize_nip(self.commercial_partner_id.vat or "")):
            text = self.env._("A simplified invoice needs the customer's Polish NIP.")
            yield Problem(text, self.commercial_partner_id, "vat")
