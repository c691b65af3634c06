import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...ksef_api import xades
from ...ksef_api.client import USAGE_TOKEN
from ...ksef_api.errors import (
    Gone,
    InvalidRequest,
    KsefError,
    RateLimited,
    Unauthorized,
)
from ..concurrency import Busy, advisory_lock, checkpoint, isolated, roll_back
from ..times import naive_utc
from ..vault.vault import VaultError
from .due import due
from .verdict_final import FIRST_PAUSE, growing_pause

_logger = logging.getLogger(__name__)

POLL_AFTER = timedelta(seconds=5)
RENEW_BEFORE = timedelta(minutes=5)
IN_PROGRESS = 100
ALREADY_REDEEMED = 21301
# KSeF does not know this login, or its challenge, any more: another one may do.
LOGIN_GONE = (21111, ALREADY_REDEEMED, 21304)
SUCCESS = 200
# So many failures in a row pass unnoticed: what they hindered is tried again.
TELL_AFTER = 3


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    fail_count = fields.Integer(
        "Failures in a Row", readonly=True, help="While logging in to KSeF."
    )

    def _order_authorisation(self):
        """Ask for a new authorisation; the next step talks to KSeF."""
        self.write(
            {
                "state": "ordered",
                "retry_at": False,
                "auth_reference": False,
                "auth_token_sealed": False,
            }
        )
        self._mark_certificate("ordered")
        self.env.ref("l10n_pl_ksef.ir_cron_authorise")._trigger()

    def _advance_authorisation(self):
        """Take the steps towards ``connected`` that KSeF allows now.

        Each step is committed before the next; whatever is left is done by the cron.
        """
        self.ensure_one()
        self = self._in_company_language()
        checkpoint(self.env)
        with advisory_lock(self.env, f"auth:{self.id}") as mine:
            if not mine:
                return
            self.invalidate_recordset()
            try:
                if self.state == "ordered":
                    self._submit_authorisation()
                if self.state == "processing":
                    self._poll_authorisation()
            except (KsefError, VaultError) as error:
                self._authorisation_failed(error)
            except psycopg2.Error:
                raise
            except Exception as error:
                roll_back(self.env)
                _logger.exception("KSeF: connection %s", self.id)
                if self.state in ("ordered", "processing"):
                    self._authorisation_failed(error)
            checkpoint(self.env)

    def _submit_authorisation(self):
        """Send the request that logs in; KSeF answers with a number to ask about."""
        challenge = self._call_public(lambda client: client.challenge())
        operation = self._submit_by_method(challenge)
        self.write(
            {
                "state": "processing",
                "auth_reference": operation.reference,
                "auth_token_sealed": self._seal(
                    "auth_token_sealed", operation.token.value
                ),
            }
        )
        self._mark_certificate("processing")
        checkpoint(self.env)

    def _submit_by_method(self, challenge):
        if self.method == "token":
            token = self._unseal("ksef_token_sealed").decode()
            public_key = self._public_key(USAGE_TOKEN)
            return self._call_public(
                lambda client: client.authenticate_token(
                    challenge, self.nip, token, public_key
                )
            )
        request = xades.auth_token_request(challenge.challenge, self.nip)
        # In KSeF's time: this server's clock may be wrong.
        signed = xades.sign(
            request, self.certificate_id._load(), signing_time=challenge.timestamp
        )
        return self._call_public(lambda client: client.authenticate_xades(signed))

    def _poll_authorisation(self):
        token = self._unseal("auth_token_sealed").decode()
        status = self._call_public(
            lambda client: client.auth_status(self.auth_reference, token)
        )
        if status.code == IN_PROGRESS:
            self._authorise_later(POLL_AFTER)
        elif status.code == SUCCESS:
            self._redeem(token)
        else:
            verdict = self.env["l10n_pl_ksef.verdict"]._of_auth_status(status)
            if verdict.outcome == "refused":
                self._refused(verdict)
            else:
                self._log_in_anew(verdict)

    def _redeem(self, token):
        """Exchange the finished login for tokens; KSeF gives them once only."""
        try:
            pair = self._call_public(lambda client: client.redeem(token))
        except InvalidRequest as error:
            if error.has(ALREADY_REDEEMED) and self.method != "signed_file":
                # The answer to an earlier call was lost, and the tokens with it.
                self._order_authorisation()
                return
            raise
        self._authorised(pair)

    def _authorised(self, pair):
        """KSeF redeemed the tokens: the connection works from now on."""
        self.write(
            {
                "state": "connected",
                "retry_at": False,
                "fail_count": 0,
                "connected_on": fields.Datetime.now(),
                "auth_token_sealed": False,
                **self._access_values(pair.access),
                "refresh_token_sealed": self._seal(
                    "refresh_token_sealed", pair.refresh.value
                ),
                "refresh_valid_until": naive_utc(pair.refresh.valid_until),
            }
        )
        self._mark_certificate("valid")
        self._out_of_trouble()
        checkpoint(self.env)
        self._on_connected()

    def _on_connected(self):
        """What waited for a connection goes on."""
        self.env.ref("l10n_pl_ksef.ir_cron_send")._trigger()
        self.env.ref("l10n_pl_ksef.ir_cron_fetch")._trigger()
        if self.fetch_for_id:
            # They may have left, or have lost the right meanwhile.
            with suppress(AccessError):
                self.company_id.with_user(self.fetch_for_id)._l10n_pl_ksef_fetch_now()
            self.fetch_for_id = False

    def _access_values(self, token):
        return {
            "access_token_sealed": self._seal("access_token_sealed", token.value),
            "access_valid_until": naive_utc(token.valid_until),
        }

    def _authorisation_failed(self, error):
        """End it where KSeF said its last word, else try again, less and less often."""
        verdict = self._note_failure(error, about="login")
        if verdict.outcome == "refused":
            self._refused(verdict)
        elif isinstance(error, RateLimited):
            self._authorise_later(verdict.retry_after)
        elif self._is_login_gone(error):
            self._log_in_anew(verdict)
        else:
            self._authorise_less_often(verdict)

    def _is_login_gone(self, error):
        """Tell whether this very login leads nowhere any more."""
        if isinstance(error, InvalidRequest):
            return any(map(error.has, LOGIN_GONE))
        return self.state == "processing" and isinstance(error, (Unauthorized, Gone))

    def _log_in_anew(self, verdict):
        """This login came to nothing; what people must sign themselves, ends."""
        if self.method == "signed_file":
            again = self.env._("A file serves once: download a new one and sign it.")
            self._refused(replace(verdict, message=f"{verdict.message}\n{again}"))
            return
        self._order_authorisation()
        self._authorise_less_often(verdict)

    def _authorise_less_often(self, verdict):
        """Try again after a pause that grows with each failure in a row, without end;
        people are told when it does not pass soon.
        """
        first = FIRST_PAUSE if verdict.retry_after is None else verdict.retry_after
        if self.fail_count and not first:
            first = FIRST_PAUSE
        self._authorise_later(growing_pause(self.fail_count, first))
        self._login_held_up(verdict.message)
        self.fail_count += 1
        if self.fail_count == TELL_AFTER:
            self._tell_held_up(verdict.message)

    def _tell_held_up(self, message):
        """Tell that work with KSeF does not go on, and why; it is tried again."""
        self.env["l10n_pl_ksef.notification"]._notify(
            "held_up", self, occasion=fields.Datetime.now(), details=message
        )

    def _refused(self, verdict):
        self.state = "failed"
        state = "revoked" if verdict.is_revocation else "failed"
        self._mark_certificate(state, verdict.message)

    def _authorise_later(self, delay):
        """Let the cron go on after ``delay`` (timedelta)."""
        self.retry_at = fields.Datetime.now() + delay
        self.env.ref("l10n_pl_ksef.ir_cron_authorise")._trigger(at=self.retry_at)

    def _mark_certificate(self, state, message=False):
        """Note what a login says of its certificate; what KSeF says to a company that
        has another one's, but for a revocation, says nothing about the certificate.
        """
        for connection in self.filtered(lambda c: c.method == "certificate"):
            # sudo: nobody may write certificates, this code does
            certificate = connection.certificate_id.sudo()
            is_own = certificate.company_id == connection.company_id
            if is_own or state == "revoked":
                certificate.write({"state": state, "status_message": message})

    def _renew_access_token(self, refused=None):
        """Return a new access token, got with the refresh token.

        :param refused: the token that KSeF did not take; when another worker has
            renewed it since, that worker's token is the answer
        :raise Unauthorized: nobody is logged in any more; where a certificate or a
            token can log in again, that has been ordered
        :raise Busy: another worker is renewing it right now
        """
        checkpoint(self.env)
        with advisory_lock(self.env, f"auth:{self.id}") as mine:
            if not mine:
                raise Busy(retry_after=POLL_AFTER.seconds)
            self.invalidate_recordset()
            if self.state != "connected":
                raise Unauthorized()
            current = self._unseal("access_token_sealed").decode()
            if current != refused and (refused or self._lives_on()):
                return current
            return self._refresh_access_token()

    def _lives_on(self):
        """Tell whether another worker has renewed the access token meanwhile."""
        soon = fields.Datetime.now() + RENEW_BEFORE
        return bool(self.access_valid_until and self.access_valid_until > soon)

    def _refresh_access_token(self):
        refresh_token = self._unseal("refresh_token_sealed").decode()
        try:
            token = self._call_public(lambda client: client.refresh(refresh_token))
        except (Unauthorized, InvalidRequest) as error:
            if self._may_outlive(error):
                raise
            self._session_ended()
            raise Unauthorized() from None
        self.write({**self._access_values(token), "fail_count": 0, "retry_at": False})
        self._out_of_trouble()
        checkpoint(self.env)
        return token.value

    def _may_outlive(self, error):
        """Tell whether the login may be alive though its token was not renewed.

        Where another login costs nothing, any answer 400 is taken as its end; a person
        is asked to sign again only for a code that says so.
        """
        return (
            self.method == "signed_file"
            and isinstance(error, InvalidRequest)
            and not any(map(error.has, LOGIN_GONE))
        )

    def _session_ended(self):
        """KSeF no longer knows the login: log in again, or ask people to."""
        if self.method == "signed_file":
            ended = self.env._("The session in KSeF has ended. Sign a new file.")
            self._in_trouble("login", details=ended)
        self.write(
            {
                "state": "expired",
                "access_valid_until": False,
                "refresh_valid_until": False,
            }
        )
        checkpoint(self.env)
        if self.method != "signed_file":
            self._order_authorisation()
            checkpoint(self.env)

    def _revoke(self):
        """End the login in KSeF; an outage there does not keep it open here."""
        self.ensure_one()
        if self.state != "connected":
            return
        try:
            refresh_token = self._unseal("refresh_token_sealed").decode()
            self._call_public(lambda client: client.revoke_current(refresh_token))
        except (KsefError, VaultError) as error:
            self._note_failure(error)

    @api.model
    def _cron_authorise(self):
        """Log in where that was ordered, and renew logins before they end."""
        for connection in self.search(due(("ordered", "processing"))):
            with isolated(self.env, connection):
                connection._advance_authorisation()
        soon = fields.Datetime.now() + RENEW_BEFORE
        ending = [*due(("connected",)), ("access_valid_until", "<=", soon)]
        for connection in self.search(ending):
            with isolated(self.env, connection):
                connection._renew_quietly()

    def _renew_quietly(self):
        """Renew the access token; what stands in the way is shown, and tried again."""
        try:
            self._renew_access_token()
        except Busy:
            return
        except RateLimited as error:
            self._authorise_later(self._note_failure(error).retry_after)
            checkpoint(self.env)
        except (KsefError, VaultError) as error:
            verdict = self._note_failure(error)
            # Another host may well have the key that this one lacks.
            if self.state == "connected" and not isinstance(error, VaultError):
                self._authorise_less_often(verdict)
            checkpoint(self.env)
