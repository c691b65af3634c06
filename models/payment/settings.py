from odoo import api, fields, models

TITLES = [
    ("law", "As the law begins to ask for it"),
    ("yes", "Always"),
    ("no", "Only where the law asks for it"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_payment_titles = fields.Selection(
        TITLES,
        "KSeF Numbers in Titles of Transfers",
        required=True,
        default="law",
        help="A transfer that pays invoices of KSeF carries the KSeF number, or one "
        "collective identifier for several invoices (art. 108g of the VAT act).",
    )
    l10n_pl_ksef_vat_state = fields.Selection(
        [("active", "Active VAT payer"), ("exempt", "Exempt, or not registered")],
        "The Company's VAT State",
        required=True,
        default="active",
        help="Only an active VAT payer has to give KSeF numbers when it pays.",
    )

    @api.model
    def _l10n_pl_ksef_duty_begins(self):
        """Return the day from which payments must carry KSeF numbers (art. 108g)."""
        return self.env["l10n_pl_ksef.legal.fact"]._date("payment_titles")

    def _l10n_pl_ksef_gives_numbers(self, day):
        """Tell whether this company gives KSeF numbers in transfers of ``day``, as
        far as it is its own choice.
        """
        self.ensure_one()
        if self.country_code != "PL":
            return False
        if self.l10n_pl_ksef_payment_titles == "law":
            facts = self.env["l10n_pl_ksef.legal.fact"]
            return day >= facts._date("payment_titles_begin")
        return self.l10n_pl_ksef_payment_titles == "yes"


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_payment_titles = fields.Selection(
        related="company_id.l10n_pl_ksef_payment_titles", readonly=False
    )
    l10n_pl_ksef_vat_state = fields.Selection(
        related="company_id.l10n_pl_ksef_vat_state", readonly=False
    )
