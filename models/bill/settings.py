from odoo import fields, models


class SettingsMixin(models.AbstractModel):
    """How vendor bills are made of the files of KSeF."""

    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_sum_lines_above = fields.Integer(
        related="company_id.l10n_pl_ksef_sum_lines_above", readonly=False
    )
