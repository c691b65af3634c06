"""A change of rights is followed to its end (uprawnienia.md, *operacje*)."""

from odoo import api, fields, models

from ...ksef_api.errors import (
    Forbidden,
    Gone,
    InvalidRequest,
    KsefError,
    RateLimited,
    was_not_carried_out,
)
from ..concurrency import advisory_lock, checkpoint, isolated, time_is_left
from ..connection.auth import IN_PROGRESS, POLL_AFTER, SUCCESS
from ..connection.due import due
from ..connection.verdict_final import (
    SETTLED_AFTER,
    SYSTEM_CANCELLED,
    growing_pause,
)
from ..vault.vault import VaultError
from .order import OPEN


class PermissionOrder(models.Model):
    _inherit = "l10n_pl_ksef.permission.order"

    @api.model
    def _cron_follow(self):
        """Take every open change as far as KSeF lets it go now."""
        for order in self.search(due(OPEN), order="id"):
            if not time_is_left(self.env):
                self._follow_cron()._trigger()
                break
            with isolated(self.env, order):
                order._advance()

    def _advance(self):
        """Take the steps that are due; each is committed before the next."""
        self.ensure_one()
        checkpoint(self.env)
        with advisory_lock(self.env, f"permission:{self.id}") as mine:
            if not mine:
                return
            self.invalidate_recordset()
            connection = self._connection()
            self = self.with_env(connection.env)
            if self.state not in OPEN or not self._may_go_on(connection):
                return
            # A conflict with another process must not begin the request anew, which
            # would order the same twice: the cron goes on from what is committed.
            with isolated(self.env, self):
                try:
                    self._take_steps(connection)
                except (KsefError, VaultError) as error:
                    self._note_error(error)
            checkpoint(self.env)

    def _take_steps(self, connection):
        # Found in `asking`: whoever asked died before the answer.
        if self.state in ("asking", "unknown"):
            self._look_up(connection)
        if self.state == "new":
            self._ask(connection)
        if self.state == "processing":
            self._poll(connection)

    def _connection(self):
        connection = self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)
        return connection._in_company_language()

    def _may_go_on(self, connection):
        """Only through a login to the same place as when it was ordered."""
        if (connection.environment, connection.nip) != (self.environment, self.nip):
            self._fail(
                self.env._(
                    "The company is connected to another KSeF than when this was "
                    "ordered."
                )
            )
            checkpoint(self.env)
            return False
        if connection.state != "connected":
            text = self.env._("It waits for the connection to KSeF.")
            self._later(growing_pause(self.fail_count), text)
            checkpoint(self.env)
            return False
        return True

    def _ask(self, connection):
        self.write({"state": "asking", "asked_at": fields.Datetime.now()})
        checkpoint(self.env)
        reference = connection._may_be_refused()._call(self._carry_out)
        self.write(
            {"state": "processing", "reference": reference, "status_message": False}
        )
        checkpoint(self.env)

    def _poll(self, connection):
        status = connection._call(
            lambda client: client.permission_operation(self.reference)
        )
        if status.code == IN_PROGRESS:
            self._later(POLL_AFTER)
        elif status.code == SUCCESS:
            self._done(connection)
        elif status.code in SYSTEM_CANCELLED:
            self.state = "new"
            self._later(
                growing_pause(self.fail_count),
                self.env._("KSeF has a trouble of its own; it is told again."),
            )
        else:
            verdicts = self.env["l10n_pl_ksef.verdict"]
            self._fail(verdicts._of_permission_status(status))

    def _look_up(self, connection):
        """Ask KSeF's lists what became of a change whose answer was lost."""
        if self._is_carried_out(connection):
            self._done(connection)
        elif self.asked_at + SETTLED_AFTER <= fields.Datetime.now():
            self.write({"state": "new", "reference": False})
        else:
            self.state = "unknown"
            self._later(SETTLED_AFTER)

    def _done(self, connection):
        self.write(
            {
                "state": "done",
                "status_message": False,
                "retry_at": False,
                "fail_count": 0,
            }
        )
        actions = {
            "grant": self.env._(
                "Granted in KSeF to %(who)s: %(rights)s.",
                who=self.subject_name or self.subject_shown,
                rights=self.rights,
            ),
            "revoke": self.env._(
                "Taken back in KSeF from %(who)s: %(rights)s.",
                who=self.subject_name or self.subject_shown,
                rights=self.rights,
            ),
        }
        connection.message_post(body=actions[self.action])
        connection._permissions_changed()
        checkpoint(self.env)
        with isolated(self.env, connection):
            connection._refresh_permissions()
            connection._ask_rights()

    def _fail(self, message):
        self.write({"state": "failed", "status_message": message, "retry_at": False})

    def _note_error(self, error):
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
        message = verdict.message
        if isinstance(error, Gone) and self.state == "processing":
            # After thirty days KSeF no longer tells; its lists do.
            self.state = "unknown"
            self._later(SETTLED_AFTER, message)
            return
        is_refusal = isinstance(error, InvalidRequest) or (
            isinstance(error, Forbidden) and error.reason_code
        )
        if self.state in ("asking", "processing") and is_refusal:
            if isinstance(error, Forbidden):
                message = self.env._(
                    "This login may not grant or take back permissions. %(who)s",
                    who=self._connection()._who_can_grant(),
                )
            self._fail(message)
            return
        if self.state == "asking":
            self.state = "new" if was_not_carried_out(error) else "unknown"
        pause = verdict.retry_after
        if not isinstance(error, RateLimited):
            pause = growing_pause(self.fail_count, pause or SETTLED_AFTER)
        self._later(pause, message)

    def _later(self, pause, message=None):
        """Let the cron go on after ``pause`` (timedelta)."""
        values = {"retry_at": fields.Datetime.now() + pause}
        if message:
            values |= {
                "status_message": message,
                "fail_count": self.fail_count + 1,
            }
        self.write(values)
        self._follow_cron()._trigger(at=self.retry_at)
