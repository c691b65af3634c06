"""Rights that are missing wait for people, before KSeF refuses anything."""

from odoo import api, models
from odoo.tools import SQL

from ..attention.source import BILLING, Source


class Attention(models.Model):
    _inherit = "l10n_pl_ksef.attention"

    @api.model
    def _sources(self):
        # What KSeF has refused already is told by the connection's own line.
        missing = SQL(
            """
            SELECT id, company_id,
                   COALESCE(rights_missing_since, rights_asked_at) AS since
              FROM l10n_pl_ksef_connection
             WHERE active AND state = 'connected' AND rights_missing != ''
               AND COALESCE(trouble, '') NOT IN ('login', 'certificate', 'permission')
            """
        )
        return [
            *super()._sources(),
            Source(
                "permission",
                self.env._("Permissions Missing in KSeF"),
                "l10n_pl_ksef.connection",
                missing,
                lambda connection: connection._what_is_missing(),
                self.env._("Ask KSeF Now"),
                "_ask_rights_from_attention",
                (BILLING,),
                is_urgent=True,
            ),
        ]


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def _what_is_missing(self):
        """Return what is missing, who can grant it, and the sentence to send."""
        return "\n".join(filter(None, (self.rights_missing, self.rights_request)))

    def _why_attention(self):
        # EXTENDS l10n_pl_ksef/models/connection/attention.py
        told = super()._why_attention()
        return "\n".join(filter(None, (told, self.rights_request)))

    def _ask_rights_from_attention(self):
        """Somebody has granted it: the line is gone when KSeF says so, too."""
        self.action_ask_rights()
