from odoo import api, models


class AccountMoveSendWizard(models.TransientModel):
    _inherit = "account.move.send.wizard"

    @api.depends("move_id")
    def _compute_extra_edi_checkboxes(self):
        # EXTENDS 'account'
        result = super()._compute_extra_edi_checkboxes()
        edi = self._get_all_extra_edis()["l10n_pl_ksef"]
        for wizard in self:
            boxes = wizard.extra_edi_checkboxes or {}
            if "l10n_pl_ksef" not in boxes and edi["is_applicable"](wizard.move_id):
                # A consumer: offered, not ticked.
                box = {"checked": False, "label": edi["label"], "help": edi["help"]}
                wizard.extra_edi_checkboxes = {**boxes, "l10n_pl_ksef": box}
        return result
