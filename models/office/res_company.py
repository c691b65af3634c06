from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_responsible_id = fields.Many2one(
        "res.users",
        "Responsible for KSeF",
        ondelete="set null",
        help="Who looks after this company's KSeF, in an office with many.",
    )
