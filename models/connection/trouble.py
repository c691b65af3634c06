"""What stands between a company and KSeF now: one rule of what is shown of it."""

from datetime import timedelta

from odoo import api, fields, models

from ...ksef_api.errors import (
    Forbidden,
    KsefError,
    NoAnswer,
    RateLimited,
    ServerError,
)
from ...ksef_api.limits import LimitReached, group_of
from ..concurrency import checkpoint
from ..times import time_of_day
from .verdict import A_MINUTE, CERTIFICATE_ERROR, HALF_A_MINUTE

LONGEST_PAUSE = timedelta(minutes=5)
# Over with the first call that succeeds, whatever it asks for.
OF_THE_LINE = ("down", "limit")
# Over with the first call that needs a login and succeeds.
OF_THE_LOGIN = ("login", "certificate")
NO_PERMISSION = (403, 415, 21117)
# In the context of calls that only some logins may make: a refusal is an answer.
MAY_BE_REFUSED = "l10n_pl_ksef_may_be_refused"
# None: found here, before KSeF was asked.
ABOUT_CERTIFICATE = (None, 470, CERTIFICATE_ERROR, 21115)


class Connection(models.Model):
    """A trouble has a kind, a beginning, what was said, and when it goes on.

    It is noted where it is met: at the one door of all calls (``_met``), and in the
    login (``_in_trouble``). The first success ends it. ``status_message`` is what every
    page shows of it, made when it is read: so it is in the reader's language, and never
    older than the trouble.
    """

    _inherit = "l10n_pl_ksef.connection"

    trouble = fields.Selection(
        [
            ("down", "KSeF does not answer"),
            ("limit", "Limit of calls"),
            ("permission", "No permission"),
            ("certificate", "Certificate refused"),
            ("login", "Not authorised"),
        ],
        readonly=True,
        help="What stands between the company and KSeF now.",
    )
    trouble_since = fields.Datetime("Since", readonly=True)
    trouble_until = fields.Datetime(
        "Goes On At", readonly=True, help="When it is tried again by itself."
    )
    trouble_details = fields.Text("What Was Said", readonly=True)
    trouble_call = fields.Char(
        readonly=True, help="The group of calls that it is about; empty: all."
    )
    status_message = fields.Text(compute="_compute_status_message")

    @api.depends(
        "trouble", "trouble_since", "trouble_until", "trouble_details", "next_call_at"
    )
    @api.depends_context("lang")
    def _compute_status_message(self):
        for connection in self:
            connection.status_message = connection._trouble_sentence()

    def _trouble_sentence(self):
        """Return what is wrong, since when, and when it goes on; False: nothing."""
        now = fields.Datetime.now()
        until = self.trouble_until
        until = until and until > now and time_of_day(self.env, until)
        if not self.trouble or (self.trouble == "limit" and not until):
            return False
        if self.trouble == "limit":
            return self.env._(
                "KSeF's limit of calls is reached; it goes on by itself at %(time)s.",
                time=until,
            )
        since = time_of_day(self.env, self.trouble_since or now)
        if self.trouble == "down":
            if until:
                return self.env._(
                    "KSeF has not answered since %(since)s. Nothing is lost: it is "
                    "tried again by itself at %(until)s.",
                    since=since,
                    until=until,
                )
            return self.env._(
                "KSeF has not answered since %(since)s. Nothing is lost: it is being "
                "tried again.",
                since=since,
            )
        if until:
            return self.env._(
                "%(details)s\nSince %(since)s; tried again by itself at %(until)s.",
                details=self.trouble_details,
                since=since,
                until=until,
            )
        return self.env._(
            "%(details)s\nSince %(since)s.", details=self.trouble_details, since=since
        )

    def _why_no_calls(self):
        """Return why no call is made before ``next_call_at``."""
        return self._trouble_sentence() or self.env._(
            "KSeF asked us to make no calls until %(time)s.",
            time=time_of_day(self.env, self.next_call_at),
        )

    # --- what is met ---------------------------------------------------------

    def _met(self, error, asked):
        """Note what a call met, and make no other for as long as it asks.

        :param error: KsefError
        :param asked: (method, path) of a call that needs a login, else None
        """
        group = asked and group_of(*asked)
        if isinstance(error, LimitReached):
            # Not KSeF's answer: calls of other groups need not wait.
            if self.trouble in (False, "limit"):
                self._in_trouble("limit", _seconds(error.retry_after), call=group)
        elif isinstance(error, RateLimited):
            self._in_trouble("limit", _seconds(error.retry_after))
            self._make_no_calls()
        elif isinstance(error, ServerError):
            pause = max(_seconds(error.retry_after or 0), self._pause_while_down())
            self._in_trouble("down", pause)
            self._make_no_calls()
        elif isinstance(error, NoAnswer):
            self._in_trouble("down", A_MINUTE)
        elif isinstance(error, Forbidden) and group and not self._expects_refusals():
            texts = self.env["l10n_pl_ksef.verdict"]
            said = texts._of(error).message
            self._in_trouble("permission", details=said, call=group)
        elif error.http_status and self.trouble in OF_THE_LINE:
            # It answers, if only to refuse this.
            self._out_of_trouble()

    def _may_be_refused(self):
        """Return this connection for calls of which a refusal is no trouble."""
        return self.with_context(**{MAY_BE_REFUSED: True})

    def _expects_refusals(self):
        return self.env.context.get(MAY_BE_REFUSED)

    def _pause_while_down(self):
        """Return a pause as long as KSeF has been down, within limits: what is over
        soon is found out soon.
        """
        if self.trouble != "down":
            return HALF_A_MINUTE
        lasted = fields.Datetime.now() - self.trouble_since
        return min(max(lasted, HALF_A_MINUTE), LONGEST_PAUSE)

    def _make_no_calls(self):
        # sudo: nobody may write connections, this code does
        self.sudo().next_call_at = self.trouble_until
        checkpoint(self.env)

    def _succeeded(self, asked):
        """A call succeeded: what it shows to be over is over."""
        kind = self.trouble
        if not kind:
            return
        group = asked and group_of(*asked)
        if self.trouble_call:
            over = self.trouble_call == group
        else:
            over = kind in OF_THE_LINE or (kind in OF_THE_LOGIN and group)
        if over:
            self._out_of_trouble()

    def _in_trouble(self, kind, pause=None, details=False, call=False):
        """Note a trouble; one of the same kind goes on.

        :param pause: when it is tried again by itself (timedelta), None: people decide
        :param details: a sentence about it, in the company's language
        :param call: the group of calls that it is about
        """
        now = fields.Datetime.now()
        since = self.trouble_since if self.trouble == kind else now
        # sudo: nobody may write connections, this code does
        self.sudo().write(
            {
                "trouble": kind,
                "trouble_since": since,
                "trouble_until": pause is not None and now + pause,
                "trouble_details": details,
                "trouble_call": call,
            }
        )

    def _out_of_trouble(self):
        if self.trouble:
            # sudo: nobody may write connections, this code does
            self.sudo().write(NO_TROUBLE)

    # --- the login -----------------------------------------------------------

    def _note_failure(self, error, about=None):
        verdict = super()._note_failure(error, about)
        if not isinstance(error, KsefError):
            self._in_trouble("login", details=verdict.message)
        return verdict

    def _login_held_up(self, message):
        """The login met an obstacle, and is tried again at ``retry_at``."""
        if self.trouble in OF_THE_LINE:
            self.trouble_until = self.retry_at
        else:
            self._in_trouble("login", self.retry_at - fields.Datetime.now(), message)

    def _refused(self, verdict):
        """KSeF said its last word on the login: say which kind it is of."""
        result = super()._refused(verdict)
        if verdict.code in NO_PERMISSION:
            kind = "permission"
        elif self.method == "certificate" and verdict.code in ABOUT_CERTIFICATE:
            kind = "certificate"
        else:
            kind = "login"
        self._in_trouble(kind, details=verdict.message)
        return result


NO_TROUBLE = {
    "trouble": False,
    "trouble_since": False,
    "trouble_until": False,
    "trouble_details": False,
    "trouble_call": False,
}


def _seconds(number):
    return timedelta(seconds=number)
