from odoo import api, fields, models

from ..concurrency import checkpoint, isolated


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    orders_certificates = fields.Boolean(
        readonly=True,
        help="Once KSeF has authorised this login, the certificates that the company "
        "lacks are ordered through it.",
    )

    def _why_no_order(self, environment=None):
        """Return why no certificate can be ordered through this login, or None.

        :param environment: the one in which it is to be ordered
        """
        if not self:
            return self.env._("The company is not connected to KSeF.")
        if environment and self.environment != environment:
            return self.env._(
                "The company is connected to another environment of KSeF meanwhile."
            )
        if self.method == "token":
            return self.env._(
                "This company is connected by a KSeF token, and KSeF lets a token "
                "order no certificates. Sign a file once with the trusted profile or a "
                "qualified signature, and Odoo orders both; or add a certificate that "
                "you have. The token works on until then."
            )
        return None

    def _on_connected(self):
        result = super()._on_connected()
        if self.orders_certificates:
            self.env.ref("l10n_pl_ksef.ir_cron_enrol")._trigger()
        return result

    def _order_wanted_certificates(self):
        """Order what was wanted when this login was asked for; return the orders."""
        enrolments = self.env["l10n_pl_ksef.enrolment"]
        # sudo: nobody may write connections, this code does
        connection = self.sudo()
        if not connection.orders_certificates or connection.state != "connected":
            return enrolments
        connection.orders_certificates = False
        return enrolments._place(connection, enrolments._lacking(self.company_id))


class Enrolment(models.Model):
    _inherit = "l10n_pl_ksef.enrolment"

    @api.model
    def _order_wanted(self):
        """Order where a login was to order, and nobody waited for it."""
        wanted = self.env["l10n_pl_ksef.connection"]._connected()
        for connection in wanted.filtered("orders_certificates"):
            with isolated(self.env, connection):
                connection._order_wanted_certificates()
            checkpoint(self.env)
