from decimal import Decimal

from odoo import api, fields, models

from ...ksef_api import fa3

# Rates of our own, for lines that have no P_12.
OSS, MARGIN = "oss", "margin"

# Tag of the Polish VAT return (JPK_V7) on a sales tax -> rate as FA(3) writes it
# (P_12). The first that matches counts: K_12 stands beside K_11, OSS has tags of its
# own.
RATE_BY_TAG = (
    ("K_21", "0 WDT"),
    ("K_22", "0 EX"),
    ("OSS", OSS),
    ("K_31", "oo"),
    ("K_12", "np II"),
    ("K_11", "np I"),
    ("K_10", "zw"),
    ("K_13", "0 KR"),
    ("K_14", "0 KR"),
)
TRIANGULAR_TAG = "Triangular Sale"
PERCENT_RATES = ("23", "22", "8", "7", "5", "4", "3")


class AccountTax(models.Model):
    _name = "account.tax"
    _inherit = ["account.tax", "l10n_pl_ksef.exemption.mixin"]

    l10n_pl_ksef_rate = fields.Selection(
        [
            ("23", "23 %"),
            ("22", "22 %"),
            ("8", "8 %"),
            ("7", "7 %"),
            ("5", "5 %"),
            ("4", "4 %"),
            ("3", "3 %"),
            ("0 KR", "0 % domestic (0 KR)"),
            ("0 WDT", "0 % intra-Community supply (0 WDT)"),
            ("0 EX", "0 % export (0 EX)"),
            ("zw", "exempt (zw)"),
            ("oo", "reverse charge, domestic (oo)"),
            ("np I", "outside Poland (np I)"),
            ("np II", "services, art. 100 (1) 4 (np II)"),
            (OSS, "VAT of another member state (OSS)"),
            (MARGIN, "margin scheme"),
        ],
        "KSeF Rate",
        compute="_compute_l10n_pl_ksef_rate",
        store=True,
        readonly=False,
        copy=False,
        help="How this tax stands in FA(3) (P_12). Found from the tags of the VAT "
        "return; change it where they do not tell.",
    )

    l10n_pl_ksef_procedure = fields.Selection(
        [
            ("WSTO_EE", "WSTO_EE: distance sales and services to consumers in the EU"),
            ("IED", "IED: supplies made easier by an electronic interface"),
            ("TT_D", "TT_D: second taxpayer's supply in a triangular transaction"),
            ("I_42", "I_42: supply after an import, customs procedure 42"),
            ("I_63", "I_63: supply after an import, customs procedure 63"),
        ],
        "Procedure",
        help="Procedura on the lines with this tax. I_42, I_63 and TT_D are known from "
        "the tags of the VAT return, too.",
    )
    l10n_pl_ksef_exemption_kind = fields.Selection(default="act")

    @api.depends(
        "amount",
        "amount_type",
        "type_tax_use",
        "invoice_repartition_line_ids.tag_ids",
        "company_id.account_fiscal_country_id",
    )
    def _compute_l10n_pl_ksef_rate(self):
        for tax in self:
            tax.l10n_pl_ksef_rate = tax._l10n_pl_ksef_find_rate()

    def _l10n_pl_ksef_find_rate(self):
        """Return the rate that the tags, else the percentage, tell; False when none."""
        self.ensure_one()
        if self.type_tax_use != "sale" or self.country_id.code != "PL":
            return False
        names = self._l10n_pl_ksef_tags()
        for tag, rate in RATE_BY_TAG:
            if tag in names:
                return rate
        percent = f"{self.amount:g}"
        is_percent = self.amount_type == "percent" and percent in PERCENT_RATES
        return percent if is_percent else False

    def _l10n_pl_ksef_tags(self):
        """Return the names of the tags of the VAT return on these taxes (a set)."""
        tags = self.with_context(lang="en_US").invoice_repartition_line_ids.tag_ids
        return {(name or "").lstrip("+-") for name in tags.mapped("name")}

    def _l10n_pl_ksef_rate_fields(self):
        """Return the fields of an FA(3) line that say how it is taxed."""
        if not self.l10n_pl_ksef_rate:
            return {}  # a preview shows lines that still lack their tax
        if self.l10n_pl_ksef_rate == MARGIN:
            return {}
        if self.l10n_pl_ksef_rate == OSS:
            return {"oss_rate": Decimal(f"{self.amount:.6f}").normalize()}
        return {"rate": fa3.Rate(self.l10n_pl_ksef_rate)}

    def _l10n_pl_ksef_sum_fields(self):
        """Return the names of the sums that this tax counts in (``fa3`` Sums)."""
        if self.l10n_pl_ksef_rate == OSS:
            return fa3.OSS
        if self.l10n_pl_ksef_rate == MARGIN:
            return fa3.MARGIN
        return fa3.RATES[fa3.Rate(self.l10n_pl_ksef_rate)].sums
