from odoo import api, fields, models

from ..access import ADMINISTRATOR, allowed
from ..concurrency import advisory_lock, checkpoint, isolated


class Connection(models.Model):
    """A newer authorisation takes the place of one that works, without a gap.

    The newcomer is a *candidate*: an archived connection that goes through the same
    states. The old one keeps working until KSeF has authorised the candidate, and for
    ever when it never does.
    """

    _inherit = "l10n_pl_ksef.connection"

    is_candidate = fields.Boolean(
        "Replaces the Active One",
        readonly=True,
        help="Takes over from the active connection once KSeF has authorised it.",
    )

    def _works_until_replaced_by(self, values):
        """Tell whether to keep this connection until the one of ``values`` works."""
        mine = (self.environment, self.nip)
        return (
            self.state == "connected" and (values["environment"], values["nip"]) == mine
        )

    @allowed(ADMINISTRATOR)
    def action_sign(self):
        """A file signed while the login still works takes its place without a gap."""
        self.ensure_one()
        if self.state != "connected":
            return super().action_sign()
        candidate = self._connect(
            self.company_id,
            self.environment,
            "signed_file",
            nip=self.nip,
            name=self.name,
        )
        return candidate.with_env(self.env).action_sign()

    def _authorised(self, pair):
        result = super()._authorised(pair)
        if self.is_candidate:
            self._take_over()
        return result

    def _take_over(self):
        """Let go of the connection that worked so far, and become the active one."""
        former = self._of_company(self.company_id)
        if former:
            former._revoke()
            # What is under way in them is asked about through the new login.
            # sudo: nobody may write sessions, this code does
            sessions = self.env["l10n_pl_ksef.session"].sudo()
            sessions.search(
                [("connection_id", "=", former.id), ("state", "=", "open")]
            ).connection_id = self
            former._archive_with_secrets_erased()
        self.write(
            {
                "active": True,
                "is_candidate": False,
                "last_import_at": former.last_import_at,
            }
        )

    def _take_over_at_last(self):
        """Take over where the process that was about to ended just before."""
        checkpoint(self.env)
        with advisory_lock(self.env, f"auth:{self.id}") as mine:
            if not mine:
                return
            self.invalidate_recordset()
            if self.is_candidate and self.state == "connected":
                self._take_over()
            checkpoint(self.env)

    def _refused(self, verdict):
        if self.is_candidate:
            self.is_candidate = False
        return super()._refused(verdict)

    def _disconnect(self):
        """Nothing takes over from a connection that was ended on purpose."""
        # sudo: nobody may write connections, this code does
        candidates = self.sudo().search(
            [
                ("company_id", "in", self.company_id.ids),
                ("active", "=", False),
                ("is_candidate", "=", True),
            ]
        )
        candidates.is_candidate = False
        return super(Connection, self | candidates)._disconnect()

    def _archive_with_secrets_erased(self):
        return super()._disconnect()

    @api.model
    def _cron_authorise(self):
        result = super()._cron_authorise()
        # sudo: nobody may write connections, this code does
        for candidate in self.sudo().search(
            [
                ("active", "=", False),
                ("company_id.active", "=", True),
                ("is_candidate", "=", True),
                ("state", "in", ("ordered", "processing", "connected")),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", fields.Datetime.now()),
            ]
        ):
            with isolated(self.env, candidate):
                if candidate.state == "connected":
                    candidate._take_over_at_last()
                else:
                    candidate._advance_authorisation()
        return result
