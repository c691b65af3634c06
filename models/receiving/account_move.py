from odoo import api, models


class AccountMove(models.Model):
    _inherit = "account.move"

    def unlink(self):
        # EXTENDS 'account': what came from KSeF is still there
        # sudo: whoever may delete the bill, its row of the inbox says so
        rows = self.sudo().l10n_pl_ksef_bill_ids.filtered("move_id")
        result = super().unlink()
        rows._bill_deleted()
        return result

    def _l10n_pl_ksef_received_file(self):
        # The file of a bill that came through the inbox is kept there.
        row = self.l10n_pl_ksef_bill_ids.filtered("has_file")[:1]
        return row._xml() if row else super()._l10n_pl_ksef_received_file()

    @api.depends("l10n_pl_ksef_bill_ids.has_file")
    def _compute_l10n_pl_ksef_kept(self):
        # The file of a bill may come after it: it is linked to one entered by hand.
        return super()._compute_l10n_pl_ksef_kept()
