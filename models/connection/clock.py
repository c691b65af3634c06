from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from ...ksef_api.errors import CertificateError

# What the way to KSeF and back may take; more than that is a clock that is wrong.
NO_SKEW = timedelta(seconds=30)


class Connection(models.Model):
    """KSeF's clock counts: validity is kept in this server's time, corrected."""

    _inherit = "l10n_pl_ksef.connection"

    clock_skew = fields.Integer(
        readonly=True,
        help="By how many seconds KSeF's clock was ahead of this server's at the last "
        "login.",
    )
    clock_message = fields.Text("Clock", compute="_compute_clock_message")

    @api.depends("clock_skew")
    def _compute_clock_message(self):
        for connection in self:
            if connection.clock_skew:
                connection.clock_message = self.env._(
                    "The clock of this server differs from KSeF's by %(minutes)s "
                    "minutes. Have the administrator set it (NTP): invoices carry its "
                    "dates.",
                    minutes=max(1, round(abs(connection.clock_skew) / 60)),
                )
            else:
                connection.clock_message = False

    def _submit_by_method(self, challenge):
        skew = challenge.timestamp - datetime.now(timezone.utc)
        self.clock_skew = skew.total_seconds() if abs(skew) > NO_SKEW else 0
        certificate = self.certificate_id if self.method == "certificate" else None
        if certificate and certificate.valid_to <= challenge.timestamp.replace(
            tzinfo=None
        ):
            raise CertificateError("expired")
        return super()._submit_by_method(challenge)

    def _access_values(self, token):
        values = super()._access_values(token)
        skew = timedelta(seconds=self.clock_skew)
        return {**values, "access_valid_until": values["access_valid_until"] - skew}

    def _authorised(self, pair):
        result = super()._authorised(pair)
        self.refresh_valid_until -= timedelta(seconds=self.clock_skew)
        return result
