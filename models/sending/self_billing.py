"""Self-billing (*samofakturowanie*): invoices that the buyer issues for the vendor.

In Odoo they are vendor bills of a journal for self-billing. The buyer sends them in its
own name, with the permission *SelfInvoicing* that the vendor gave it in KSeF; the
vendor stands in them as the seller. Source: art. 106d of the VAT act, *uprawnienia.md*.
"""

from odoo import api, fields, models

from ...ksef_api.nip import is_valid_nip
from ..invoice.problems import Problem


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_is_ours = fields.Boolean(
        "Issued by the Company", compute="_compute_l10n_pl_ksef_is_ours"
    )

    @api.depends("move_type", "journal_id.is_self_billing")
    def _compute_l10n_pl_ksef_is_ours(self):
        for move in self:
            move.l10n_pl_ksef_is_ours = move._l10n_pl_ksef_is_ours()

    def _l10n_pl_ksef_is_self_billed(self):
        """Tell whether the company issues this in its vendor's name."""
        return self.is_purchase_document() and self.journal_id.is_self_billing

    def _l10n_pl_ksef_is_ours(self):
        return super()._l10n_pl_ksef_is_ours() or self._l10n_pl_ksef_is_self_billed()

    def _l10n_pl_ksef_is_wanted(self):
        # Only sellers in Poland have their invoices in KSeF.
        wanted = super()._l10n_pl_ksef_is_wanted()
        if self._l10n_pl_ksef_is_self_billed():
            country = self.commercial_partner_id.country_code
            return wanted and country in (False, "PL")
        return wanted

    # --- the document --------------------------------------------------------

    def _l10n_pl_ksef_partner_selling(self):
        if self._l10n_pl_ksef_is_self_billed():
            return self.commercial_partner_id
        return super()._l10n_pl_ksef_partner_selling()

    def _l10n_pl_ksef_partner_buying(self):
        if self._l10n_pl_ksef_is_self_billed():
            return self.company_id._l10n_pl_ksef_party()
        return super()._l10n_pl_ksef_partner_buying()

    def _l10n_pl_ksef_annotations(self):
        annotations = super()._l10n_pl_ksef_annotations()
        if self._l10n_pl_ksef_is_self_billed():
            annotations.self_billing = True
        return annotations

    def _l10n_pl_ksef_registers(self):
        # The company's registers and footer are not those of the seller.
        registers = super()._l10n_pl_ksef_registers()
        return {} if self._l10n_pl_ksef_is_self_billed() else registers

    def _l10n_pl_ksef_own_footer(self):
        footer = super()._l10n_pl_ksef_own_footer()
        return "" if self._l10n_pl_ksef_is_self_billed() else footer

    # --- what is missing -----------------------------------------------------

    def _l10n_pl_ksef_seller_problems(self):
        if not self._l10n_pl_ksef_is_self_billed():
            yield from super()._l10n_pl_ksef_seller_problems()
            return
        vendor = self._l10n_pl_ksef_partner_selling()
        if not is_valid_nip(self._l10n_pl_ksef_seller_nip()):
            text = self.env._("The vendor's NIP (tax ID) is missing or not valid.")
            yield Problem(text, vendor, "vat")
        if not vendor.country_id:
            text = self.env._("The vendor's address needs a country.")
            yield Problem(text, vendor, "country_id")

    def _l10n_pl_ksef_buyer_problems(self):
        if self._l10n_pl_ksef_is_self_billed():
            # The company is the buyer now, and all else that it needs is the same.
            yield from super()._l10n_pl_ksef_seller_problems()
            return
        yield from super()._l10n_pl_ksef_buyer_problems()
