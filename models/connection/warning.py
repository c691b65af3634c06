"""What KSeF warns of beside its answers (*X-System-Warning*)."""

import logging

from odoo import fields, models

from ..concurrency import own_cursor

_logger = logging.getLogger(__name__)

# (database, connection, code, day) that this process has passed on already.
_passed_on = set()
MOST_KEPT = 1000


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def _heed(self, warnings):
        """Pass on what KSeF warns of: each code once a day, as long as it warns.

        A warning changes no answer, and a fault in this none either.

        :param warnings: of ``ksef_api.system_warnings``
        """
        today = fields.Date.today()
        for warning in warnings:
            key = (self.env.cr.dbname, self.id, warning.code, today)
            if key in _passed_on:
                continue
            if len(_passed_on) >= MOST_KEPT:
                _passed_on.clear()
            _passed_on.add(key)
            _logger.warning("KSeF warns: [%s] %s", warning.code, warning.message)
            try:
                # Apart from what the caller does, which may be rolled back.
                with own_cursor(self.env) as cr:
                    connection = self.with_env(self.env(cr=cr))
                    connection._warned(warning, f"{warning.code} {today}")
            except Exception:
                _passed_on.discard(key)
                _logger.exception("KSeF: a warning could not be passed on")

    def _warned(self, warning, occasion):
        """KSeF warned of something; rooms above tell people.

        :param occasion: the same code on the same day is the same occasion
        """
