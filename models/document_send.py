from datetime import timedelta

from odoo import api, fields, models

from ..ksef_api import crypto
from ..ksef_api.errors import BadAnswer, InvalidRequest, KsefError
from .concurrency import checkpoint, exclusive
from .vault import VaultError

SEND_AT_ONCE = 100
FIRST_POLL = timedelta(seconds=3)
LONGEST_POLL = timedelta(minutes=10)
IN_PROGRESS = (100, 150)
ACCEPTED = 200
DUPLICATE = 440


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _cron_send(self):
        """Send what waits, ask about what was sent, fetch UPOs; for every company."""
        for connection in self.env["l10n_pl_ksef.connection"]._connected():
            self._process(connection)
        self._trigger_next()

    @api.model
    def _process(self, connection):
        """Take every document of ``connection`` as far as KSeF lets it go now.

        One process at a time works for a connection, so a document found in ``sending``
        belongs to one that died.
        """
        checkpoint(self.env)
        with exclusive(self.env, f"send:{connection.id}") as mine:
            if not mine:
                return
            self.env.invalidate_all()
            steps = (self._recover, self._send_due, self._poll, self._fetch_upos)
            try:
                for step in steps:
                    step(connection)
                self.env["l10n_pl_ksef.session"]._close_idle(connection)
            except (KsefError, VaultError) as error:
                # What could not be done waits where it is; the connection says why.
                connection._note_failure(error)
            checkpoint(self.env)

    @api.model
    def _due(self, connection, state, limit=None):
        now = fields.Datetime.now()
        return self.search(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "in", (False, connection.environment)),
                ("state", "=", state),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", now),
            ],
            order="id",
            limit=limit,
        )

    @api.model
    def _trigger_next(self):
        """Wake the cron when the next document is due."""
        cron = self.env.ref("l10n_pl_ksef.ir_cron_send")
        waiting = self.search(
            [("state", "in", ("queued", "sent", "unknown")), ("retry_at", "!=", False)],
            order="retry_at",
            limit=1,
        )
        if waiting:
            cron._trigger(at=max(waiting.retry_at, fields.Datetime.now()))

    # --- sending -------------------------------------------------------------

    @api.model
    def _send_due(self, connection):
        """Send waiting documents one by one, until one meets a common obstacle."""
        documents = self._due(connection, "queued", SEND_AT_ONCE + 1)
        for document in documents[:SEND_AT_ONCE]:
            if not document._send(connection):
                return
        if len(documents) > SEND_AT_ONCE:
            self.env.ref("l10n_pl_ksef.ir_cron_send")._trigger()

    def _send(self, connection):
        """Send this document; tell whether it makes sense to go on with the next."""
        self.ensure_one()
        problems = self._freeze()
        if problems:
            self._reject("\n".join(problems))
            return True
        try:
            session = self.env["l10n_pl_ksef.session"]._open_for(connection)
        except (KsefError, VaultError) as error:
            return self._not_sent(error, opened=False)
        self.write(
            {
                "state": "sending",
                "session_id": session.id,
                "environment": session.environment,
                "retry_at": False,
            }
        )
        checkpoint(self.env)
        xml, key = self._xml(), session._key()
        try:
            reference = connection._call(
                lambda client: client.send_invoice(session.reference, xml, key)
            )
        except KsefError as error:
            return self._not_sent(error)
        self._is_sent(reference)
        return True

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

        :param opened: the session was open, so the document itself may have arrived
        """
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
        if verdict.outcome == "refused" and opened:
            self._reject(verdict.message, verdict.code)
            return True
        if verdict.outcome == "session" and opened:
            self.session_id.state = "closed"
        lost = verdict.outcome == "unknown" and opened
        self.write(
            {
                "state": "unknown" if lost else "queued",
                "status_code": verdict.code,
                "status_message": verdict.message,
                "retry_at": verdict.retry_after
                and fields.Datetime.now() + verdict.retry_after,
            }
        )
        checkpoint(self.env)
        return verdict.outcome == "session" and opened

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

    # --- finding out ---------------------------------------------------------

    @api.model
    def _recover(self, connection):
        """Find out what became of documents whose answer was lost."""
        orphans = self._due(connection, "sending")
        if orphans:
            orphans.write({"state": "unknown", "retry_at": False})
            checkpoint(self.env)
        lost = self._due(connection, "unknown")
        for session, documents in lost.grouped("session_id").items():
            statuses = self._statuses(connection, session)
            by_hash = {status.invoice_hash: status for status in statuses}
            for document in documents:
                status = by_hash.get(document.xml_hash)
                if status:
                    document._is_sent(status.reference)
                else:
                    document.write({"state": "queued", "retry_at": False})
            checkpoint(self.env)

    @api.model
    def _statuses(self, connection, session):
        return connection._call(
            lambda client: list(client.session_invoices(session.reference))
        )

    @api.model
    def _poll(self, connection):
        """Ask how the sent documents fare: one call a session, however many they "
        "are."""
        sent = self._due(connection, "sent")
        for session, documents in sent.grouped("session_id").items():
            if len(documents) == 1:
                statuses = [documents._status(connection)]
            else:
                statuses = self._statuses(connection, session)
            by_reference = {status.reference: status for status in statuses}
            for document in documents:
                status = by_reference.get(document.invoice_reference)
                document._apply_status(connection, status)
                checkpoint(self.env)

    def _status(self, connection):
        return connection._call(
            lambda client: client.invoice_status(
                self.session_id.reference, self.invoice_reference
            )
        )

    def _apply_status(self, connection, answer):
        """Take over what KSeF says (``ksef_api`` InvoiceStatus, or None: not "
        "listed)."""
        if answer is None or answer.status.code in IN_PROGRESS:
            self._ask_later()
        elif answer.status.code == ACCEPTED:
            self._accept(
                answer.ksef_number, self.session_id.reference, answer.acquisition_date
            )
        elif self._is_own_duplicate(connection, answer.status):
            original = answer.status.extensions
            self._accept(
                original["originalKsefNumber"],
                original.get("originalSessionReferenceNumber"),
            )
        else:
            self._refuse(answer.status)

    def _ask_later(self):
        """Ask again after a pause that doubles each time."""
        pause = min(FIRST_POLL * 2**self.poll_count, LONGEST_POLL)
        self.write(
            {
                "poll_count": self.poll_count + 1,
                "retry_at": fields.Datetime.now() + pause,
            }
        )

    def _accept(self, number, session_reference, moment=None):
        """The invoice is in KSeF under ``number``, taken in at that session."""
        moment = moment.replace(tzinfo=None, microsecond=0) if moment else None
        self.write(
            {
                "state": "accepted",
                "ksef_number": number,
                "session_reference": session_reference,
                "accepted_at": moment or fields.Datetime.now(),
                "status_code": ACCEPTED,
                "status_message": False,
                "retry_at": False,
                "poll_count": 0,
            }
        )
        self.move_id._l10n_pl_ksef_mirror()
        self.move_id._l10n_pl_ksef_log(
            self.env._("The invoice is in KSeF: %(number)s.", number=number)
        )

    def _is_own_duplicate(self, connection, status):
        """Tell whether the invoice that KSeF has already is this very file.

        So it is after an answer was lost and the question, too, found nothing: KSeF
        took
        the first sending, and only its number is missing here.
        """
        number = status.extensions.get("originalKsefNumber")
        if status.code != DUPLICATE or not number:
            return False
        original = connection._call(lambda client: client.download_invoice(number))
        return self.xml_hash == crypto.sha256_b64(original.content)

    def _refuse(self, status):
        verdict = self.env["l10n_pl_ksef.verdict"]._of_invoice_status(status)
        original = status.extensions.get("originalKsefNumber")
        message = "\n".join(filter(None, (verdict.message, original)))
        self._reject(message, verdict.code)
        if verdict.outcome == "retry":
            # KSeF gave up through no fault of the invoice: a new row, a new attempt.
            again = self._queue(self.move_id)
            again.retry_at = fields.Datetime.now() + verdict.retry_after

    @api.model
    def _fetch_upos(self, connection):
        """Fetch the UPO of accepted documents that have none yet."""
        accepted = self.search(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "=", connection.environment),
                ("state", "=", "accepted"),
                ("upo_file", "=", False),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", fields.Datetime.now()),
            ],
            order="id",
            limit=SEND_AT_ONCE,
        )
        for document in accepted:
            document._fetch_upo(connection)
            checkpoint(self.env)

    def _fetch_upo(self, connection):
        try:
            download = connection._call(
                lambda client: client.upo_by_number(
                    self.session_reference, self.ksef_number
                )
            )
            self._store_upo(download)
        except (BadAnswer, InvalidRequest):
            # Not there yet, or not the right one: the UPO may lag behind the number.
            self._ask_later()
