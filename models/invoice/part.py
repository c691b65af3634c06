from odoo import api, models

from ..access import check_own


class MovePart(models.AbstractModel):
    """Rows of our own that stand in the document of an invoice, and are locked with it.

    Whoever inherits has a ``move_id``.
    """

    _name = "l10n_pl_ksef.move.part"
    _description = "KSeF: Part of an Invoice"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.move_id._l10n_pl_ksef_refuse_locked()
        return parts

    def write(self, vals):
        self.move_id._l10n_pl_ksef_refuse_locked()
        result = super().write(vals)
        if "move_id" in vals:
            check_own(self.move_id, "write")
            self.move_id._l10n_pl_ksef_refuse_locked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_of_locked(self):
        self.move_id._l10n_pl_ksef_refuse_locked()
