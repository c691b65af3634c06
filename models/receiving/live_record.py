from odoo import models


class Bill(models.Model):
    _name = "l10n_pl_ksef.bill"
    _inherit = ["l10n_pl_ksef.bill", "l10n_pl_ksef.live.mixin"]


class Fetch(models.Model):
    _name = "l10n_pl_ksef.fetch"
    _inherit = ["l10n_pl_ksef.fetch", "l10n_pl_ksef.live.mixin"]

    def _announce_change(self):
        """What nobody asked for, nobody looks at."""
        return super(Fetch, self.filtered("user_id"))._announce_change()
