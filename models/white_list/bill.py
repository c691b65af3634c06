from odoo import models


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    def _made(self, move):
        """When a bill comes, its vendor is asked for, with all others that came."""
        result = super()._made(move)
        if self.company_id.l10n_pl_ksef_white_list_on_arrival:
            # sudo: whoever causes it may wake the cron
            self.env.ref("l10n_pl_ksef.ir_cron_white_list").sudo()._trigger()
        return result
