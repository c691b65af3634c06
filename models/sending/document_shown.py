from odoo import fields, models


class Document(models.Model):
    """What a list of documents shows of their invoices."""

    _inherit = "l10n_pl_ksef.document"

    partner_id = fields.Many2one(related="move_id.partner_id", string="Customer")
    currency_id = fields.Many2one(related="move_id.currency_id")
    amount_total = fields.Monetary(related="move_id.amount_total", string="Total")
