import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import (
    AccessError,
    LockError,
    MissingError,
    RedirectWarning,
    UserError,
)

from ...ksef_api.errors import DocumentError, InvalidRequest, KsefError
from ..concurrency import (
    advisory_lock,
    checkpoint,
    isolated,
    roll_back,
    time_is_left,
)
from ..vault.vault import VaultError
from .document import IN_FLIGHT

_logger = logging.getLogger(__name__)

SEND_AT_ONCE = 100
OBSTACLE = timedelta(minutes=5)
# Raised by Odoo for people, and nothing that the invoice itself can be blamed for.
NOT_THE_INVOICE = (AccessError, LockError, MissingError)


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _cron_send(self):
        """Send what waits, ask about what was sent, fetch UPOs; for every company."""
        connections = self.env["l10n_pl_ksef.connection"]._connected()
        for connection in self._longest_waiting_first(connections):
            if not time_is_left(self.env):
                # Whoever was not served comes first in the next run.
                self._send_cron()._trigger()
                break
            with isolated(self.env, connection):
                self._process(connection)
        self._trigger_next()

    @api.model
    def _longest_waiting_first(self, connections):
        """Return ``connections`` by how long the oldest document of each waits, so that
        no company always comes after the many of another one.
        """
        groups = self._read_group(
            [("state", "in", IN_FLIGHT), ("needs_person", "=", False)],
            ["company_id"],
            ["id:min"],
        )
        oldest = {}
        for company, first in groups:
            taxpayer = company.l10n_pl_ksef_taxpayer_id.id
            oldest[taxpayer] = min(first, oldest.get(taxpayer, first))
        nothing = float("inf")
        return connections.sorted(lambda c: oldest.get(c.company_id.id, nothing))

    @api.model
    def _process(self, connection, briefly=False):
        """Take every document of ``connection`` as far as KSeF lets it go now.

        :param briefly: somebody waits: only what gets a few invoices their numbers

        One process at a time works for a connection, so a document found in ``sending``
        belongs to one that died.
        """
        connection = connection._in_company_language()
        self = self.with_env(connection.env)
        checkpoint(self.env)
        with advisory_lock(self.env, f"send:{connection.company_id.id}") as mine:
            if not mine:
                return
            self.env.invalidate_all()
            if not connection.company_id.active:
                return
            try:
                for step in self._steps(briefly):
                    step(connection)
            except (KsefError, VaultError) as error:
                # What could not be done waits where it is; the connection says why.
                verdict = connection._note_failure(error)
                self._wake_in(verdict.retry_after or OBSTACLE)
            checkpoint(self.env)

    @api.model
    def _steps(self, briefly):
        """Return what is done, in this order; each is told the connection."""
        sessions = self.env["l10n_pl_ksef.session"]
        refresh_limits = type(self.env["l10n_pl_ksef.connection"])._refresh_limits
        if briefly:
            return (refresh_limits, self._recover, self._send_due, self._poll)
        return (
            refresh_limits,
            self._recover,
            sessions._advance_batches,
            self._send_due,
            self._poll,
            self._fetch_upos,
            sessions._close_idle,
        )

    @api.model
    def _due(self, connection, state, limit=None, kind=None):
        """Return the documents in ``state`` whose time has come.

        :param kind: of their session, "online" or "batch"
        """
        now = fields.Datetime.now()
        of_kind = [("session_id.kind", "=", kind)] if kind else []
        return self.search(
            [
                *of_kind,
                ("company_id", "in", connection._companies().ids),
                ("environment", "in", (False, connection.environment)),
                ("state", "=", state),
                ("needs_person", "=", False),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", now),
            ],
            order="id",
            limit=limit,
        )

    @api.model
    def _trigger_next(self):
        """Wake the cron when the next document or batch session is due.

        What is due already and still waits met an obstacle: that knows its own time.
        """
        later = [("retry_at", ">", fields.Datetime.now())]
        waiting = ("state", "in", ("queued", "sent", "unknown", "accepted"))
        due = [
            self.search([waiting, *later], order="retry_at", limit=1).retry_at,
            self.env["l10n_pl_ksef.session"]
            .search(later, order="retry_at", limit=1)
            .retry_at,
        ]
        if any(due):
            self._send_cron()._trigger(at=min(filter(None, due)))

    @api.model
    def _wake_in(self, pause):
        """Wake the cron after ``pause`` (timedelta)."""
        self._send_cron()._trigger(at=fields.Datetime.now() + pause)

    @api.model
    def _send_cron(self):
        return self.env.ref("l10n_pl_ksef.ir_cron_send")

    # --- sending -------------------------------------------------------------

    @api.model
    def _send_due(self, connection):
        """Send what waits: many in a batch session, a few one by one."""
        self._drop_doubles(connection)
        documents = self._due(connection, "queued", connection._batch_limit())
        many = self._many()
        if len(documents) > many:
            documents = self._frozen(documents)
        for options, group in documents._by_options():
            if len(group) > many and "corrected_hash" not in options:
                self.env["l10n_pl_ksef.session"]._send_batch(connection, group, options)
            elif not group._send_one_by_one(connection):
                return

    @api.model
    def _drop_doubles(self, connection):
        """Cancel what was queued for another environment, when the company has come
        back to one in which the invoice is on its way, or is accepted.
        """
        there = [
            ("environment", "=", connection.environment),
            ("state", "in", (*IN_FLIGHT, "accepted")),
        ]
        doubles = self.search(
            [
                ("company_id", "in", connection._companies().ids),
                ("environment", "=", False),
                ("state", "=", "queued"),
                ("move_id.l10n_pl_ksef_document_ids", "any", there),
            ]
        )
        doubles.write({"state": "cancelled", "retry_at": False})

    def _send_one_by_one(self, connection):
        """Send these in an interactive session; False when an obstacle is common."""
        for document in self[:SEND_AT_ONCE]:
            if not document._send(connection):
                return False
        if len(self) > SEND_AT_ONCE:
            self._send_cron()._trigger()
        return True

    def _send(self, connection):
        """Send this document; tell whether it makes sense to go on with the next."""
        self.ensure_one()
        if not self._freeze_or_set_aside():
            return True
        try:
            session = self.env["l10n_pl_ksef.session"]._open_for(connection)
            xml, key, options = self._xml(), session._key(), self._sending_options()
        except psycopg2.Error:
            raise
        except Exception as error:
            return self._not_sent(error, opened=False)
        checkpoint(self.env)
        if not self._still_queued():
            return True
        self.write(
            {
                "state": "sending",
                "session_id": session.id,
                "environment": session.environment,
                "retry_at": False,
            }
        )
        checkpoint(self.env)
        try:
            reference = connection._call(
                lambda client: client.send_invoice(
                    session.reference, xml, key, **options
                )
            )
        except psycopg2.Error:
            raise
        except Exception as error:
            return self._not_sent(error)
        self._is_sent(reference)
        return True

    def _still_queued(self):
        """Return those of these that are still to be sent, locked until the next
        ``checkpoint``.

        Between the look at what is due and the call lie commits, in which somebody may
        have reset an invoice to draft, cancelled it or archived its company. An invoice
        that is not posted any more is withdrawn; what the customer has, or what waits
        for its company, waits on.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT document.id,
                   document.state = 'queued'
                   AND company.active AND move.state = 'posted',
                   document.state = 'queued' AND move.state != 'posted'
              FROM l10n_pl_ksef_document document
              JOIN account_move move ON move.id = document.move_id
              JOIN res_company company ON company.id = move.company_id
             WHERE document.id = ANY(%s)
          ORDER BY document.id
               FOR UPDATE OF document
            """,
            [self.ids],
        )
        rows = self.env.cr.fetchall()
        queued = {number for number, is_queued, _unposted in rows if is_queued}
        others = self.filtered(lambda document: document.id not in queued)
        others.invalidate_recordset(["state"])
        others.move_id.invalidate_recordset(["state"])
        unposted = self.browse([number for number, _queued, gone in rows if gone])
        unposted.filtered(lambda document: not document.is_offline).write(
            {"state": "cancelled", "retry_at": False}
        )
        return self - others

    def _freeze_or_set_aside(self):
        """Freeze this document; False when it cannot be made now.

        What is wrong with the invoice itself sets it aside for people; a fault of this
        server or program keeps it waiting.
        """
        try:
            with self.env.cr.savepoint():
                problems = self._freeze()
        except NOT_THE_INVOICE as error:
            return self._not_frozen(error)
        except (UserError, RedirectWarning) as error:
            problems = [str(error.args[0] if error.args else error)]
        except DocumentError as error:
            texts = self.env["l10n_pl_ksef.verdict"]
            problems = [
                self.env._(
                    "No FA(3) file can be made of the invoice: %(reason)s.",
                    reason=texts._document_text(error),
                )
            ]
        except Exception as error:
            # One invoice that no file can be made of must not hold up all the others.
            return self._not_frozen(error)
        if problems:
            self._set_aside("\n".join(problems))
        return not problems

    def _not_frozen(self, error):
        if isinstance(error, psycopg2.Error):
            # After a conflict this transaction would meet nothing but conflicts.
            roll_back(self.env)
        self._faulted(error)
        return False

    def _set_aside(self, message):
        """The invoice has to be completed before KSeF sees it; people are told what is
        missing, and send it again.
        """
        self.write(
            {
                "state": "incomplete",
                "status_code": False,
                "status_message": message,
                "retry_at": False,
            }
        )
        self.move_id._l10n_pl_ksef_mirror()
        title = self.env._("To be completed before it can go to KSeF.")
        self.move_id._l10n_pl_ksef_log(title, message)
        checkpoint(self.env)

    def _sending_options(self):
        """Return how this document is to be sent: keyword arguments of ``ksef_api``
        ``send_invoice`` (``offline``, ``corrected_hash``). Documents of equal options
        may go in one batch session; one with ``corrected_hash`` goes by itself.
        """
        return {}

    def _is_sent(self, reference):
        self.write(
            {
                "state": "sent",
                "invoice_reference": reference,
                "sent_at": fields.Datetime.now(),
                "retry_at": False,
                "status_code": False,
                "status_message": False,
            }
        )
        self.move_id._l10n_pl_ksef_mirror()
        checkpoint(self.env)

    def _not_sent(self, error, opened=True):
        """Store what a failed attempt means; tell whether to go on with the next.

        :param error: any exception but one of the database
        :param opened: the session was open, so the document itself may have arrived
        """
        if not isinstance(error, (KsefError, VaultError)):
            # After the call it is asked about before anything is sent again.
            self._faulted(error, "unknown" if opened else "queued")
            return isinstance(error, UserError)
        # Only an answer 400 can be about the invoice; no permission, or no such
        # address, would meet the next one as well.
        about_it = opened and isinstance(error, InvalidRequest)
        texts = self.env["l10n_pl_ksef.verdict"]
        verdict = texts._of(error, "invoice" if about_it else None)
        if verdict.outcome == "refused":
            self._reject(verdict.message, verdict.code)
            return True
        if verdict.outcome == "session" and opened:
            self.session_id._leave(verdict)
        if verdict.outcome == "obstacle":
            self._put_off(verdict, bounded=about_it)
            checkpoint(self.env)
            return about_it
        pause = verdict.retry_after
        self.write(
            {
                "state": (
                    "unknown" if verdict.outcome == "unknown" and opened else "queued"
                ),
                "status_code": verdict.code,
                "status_message": verdict.message,
                "retry_at": pause and fields.Datetime.now() + pause,
            }
        )
        checkpoint(self.env)
        return verdict.outcome == "session" and opened and not pause

    def _reject(self, message, code=False):
        """This document will not be in KSeF; the people are told why."""
        self.write(
            {
                "state": "rejected",
                "status_code": code,
                "status_message": message,
                "retry_at": False,
            }
        )
        self.move_id._l10n_pl_ksef_mirror()
        self.move_id._l10n_pl_ksef_log(
            self.env._("The invoice was not accepted in KSeF."), message
        )
        checkpoint(self.env)
