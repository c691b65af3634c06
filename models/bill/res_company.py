from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_sum_lines_above = fields.Integer(
        "Add Up Lines of Bills Above",
        help="A vendor bill with more lines than this gets one line for each rate and "
        "account; all lines of the invoice stay in its picture and file. 0 for never.",
    )
