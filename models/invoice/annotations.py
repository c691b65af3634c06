from odoo import api, fields, models

from ...ksef_api import fa3
from .account_tax import TRIANGULAR_TAG

REVERSE_CHARGED = {"oo", "np II"}


class AccountMove(models.Model):
    """What the law wants said on the invoice (*Adnotacje*), and its marks."""

    _inherit = "account.move"

    l10n_pl_ksef_split_payment = fields.Boolean(
        "Split Payment",
        compute="_compute_l10n_pl_ksef_split_payment",
        store=True,
        readonly=False,
        help="Split payment. Compulsory above 15 000 PLN gross for goods and"
        " services of annex 15 to the VAT act (a mark on the product); "
        "may be chosen for others (P_18A).",
    )
    l10n_pl_ksef_cash_method = fields.Boolean(
        "Cash Method",
        compute="_compute_l10n_pl_ksef_cash_method",
        store=True,
        readonly=False,
        help="Cash method (metoda kasowa): VAT is due when the invoice is paid (P_16).",
    )
    l10n_pl_ksef_reverse_charge = fields.Boolean(
        "Buyer Accounts for the Tax",
        compute="_compute_l10n_pl_ksef_reverse_charge",
        store=True,
        readonly=False,
        help="Reverse charge (odwrotne obciążenie). Set automatically for "
        "domestic reverse charge (oo), services to businesses in the EU"
        " (np II) and triangular supplies; of what is supplied "
        "elsewhere (np I), tick it where the buyer accounts for the tax"
        " (P_18).",
    )
    l10n_pl_ksef_self_billing = fields.Boolean(
        "Self-Billing",
        help="Self-billing (samofakturowanie): the buyer issues the invoice (P_17).",
    )
    l10n_pl_ksef_margin = fields.Selection(
        [
            ("P_PMarzy_2", "Travel agents"),
            ("P_PMarzy_3_1", "Second-hand goods"),
            ("P_PMarzy_3_2", "Works of art"),
            ("P_PMarzy_3_3", "Antiques and collectors' items"),
        ],
        "Margin Scheme",
        help="Margin scheme (procedura marży), art. 119 and 120 of the VAT "
        "act (P_PMarzy).",
    )
    l10n_pl_ksef_receipt = fields.Boolean(
        "Invoice to a Receipt", help="For a sale recorded on a cash register (FP)."
    )
    l10n_pl_ksef_period_from = fields.Date(
        "Period From", help="The period over which services were rendered (OkresFa)."
    )
    l10n_pl_ksef_period_to = fields.Date("Period To")

    @api.depends(
        # Not the totals: a payment recomputes them, and what was chosen would be lost.
        "invoice_line_ids.product_id",
        "invoice_line_ids.price_total",
        "invoice_currency_rate",
        "commercial_partner_id",
        "move_type",
        "reversed_entry_id",
        "l10n_pl_ksef_corrected_ids",
    )
    def _compute_l10n_pl_ksef_split_payment(self):
        for move in self:
            if not move._l10n_pl_ksef_is_ours():
                # Of a bill it is what its file says, or a person.
                move.l10n_pl_ksef_split_payment = move.l10n_pl_ksef_split_payment
                continue
            chosen = move._l10n_pl_ksef_originals().filtered(
                lambda original: (
                    original.l10n_pl_ksef_split_payment
                    and not original._l10n_pl_ksef_must_split()
                )
            )
            move.l10n_pl_ksef_split_payment = bool(
                move._l10n_pl_ksef_must_split() or chosen
            )

    def _l10n_pl_ksef_must_split(self):
        """Tell whether split payment is compulsory: for a taxpayer, with VAT to split
        (art. 106e (1)(18a) and 108a of the VAT act). What counts for a correction is
        the sale as it is after it, with the goods of the corrected invoice.
        """
        if not self._l10n_pl_ksef_is_ours() or self._l10n_pl_ksef_is_consumer():
            return False
        is_correction = self._l10n_pl_ksef_is_correction()
        sale = self._l10n_pl_ksef_family() if is_correction else self
        goods = self.env["product.product"].union(
            *(move._l10n_pl_ksef_goods() for move in sale)
        )
        above = self.env["l10n_pl_ksef.legal.fact"]._amount("split_payment_above")
        return bool(
            abs(sum(move._l10n_pl_ksef_total_in_zlotys() for move in sale)) > above
            and any(sale.mapped("amount_tax_signed"))
            and goods.filtered("l10n_pl_ksef_annex15")
        )

    def _l10n_pl_ksef_total_in_zlotys(self):
        """Return the total, less than zero for a credit note, in zlotys."""
        if not self._l10n_pl_ksef_is_foreign():
            return self.amount_total_in_currency_signed
        return self._l10n_pl_ksef_zlotys(
            self.amount_total_signed, self.company_currency_id
        )

    @api.depends("invoice_line_ids.tax_ids", "move_type", "journal_id")
    def _compute_l10n_pl_ksef_reverse_charge(self):
        for move in self:
            move.l10n_pl_ksef_reverse_charge = (
                move._l10n_pl_ksef_is_ours() and move._l10n_pl_ksef_is_reverse_charged()
            )

    def _l10n_pl_ksef_is_reverse_charged(self):
        """Tell whether the taxes say that the buyer accounts for the tax."""
        taxes = self._l10n_pl_ksef_vat(self._l10n_pl_ksef_lines())
        return bool(
            REVERSE_CHARGED & set(taxes.mapped("l10n_pl_ksef_rate"))
            or TRIANGULAR_TAG in taxes._l10n_pl_ksef_tags()
        )

    @api.depends("company_id", "move_type")
    def _compute_l10n_pl_ksef_cash_method(self):
        for move in self:
            # Of a bill it is what its file says.
            taxpayer = move.company_id and move.company_id._l10n_pl_ksef_taxpayer()
            move.l10n_pl_ksef_cash_method = (
                taxpayer.l10n_pl_ksef_cash_method
                if move.is_sale_document()
                else move.l10n_pl_ksef_cash_method and move.is_purchase_document()
            )

    def _l10n_pl_ksef_annotations(self):
        taxes = self._l10n_pl_ksef_vat(self._l10n_pl_ksef_lines())
        scheme = self.l10n_pl_ksef_margin
        return fa3.Annotations(
            cash_method=self.l10n_pl_ksef_cash_method,
            self_billing=self.l10n_pl_ksef_self_billing,
            reverse_charge=self.l10n_pl_ksef_reverse_charge,
            split_payment=self.l10n_pl_ksef_split_payment,
            exemption=self._l10n_pl_ksef_fa3_exemption(),
            triangular=TRIANGULAR_TAG in taxes._l10n_pl_ksef_tags(),
            margin=fa3.Margin(scheme=fa3.MarginScheme(scheme) if scheme else None),
        )
