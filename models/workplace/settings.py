from odoo import fields, models


class SettingsMixin(models.AbstractModel):
    """Which parts of the workplace the company uses."""

    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_use_rules = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_rules", readonly=False
    )
    l10n_pl_ksef_use_responsible = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_responsible", readonly=False
    )
    l10n_pl_ksef_use_orders = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_orders", readonly=False
    )
    l10n_pl_ksef_use_products = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_products", readonly=False
    )
    l10n_pl_ksef_use_signs = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_signs", readonly=False
    )
    l10n_pl_ksef_use_approval = fields.Boolean(
        related="company_id.l10n_pl_ksef_use_approval", readonly=False
    )
