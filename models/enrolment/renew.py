from datetime import timedelta

from odoo import api, fields, models

from ..access import ADMINISTRATOR, allowed
from ..concurrency import checkpoint, isolated


class Enrolment(models.Model):
    """The next certificate is ordered before the one in use ends: KSeF has no call
    that renews one, and a login by a certificate may order the one that follows it.
    """

    _inherit = "l10n_pl_ksef.enrolment"

    @api.model
    def _order_due(self):
        """Order the next one where a certificate in use ends soon."""
        connections = self.env["l10n_pl_ksef.connection"]._connected()
        connections = connections.filtered(lambda c: c.method != "token")
        for connection, certificate in self._in_use(connections):
            if certificate._is_due(connection):
                with isolated(self.env, certificate):
                    certificate._renew_by_itself(connection)
                checkpoint(self.env)

    @api.model
    def _in_use(self, connections):
        """Return ``[(connection, certificate)]`` of what logs in and what signs."""
        # sudo: crons work for all companies
        certificates = self.env["l10n_pl_ksef.certificate"].sudo()
        offline = certificates.search(
            [
                ("type", "=", "offline"),
                ("state", "=", "valid"),
                ("company_id", "in", connections.company_id.ids),
            ],
            order="valid_to, id",
        )
        # The one that is valid the longest comes last, and counts.
        signs = {certificate.company_id: certificate for certificate in offline}
        for connection in connections:
            if connection.certificate_id:
                yield connection, connection.certificate_id
            if connection.company_id in signs:
                yield connection, signs[connection.company_id]


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    is_renewable = fields.Boolean(compute="_compute_is_renewable")

    @api.depends("state")
    def _compute_is_renewable(self):
        for certificate in self:
            open_or_done = certificate.successor_ids.filtered(
                lambda order: order.state != "failed"
            )
            certificate.is_renewable = (
                certificate.state == "valid"
                and (certificate.is_in_use or certificate.type == "offline")
                and not open_or_done
            )

    def _is_due(self, connection):
        """Tell whether the next one is to be ordered now, in KSeF's time.

        One that was revoked is left to people: whoever revoked it had a reason.
        """
        if self.state != "valid":
            return False
        now = fields.Datetime.now() + timedelta(seconds=connection.clock_skew)
        days = self.company_id.l10n_pl_ksef_renew_days
        return self.valid_to - timedelta(days=days) <= now

    def _renew_by_itself(self, connection):
        now = fields.Datetime.now()
        if self.successor_ids.filtered(
            lambda order: order.state != "failed" or (order.retry_at or now) > now
        ):
            return
        if self.is_personal:
            self._tell_person()
        else:
            self._order_next(connection)

    def _order_next(self, connection, purpose="renewal"):
        return self.env["l10n_pl_ksef.enrolment"]._place(
            connection, [self.type], purpose, replaces=self
        )

    def _replace_from_attention(self):
        # EXTENDS l10n_pl_ksef/models/connection/attention.py
        problem = self.company_id._l10n_pl_ksef_connection()._why_no_order()
        if problem or not self.is_renewable:
            return super()._replace_from_attention()
        window = self.company_id._l10n_pl_ksef_order_window([self.type])
        window._look()
        return window._open()

    @allowed(ADMINISTRATOR)
    def action_renew(self):
        """Order the next one now, and show how it goes."""
        self.ensure_one()
        return self.company_id._l10n_pl_ksef_order_window([self.type]).action_order()
