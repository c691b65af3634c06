from collections import defaultdict
from datetime import datetime, timezone
from decimal import Decimal

from odoo import models
from odoo.tools import float_repr

from ..ksef_api import fa3
from ..ksef_api.nip import is_valid_nip, normalize_nip

SYSTEM = "Odoo 19, l10n_pl_ksef"


def _decimal(value, digits=2):
    """Return ``value`` (Odoo's float) as Decimal, rounded as Odoo shows it."""
    return Decimal(float_repr(value, digits))


class AccountMove(models.Model):
    _inherit = "account.move"

    # --- what is missing -----------------------------------------------------

    def _l10n_pl_ksef_problems(self):
        """Return sentences about what FA(3) needs and this invoice lacks, all at once."""
        self.ensure_one()
        return [
            *self._l10n_pl_ksef_seller_problems(),
            *self._l10n_pl_ksef_buyer_problems(),
            *self._l10n_pl_ksef_line_problems(),
        ]

    def _l10n_pl_ksef_seller_problems(self):
        company = self.company_id
        if not is_valid_nip(normalize_nip(company.vat or "")):
            yield self.env._("The company's NIP (tax ID) is missing or not valid.")
        if not company.street or not company.city:
            yield self.env._("The company's address needs a street and a city.")

    def _l10n_pl_ksef_buyer_problems(self):
        buyer = self.commercial_partner_id
        if not buyer.name:
            yield self.env._("The customer has no name.")
        if not buyer.country_id:
            yield self.env._("The customer's address needs a country.")
        is_polish = buyer.country_code == "PL" and buyer.vat
        if is_polish and not is_valid_nip(normalize_nip(buyer.vat)):
            yield self.env._(
                "The customer's NIP is not valid: %(nip)s.",
                nip=buyer.vat,
            )

    def _l10n_pl_ksef_line_problems(self):
        for number, line in enumerate(self._l10n_pl_ksef_lines(), 1):
            if not line.tax_ids.mapped("l10n_pl_ksef_rate"):
                yield self.env._(
                    "Line %(number)s: choose a tax that has a KSeF rate.",
                    number=number,
                )

    # --- the document --------------------------------------------------------

    def _l10n_pl_ksef_invoice(self):
        """Return this invoice as an FA(3) document (``ksef_api.fa3`` Invoice)."""
        self.ensure_one()
        return fa3.Invoice(
            header=fa3.Header(created_at=datetime.now(timezone.utc), system=SYSTEM),
            seller=self._l10n_pl_ksef_seller(),
            buyer=self._l10n_pl_ksef_buyer(),
            body=self._l10n_pl_ksef_body(),
        )
