from odoo import fields, models

from ..invoice.document import to_decimal


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_identifier_line_ids = fields.One2many(
        "l10n_pl_ksef.identifier.line",
        "move_id",
        "Collective Identifiers",
        readonly=True,
        copy=False,
    )

    def _l10n_pl_ksef_open_amount(self):
        """Return what is still open of this invoice, in its currency (Decimal)."""
        return to_decimal(abs(self.amount_residual), self.currency_id.decimal_places)
