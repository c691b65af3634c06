from datetime import timedelta

from odoo import fields, models

from ...ksef_api.errors import NoAnswer, ServerError

# Shorter troubles pass unnoticed: what they hindered is tried again by itself.
LONG_ENOUGH = timedelta(minutes=15)


class Connection(models.Model):
    """People hear that KSeF is unavailable and that it is back, not of each failure.

    A trouble that KSeF announced is told as such; that calls fail meanwhile is no news.
    """

    _inherit = "l10n_pl_ksef.connection"

    unavailable_since = fields.Datetime(
        readonly=True, help="Since then no call to KSeF has succeeded."
    )

    def _call_public(self, function, access_token=None):
        try:
            answer = super()._call_public(function, access_token)
        except (NoAnswer, ServerError):
            self._note_unavailable()
            raise
        if self.unavailable_since:
            self._note_available()
        return answer

    def _note_unavailable(self):
        now = fields.Datetime.now()
        if not self.unavailable_since:
            # sudo: nobody may write connections, this code does
            self.sudo().unavailable_since = now
            # Perhaps KSeF has announced why.
            # sudo: whoever causes it may wake the cron
            self.env.ref("l10n_pl_ksef.ir_cron_outage").sudo()._trigger()
        elif self.unavailable_since <= now - LONG_ENOUGH:
            if not self.company_id._l10n_pl_ksef_outage():
                self._notify_of_outage("ksef_unavailable")

    def _note_available(self):
        # sudo: nobody may write notices, this code does
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        since = str(self.unavailable_since)
        if notices._notices_of("ksef_unavailable", self.company_id, since):
            self._notify_of_outage("ksef_back")
        # sudo: nobody may write connections, this code does
        self.sudo().unavailable_since = False

    def _notify_of_outage(self, code):
        self.env["l10n_pl_ksef.notification"]._notify(
            code, self.company_id, occasion=self.unavailable_since
        )
