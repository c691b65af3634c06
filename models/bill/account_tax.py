from odoo import api, models

from ...ksef_api.fa3 import Rate

# Tag of the Polish VAT return on a purchase tax -> the rate (P_12) of the supplier's
# invoice that it is for. What the buyer accounts for himself comes before K_42.
PURCHASE_RATE_BY_TAG = (
    ("K_11rc", "0 WDT"),
    ("K_23", "0 WDT"),
    ("K_25", "0 EX"),
    ("K_27", "np I"),
    ("K_29", "np II"),
    ("K_31rc", "oo"),
    ("K_31", "oo"),
)
# The tags do not tell exempt purchases from those at 0 %: the chart of accounts does.
EXEMPT_XMLID = "account.%s_vz_kraj_zw"


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _l10n_pl_ksef_find_rate(self):
        # The one place for sales is account_tax.py; purchases are found here.
        self.ensure_one()
        if self.type_tax_use != "purchase" or self.country_id.code != "PL":
            return super()._l10n_pl_ksef_find_rate()
        tags = self.with_context(lang="en_US").invoice_repartition_line_ids.tag_ids
        names = {(name or "").lstrip("+-") for name in tags.mapped("name")}
        for tag, rate in PURCHASE_RATE_BY_TAG:
            if tag in names:
                return rate
        if self.amount_type != "percent":
            return False
        if self._l10n_pl_ksef_is_chart_exempt():
            return Rate.EXEMPT.value
        if self.amount:
            percent = f"{self.amount:g}"
            return percent if percent in {rate.value for rate in Rate} else False
        return Rate.ZERO_DOMESTIC.value

    def _l10n_pl_ksef_is_chart_exempt(self):
        """Tell whether this is the chart's tax for exempt purchases.

        A branch has the chart of the company it belongs to.
        """
        company = self.company_id.parent_ids[:1] or self.company_id
        exempt = self.env.ref(EXEMPT_XMLID % company.id, raise_if_not_found=False)
        return bool(exempt) and exempt == self._origin

    @api.model
    def _l10n_pl_ksef_purchase_taxes(self, company):
        """Return ``{rate: taxes}`` of a company's purchases."""
        taxes = self.search(
            [
                *self._check_company_domain(company),
                ("type_tax_use", "=", "purchase"),
                ("l10n_pl_ksef_rate", "!=", False),
            ]
        )
        return taxes.grouped("l10n_pl_ksef_rate")

    def _l10n_pl_ksef_best(self, company):
        """Return the one of these taxes, all of one rate, that a bill gets, or none.

        The company's own default comes first; one that splits its VAT between accounts
        (leasing of cars) is not chosen before one that does not.
        """
        if len(self) < 2:
            return self
        default = company.account_purchase_tax_id
        return self.sorted(
            lambda tax: (
                tax != default,
                tax.price_include,
                tax._l10n_pl_ksef_splits(),
                tax.sequence,
                tax.id,
            )
        )[:1]

    def _l10n_pl_ksef_splits(self):
        """Tell whether the VAT goes to several accounts."""
        self.ensure_one()
        lines = self.invoice_repartition_line_ids
        return len(lines.filtered(lambda row: row.repartition_type == "tax")) > 1
