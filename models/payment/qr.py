from odoo import models

# What the code says instead of what was typed, while the payment is not made yet.
TITLE = "l10n_pl_ksef_qr_title"


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _build_qr_code_vals(
        self, amount, free_communication, structured_communication, *args, **kwargs
    ):
        # EXTENDS 'account'
        if title := self.env.context.get(TITLE):
            free_communication, structured_communication = title, ""
        return super()._build_qr_code_vals(
            amount, free_communication, structured_communication, *args, **kwargs
        )
