from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_white_list_on_arrival = fields.Boolean(
        "Ask the White List When Bills Come",
        default=True,
        help="What the Ministry's list of VAT payers says of a vendor is asked for as "
        "a bill comes, and again on the days around its due date. Many vendors are "
        "asked for at once; none twice on a day.",
    )


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_white_list_on_arrival = fields.Boolean(
        related="company_id.l10n_pl_ksef_white_list_on_arrival", readonly=False
    )
