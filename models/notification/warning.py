from datetime import timedelta

from odoo import api, fields, models

SHOWN_FOR = timedelta(days=7)


class Connection(models.Model):
    """What KSeF warns of is told to administrators, and stands on the connection."""

    _inherit = "l10n_pl_ksef.connection"

    system_warnings = fields.Text(
        compute="_compute_system_warnings",
        help="What KSeF has warned of in the last seven days.",
    )

    @api.depends("state")
    def _compute_system_warnings(self):
        since = fields.Datetime.now() - SHOWN_FOR
        # sudo: whoever may read the connection may read what KSeF warned of on it.
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        found = notices.search(
            [
                ("type", "=", "system_warning"),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("create_date", ">=", since),
            ]
        )
        by_connection = found.grouped("res_id")
        for connection in self:
            mine = by_connection.get(connection.id, notices)
            said = dict.fromkeys(mine.mapped("details"))
            connection.system_warnings = "\n".join(said)

    def _warned(self, warning, occasion):
        # EXTENDS l10n_pl_ksef/models/connection/warning.py
        result = super()._warned(warning, occasion)
        code = f"[{warning.code}] " if warning.code else ""
        self.env["l10n_pl_ksef.notification"]._notify(
            "system_warning",
            self,
            occasion=occasion,
            details=f"{code}{warning.message}",
        )
        return result
