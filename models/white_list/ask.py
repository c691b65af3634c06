import logging
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from ...ksef_api import white_list
from ...ksef_api.errors import InvalidRequest, KsefError
from ..concurrency import advisory_lock, checkpoint
from ..times import naive_utc, start_of, warsaw_day, warsaw_today
from .entry import OPEN

_logger = logging.getLogger(__name__)

TEST_URL = "l10n_pl_ksef.test_white_list_url"
# Until then nothing is asked, "TIME reason": a limit, the nightly renewal, silence.
PAUSE = "l10n_pl_ksef.white_list_pause"
SILENT_FOR = timedelta(minutes=5)
# A person who presses the button, and who pays, asks for so many questions at most.
MOST_QUESTIONS = 20


class WhiteListEntry(models.Model):
    _inherit = "l10n_pl_ksef.white.list"

    @api.model
    def _ask(self, wanted, day):
        """Ask for what is not known yet of ``wanted`` on ``day``; commits.

        Thirty NIPs are one question. Accounts that are not listed one by one are asked
        for singly, once. After the first failure nothing more is asked.

        :param wanted: ``{nip: {account, ...}}``, valid NIPs, accounts of 26 digits
        :return: a sentence that tells why something is still not known, or ""
        """
        self._take_over(wanted, day)
        if not self._open_questions(wanted, day):
            return ""
        checkpoint(self.env)
        with advisory_lock(self.env, "white-list") as mine:
            if not mine:
                return self._told_failure("busy")
            if reason := self._paused():
                return self._told_failure(reason)
            try:
                self._ask_now(wanted, day)
            except InvalidRequest as error:
                return self.env._(
                    "The Ministry's list does not take the question (%(code)s).",
                    code=error.code,
                )
            except KsefError as error:
                _logger.info("KSeF: the white list: %s", error)
                return self._told_failure(self._pause(error))
            finally:
                checkpoint(self.env)
        return ""

    @api.model
    def _open_questions(self, wanted, day):
        """Return ``(nips, [(nip, account)])`` that nothing is known of, or None."""
        known = self._of_all(wanted, day)
        nips = [nip for nip in wanted if nip not in known]
        virtual = [
            (nip, number)
            for nip, entry in known.items()
            if entry.has_virtual_accounts
            for number in sorted(wanted[nip])
            if entry._account(number) == OPEN
        ]
        return (nips, virtual) if nips or virtual else None

    @api.model
    def _ask_now(self, wanted, day):
        nips, _virtual = self._open_questions(wanted, day) or ([], [])
        at_once = white_list.MOST_AT_ONCE
        for start in range(0, min(len(nips), MOST_QUESTIONS * at_once), at_once):
            asked = nips[start : start + at_once]
            answer = white_list.search(asked, day, self._address())
            self._keep(answer, asked, day)
            checkpoint(self.env)
        _nips, virtual = self._open_questions(wanted, day) or ([], [])
        for nip, number in virtual[:MOST_QUESTIONS]:
            try:
                answer = white_list.check(nip, number, day, self._address())
            except InvalidRequest as error:
                # What is no account is on no list.
                answer = white_list.AccountAnswer(error.code, _utc_now(), False)
            self._of(nip, day)._note_check(number, answer)
            checkpoint(self.env)

    @api.model
    def _keep(self, answer, asked, day):
        """Keep one answer: a row for each NIP that it tells something of."""
        known = {**answer.taxpayers, **dict.fromkeys(answer.refused)}
        # sudo: only code writes what the list says
        entries = self.sudo().create(
            [
                {
                    "nip": nip,
                    "day": day,
                    "request_id": answer.request_id,
                    "answered_at": naive_utc(answer.moment),
                    **_values(known[nip], answer.refused.get(nip)),
                }
                for nip in asked
                if nip in known
            ]
        )
        entries._give_over()

    def _note_check(self, number, answer):
        moment = fields.Datetime.to_string(naive_utc(answer.moment))
        line = [answer.is_listed, answer.request_id, moment]
        self.checked = {**(self.checked or {}), number: line}
        self._give_over()

    # --- when it does not answer ---------------------------------------------

    @api.model
    def _address(self):
        """Return where the list lives: a neutralised database asks the test one."""
        # sudo: a parameter of the system; nobody is shown it
        parameters = self.env["ir.config_parameter"].sudo()
        if address := parameters.get_param(TEST_URL):
            return address
        if parameters.get_param("database.is_neutralized"):
            return white_list.TEST_ADDRESS
        return white_list.ADDRESS

    @api.model
    def _pause(self, error):
        """Ask nothing for a while after ``error``; return its reason.

        :return: ``limit``, ``renewal`` or ``silent``
        """
        now = fields.Datetime.now()
        code = error.code
        if code == white_list.LIMIT:
            reason, until = "limit", _next_midnight(now)
        elif code in (white_list.RENEWED, white_list.BEING_RENEWED):
            reason, until = "renewal", now + timedelta(seconds=error.retry_after)
        else:
            reason, until = "silent", now + SILENT_FOR
        # sudo: a parameter of the system; nobody is shown it
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(PAUSE, f"{fields.Datetime.to_string(until)} {reason}")
        return reason

    @api.model
    def _paused(self):
        """Return why nothing may be asked now, or nothing."""
        ends, reason = self._pause_kept()
        return reason if ends and ends > fields.Datetime.now() else None

    @api.model
    def _pause_ends(self):
        """Return until when nothing is asked, or None."""
        return self._pause_kept()[0]

    @api.model
    def _pause_kept(self):
        # sudo: a parameter of the system; nobody is shown it
        text = self.env["ir.config_parameter"].sudo().get_param(PAUSE) or ""
        ends, _blank, reason = text.rpartition(" ")
        return fields.Datetime.to_datetime(ends) if ends else None, reason

    @api.model
    def _told_failure(self, reason):
        return {
            "limit": self.env._(
                "The Ministry's list answers no more questions of this server today "
                "(WL-191). It is asked again after midnight; until then look on "
                "podatki.gov.pl."
            ),
            "renewal": self.env._(
                "The Ministry's list is being renewed, as every night (WL-195, "
                "WL-196). Try again in a quarter of an hour."
            ),
            "silent": self.env._(
                "The Ministry's list gave no answer that can be read. Try again in "
                "five minutes, or look on podatki.gov.pl."
            ),
            "busy": self.env._(
                "The Ministry's list is being asked right now. Try again in a moment."
            ),
        }.get(reason, "")

    @api.autovacuum
    def _forget(self):
        """Payments and bills keep what they need; a year of the list is enough."""
        old = fields.Date.subtract(warsaw_today(), years=1)
        self.search([("day", "<", old)], limit=10_000).unlink()


def _values(taxpayer, refused):
    if refused:
        return {"state": "refused", "code": refused}
    if taxpayer is None:
        return {"state": "absent"}
    return {
        "state": taxpayer.state,
        "name": taxpayer.name,
        "accounts": "\n".join(taxpayer.accounts),
        "has_virtual_accounts": taxpayer.has_virtual_accounts,
    }


def _utc_now():
    return datetime.now(timezone.utc)


def _next_midnight(now):
    """Return when the day ends in Poland; both in UTC, without saying so."""
    return start_of(warsaw_day(now) + timedelta(days=1)) + timedelta(minutes=1)
