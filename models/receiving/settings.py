from odoo import fields, models


class SettingsMixin(models.AbstractModel):
    """How the company receives invoices from KSeF."""

    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_fetch_automatically = fields.Boolean(
        related="company_id.l10n_pl_ksef_fetch_automatically", readonly=False
    )
    l10n_pl_ksef_fetch_interval = fields.Integer(
        related="company_id.l10n_pl_ksef_fetch_interval", readonly=False
    )
    l10n_pl_ksef_fetch_buyer = fields.Boolean(
        related="company_id.l10n_pl_ksef_fetch_buyer", readonly=False
    )
    l10n_pl_ksef_fetch_third = fields.Boolean(
        related="company_id.l10n_pl_ksef_fetch_third", readonly=False
    )
    l10n_pl_ksef_fetch_authorised = fields.Boolean(
        related="company_id.l10n_pl_ksef_fetch_authorised", readonly=False
    )
    l10n_pl_ksef_fetch_seller = fields.Boolean(
        related="company_id.l10n_pl_ksef_fetch_seller", readonly=False
    )
    l10n_pl_ksef_make_bills = fields.Boolean(
        related="company_id.l10n_pl_ksef_make_bills", readonly=False
    )
    l10n_pl_ksef_purchase_journal_id = fields.Many2one(
        related="company_id.l10n_pl_ksef_purchase_journal_id", readonly=False
    )
