from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..attention.source import Source
from ..times import warsaw_today


class Attention(models.Model):
    _inherit = "l10n_pl_ksef.attention"

    @api.model
    def _sources(self):
        near = SQL(
            """
            SELECT id, company_id, invoice_date AS since FROM account_move
             WHERE l10n_pl_ksef_deadline <= %s AND state = 'posted'
            """,
            warsaw_today() + timedelta(days=1),
        )
        return [
            *super()._sources(),
            Source(
                "deadline",
                self.env._("Offline, Near Its Deadline"),
                "account.move",
                near,
                lambda move: move.l10n_pl_ksef_offline_text,
                self.env._("Send Now"),
                "action_l10n_pl_ksef_send",
                is_urgent=True,
            ),
        ]
