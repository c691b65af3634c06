"""What an answer of KSeF means for us and for people: one place."""

import re
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api import errors
from ..concurrency import Busy, Pause, SessionPause
from ..times import time_of_day
from ..vault.vault import VaultError
from .verdict_final import (
    FINAL_CODES,
    FINAL_INVOICE_STATES,
    FINAL_LOGIN_STATES,
    PASSING_CERTIFICATE_FAULTS,
    SYSTEM_CANCELLED,
)

HALF_A_MINUTE = timedelta(seconds=30)
A_MINUTE = timedelta(minutes=1)
AN_OUTAGE = timedelta(minutes=5)
# Nothing is wrong with the invoice: it goes in another session (435: another key).
SESSION_FAILED = (405, 435)
SESSION_OVER = (21155, 21173, 21180)
SESSION_UNAVAILABLE = 21184
KEY_WITHDRAWN = 21470
TOO_MANY_EXPORTS = 21182
CERTIFICATE_ERROR = 460
# "Certyfikat odwołany", "Certyfikat zawieszony": details of code 460.
REVOKED = re.compile("odwołan|unieważnion|zawieszon", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """Outcome of a call or of a status.

    ``outcome``: ``retry`` (nothing happened, try again after ``retry_after``),
    ``unknown`` (KSeF may have taken it: ask before sending again), ``login``
    (authorisation is needed), ``session`` (the session in KSeF is over, a new one will
    do), ``obstacle`` (nobody's last word: try again, less and less often) or
    ``refused`` (final; only what the tables of ``verdict_final.py`` hold). ``message``
    is a sentence for people: what happened and what to do next. ``code`` is KSeF's own
    code, when it gave one. ``is_revocation``: the certificate was revoked or suspended
    in KSeF.
    """

    outcome: str
    message: str
    code: int | None = None
    retry_after: timedelta | None = None
    is_revocation: bool = False


class VerdictTexts(models.AbstractModel):
    """Turns typed errors and status codes of KSeF into a ``Verdict``."""

    _name = "l10n_pl_ksef.verdict"
    _description = "KSeF: Meaning of Answers"

    @api.model
    def _of(self, error, about=None):
        """Return the verdict on an exception.

        :param error: a ``KsefError``, or any fault of this server
        :param about: what was asked, a key of ``FINAL_CODES``; without it nothing is
            final
        """
        if isinstance(error, VaultError):
            return Verdict("obstacle", self._vault_text(error))
        if not isinstance(error, errors.KsefError):
            return Verdict("obstacle", self._fault_text(error))
        if isinstance(error, errors.CertificateError):
            lasting = error.reason not in PASSING_CERTIFICATE_FAULTS
            outcome = "refused" if about == "login" and lasting else "obstacle"
            return Verdict(outcome, self._certificate_text(error))
        if isinstance(error, errors.LocalError):
            text = self.env._("A file cannot be read here: %(reason)s.", reason=error)
            return Verdict("obstacle", text)
        if isinstance(error, errors.RateLimited):
            return self._limited(error)
        if isinstance(error, errors.NoAnswer):
            return self._no_answer(error)
        if isinstance(error, errors.ServerError):
            return Verdict(
                "unknown",
                self.env._(
                    "KSeF has a failure of its own (%(code)s). We will ask again.",
                    code=error.http_status,
                ),
                error.http_status,
                HALF_A_MINUTE,
            )
        if isinstance(error, errors.BadAnswer):
            return Verdict(
                "unknown",
                self.env._("KSeF gave an answer that cannot be read."),
                retry_after=AN_OUTAGE,
            )
        return self._refusal(error, about)

    def _fault_text(self, error):
        """Return what to tell of a fault of this server or program."""
        if isinstance(error, UserError):
            return str(error)
        return self.env._(
            "This server has a trouble of its own (%(kind)s). Nothing is wrong in KSeF "
            "or with the invoice; it is tried again by itself, and the server's log "
            "says more.",
            kind=getattr(error, "strerror", None) or type(error).__name__,
        )

    def _limited(self, error):
        wait = timedelta(seconds=error.retry_after)
        if isinstance(error, Busy):
            text = self.env._("The login in KSeF is being renewed; it goes on at once.")
            return Verdict("retry", text, retry_after=wait)
        if isinstance(error, Pause):
            about_sessions = isinstance(error, SessionPause)
            code = SESSION_UNAVAILABLE if about_sessions else None
            return Verdict("retry", error.message, code, wait)
        text = self.env._(
            "KSeF's limit of calls is reached; it goes on by itself at %(time)s.",
            time=time_of_day(self.env, fields.Datetime.now() + wait),
        )
        return Verdict("retry", text, 429, wait)

    def _no_answer(self, error):
        if error.sent:
            text = self.env._("KSeF did not answer. We will ask what became of it.")
            return Verdict("unknown", text, retry_after=A_MINUTE)
        text = self.env._("KSeF cannot be reached. It will be tried again.")
        return Verdict("retry", text, retry_after=A_MINUTE)

    def _refusal(self, error, about):
        code = error.code or error.http_status
        if isinstance(error, errors.Unauthorized):
            text = self.env._("The authorisation in KSeF has ended; log in again.")
            return Verdict("login", text, code)
        if isinstance(error, errors.Forbidden):
            return Verdict("obstacle", self._forbidden_text(error), code)
        if code in SESSION_OVER:
            text = self.env._("The session in KSeF is over; a new one will be opened.")
            return Verdict("session", text, code, timedelta(0))
        if code == SESSION_UNAVAILABLE:
            return Verdict("session", self._sentences()[code], code, AN_OUTAGE)
        if code == KEY_WITHDRAWN:
            text = self.env._("KSeF has changed its encryption key; sending goes on.")
            return Verdict("retry", text, code, timedelta(0))
        text = self._with_details(code, error.details)
        if code == TOO_MANY_EXPORTS:
            return Verdict("retry", text, code, AN_OUTAGE)
        is_final = code in FINAL_CODES.get(about, ())
        return Verdict("refused" if is_final else "obstacle", text, code)

    def _with_details(self, code, details, description=None):
        """Return the sentence for ``code``, with what KSeF said about this case."""
        sentence = self._sentences().get(code) or self.env._(
            "KSeF refused it (code %(code)s): %(description)s",
            code=code,
            description=description or self.env._("no reason given"),
        )
        return "\n".join([sentence, *(details or [])])

    @api.model
    def _of_auth_status(self, status):
        """Return the verdict on a finished login that did not succeed."""
        if status.code in SYSTEM_CANCELLED:
            text = self.env._(
                "KSeF could not finish the login. It will be tried again."
            )
            return Verdict("retry", text, status.code, A_MINUTE)
        text = self._auth_sentences().get(status.code)
        lines = [text or self._with_details(status.code, [], status.description)]
        return Verdict(
            "refused" if status.code in FINAL_LOGIN_STATES else "obstacle",
            "\n".join(lines + status.details),
            status.code,
            is_revocation=status.code == CERTIFICATE_ERROR
            and any(REVOKED.search(text) for text in status.details),
        )

    @api.model
    def _of_invoice_status(self, status):
        """Return the verdict on an invoice that KSeF did not accept.

        ``retry``: KSeF has ended this attempt, and another one may do.
        """
        message = self._with_details(status.code, status.details, status.description)
        if status.code in (*SYSTEM_CANCELLED, *SESSION_FAILED):
            return Verdict("retry", message, status.code, A_MINUTE)
        is_final = status.code in FINAL_INVOICE_STATES
        outcome = "refused" if is_final else "obstacle"
        return Verdict(outcome, message, status.code)

    @api.model
    def _of_session_status(self, status):
        """Return the verdict on a batch session that failed as a whole.

        Nothing of it is lost: the documents go out again.
        """
        sentence = self._session_sentences().get(status.code)
        message = sentence or self._with_details(status.code, [], status.description)
        message = "\n".join([message, *status.details])
        return Verdict("retry", message, status.code, A_MINUTE)

    def _auth_sentences(self):
        """Sentences for the end of a login (GET /auth/{referenceNumber})."""
        return {
            415: self.env._(
                "This certificate or token has no permission in KSeF for this NIP. "
                "Grant it in Aplikacja Podatnika KSeF, then authorise again."
            ),
            425: self.env._("The login was revoked in KSeF. Authorise again."),
            450: self.env._(
                "KSeF does not accept this token: it is wrong, inactive or revoked. "
                "Generate a new one in Aplikacja Podatnika KSeF and enter it."
            ),
            460: self.env._(
                "KSeF does not accept this certificate: it is invalid, revoked, "
                "suspended or from another environment. Check that you chose the "
                "environment in which it was generated."
            ),
            470: self.env._("The owner of the certificate is marked as deceased."),
            480: self.env._(
                "KSeF has blocked this login for reasons of security. Contact KSeF's "
                "help desk."
            ),
        }

    def _sentences(self):
        """{code: sentence}; filled in ``verdict_sentences.py``."""
        return {}

    def _certificate_text(self, error):
        if error.reason == "expired":
            return self.env._(
                "The certificate has expired. Generate a new one in Aplikacja "
                "Podatnika KSeF and add it."
            )
        return self.env._("The certificate cannot be used any more. Add a new one.")

    def _vault_text(self, error):
        if error.reason == "other_key":
            return self.env._(
                "The secrets of this connection were encrypted with the key %(key)s, "
                "which this server does not have. Put that key into the configuration "
                "(l10n_pl_ksef_master_key), or enter the certificate or token again.",
                key=error.key_id,
            )
        if error.reason == "bad_master_key":
            return self.env._(
                "The encryption key in the server's configuration "
                "(l10n_pl_ksef_master_key) is not 32 bytes in base64."
            )
        return self.env._(
            "The stored secret has been changed and cannot be opened. Enter the "
            "certificate or token again."
        )
