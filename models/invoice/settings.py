from odoo import fields, models


class SettingsMixin(models.AbstractModel):
    """What stands on every invoice in KSeF."""

    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_krs = fields.Char(
        related="company_id.l10n_pl_ksef_krs", readonly=False
    )
    l10n_pl_ksef_regon = fields.Char(
        related="company_id.l10n_pl_ksef_regon", readonly=False
    )
    l10n_pl_ksef_bdo = fields.Char(
        related="company_id.l10n_pl_ksef_bdo", readonly=False
    )
    l10n_pl_ksef_footer = fields.Text(
        related="company_id.l10n_pl_ksef_footer", readonly=False
    )
    l10n_pl_ksef_place = fields.Char(
        related="company_id.l10n_pl_ksef_place", readonly=False
    )
    l10n_pl_ksef_cash_method = fields.Boolean(
        related="company_id.l10n_pl_ksef_cash_method", readonly=False
    )
    l10n_pl_ksef_schema_found = fields.Boolean(
        "FA(3) Schema Found", compute="_compute_l10n_pl_ksef_schema_found"
    )

    def _compute_l10n_pl_ksef_schema_found(self):
        found = bool(self.env["l10n_pl_ksef.schema"]._loaded())
        self.l10n_pl_ksef_schema_found = found
