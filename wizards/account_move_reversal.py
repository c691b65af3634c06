from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _prepare_default_reversal(self, move):
        # EXTENDS 'account': the reason as it was typed (PrzyczynaKorekty)
        values = super()._prepare_default_reversal(move)
        if self.reason and move.is_invoice():
            values["l10n_pl_ksef_correction_reason"] = self.reason
        return values
