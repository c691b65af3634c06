import logging
from datetime import timedelta

from odoo import api, fields, models

from ...ksef_api.errors import KsefError
from ..access import ADMINISTRATOR, allowed
from ..concurrency import checkpoint, isolated, time_is_left
from ..times import naive_utc
from ..vault.vault import VaultError

_logger = logging.getLogger(__name__)

REVOKED_IN_KSEF = ("Revoked", "Blocked")
# On TEST certificates are ended to see what happens. Elsewhere an end before its time
# is rare, and is asked for as often as new invoices may be.
CHECK_EVERY = {
    "test": timedelta(seconds=50),
    "demo": timedelta(minutes=15),
    "production": timedelta(minutes=15),
}


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    is_in_use = fields.Boolean(
        "In Use",
        compute="_compute_is_in_use",
        help="The company is connected with KSeF by this certificate.",
    )
    checked_at = fields.Datetime(
        "Last Checked in KSeF", readonly=True, help="Whether it has been revoked."
    )

    def _compute_is_in_use(self):
        connections = self._connections()
        for certificate in self:
            certificate.is_in_use = certificate in connections.certificate_id

    def _connections(self):
        """Return the active connections that log in with these certificates."""
        # sudo: whoever may see a certificate is told that it is in use
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        return connections.search([("certificate_id", "in", self.ids)])

    # --- deleting ------------------------------------------------------------

    @allowed(ADMINISTRATOR, operation="unlink")
    def action_delete(self):
        """End what depends on these certificates and erase them with their keys."""
        for connection in self._connections():
            connection._revoke()
        self.unlink()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "l10n_pl_ksef.action_certificate"
            ),
            "target": "main",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_disconnects(self):
        """A connection cannot go on without the key that renews it."""
        for connection in self._connections():
            connection.message_post(
                body=self.env._(
                    "The certificate %(name)s (%(serial)s) was deleted, and with it "
                    "the connection ended.",
                    name=connection.certificate_id.name,
                    serial=connection.certificate_id.serial,
                )
            )
            connection._disconnect()

    # --- authorising again ---------------------------------------------------

    @allowed(ADMINISTRATOR)
    def action_authorise(self):
        """Connect with this certificate as it was tried or used before."""
        self.ensure_one()
        connections = self.env["l10n_pl_ksef.connection"]
        # sudo: nobody may write connections, this code does
        former = connections.sudo().search(
            [
                ("certificate_id", "=", self.id),
                ("company_id", "=", self.company_id.id),
                ("active", "in", (True, False)),
            ],
            limit=1,
        )
        if not former.active:
            former = connections._connect(
                self.company_id,
                former.environment,
                "certificate",
                nip=former.nip,
                name=former.name,
                certificate_id=self.id,
            )
        return former.with_env(self.env).action_authorise()

    # --- what becomes of it in KSeF ------------------------------------------

    @api.model
    def _check_in_ksef(self):
        """Find out which certificates were revoked, suspended or ended early."""
        connections = self.env["l10n_pl_ksef.connection"]._connected()
        now = fields.Datetime.now()
        # sudo: nobody may write certificates, this code does
        certificates = self.sudo().search(
            [
                ("company_id", "in", connections.company_id.ids),
                ("state", "in", ("valid", "revoked")),
                "|",
                ("checked_at", "=", False),
                ("checked_at", "<=", now - min(CHECK_EVERY.values())),
            ]
        )
        of_companies = certificates.grouped("company_id")
        for connection in connections.filtered(lambda c: c.company_id in of_companies):
            before = now - CHECK_EVERY[connection.environment]
            due = of_companies[connection.company_id].filtered(
                lambda c, b=before: not c.checked_at or c.checked_at <= b
            )
            if due and time_is_left(self.env):
                with isolated(self.env, connection):
                    due._check_through(connection._in_company_language())
                checkpoint(self.env)

    def _check_through(self, connection):
        self.checked_at = fields.Datetime.now()
        try:
            listed = connection._call(lambda client: list(client.certificates()))
        except (KsefError, VaultError) as error:
            # A login by token may not ask; the rest is tried again.
            _logger.info("KSeF: certificates not checked: %s", type(error).__name__)
            return
        self._take_listing(connection, listed)

    def _take_listing(self, connection, listed):
        """Take over what KSeF says of these certificates.

        :param listed: all certificates of the owner, see ``ksef_api.enrolment``
        """
        by_serial = {item.serial: item for item in listed}
        for certificate in self.filtered(lambda c: c.serial in by_serial):
            certificate._take_status(by_serial[certificate.serial])

    def _take_status(self, listed):
        """Take over what KSeF says of this certificate."""
        if listed.status in REVOKED_IN_KSEF and self.state != "revoked":
            texts = {
                "Revoked": self.env._("The certificate was revoked in KSeF."),
                "Blocked": self.env._("The certificate was suspended in KSeF."),
            }
            self.write({"state": "revoked", "status_message": texts[listed.status]})
            self._tell_end(f"{listed.status} {self.checked_at}", texts[listed.status])
        elif listed.status == "Active" and self.state == "revoked":
            self.write({"state": "valid", "status_message": False})
        self._take_end(listed)

    def _take_end(self, listed):
        """KSeF may let a certificate end earlier than its file says."""
        end = naive_utc(listed.valid_to)
        if end >= self.valid_to:
            return
        text = self.env._("KSeF lets the certificate end earlier than its file says.")
        self.write({"valid_to": end, "status_message": text})
        self._announce_change()
        self._tell_end(f"ends {end}", text)

    def _tell_end(self, occasion, text):
        self.env["l10n_pl_ksef.notification"]._notify(
            "certificate_expires", self, occasion=occasion, details=text
        )
