from datetime import timedelta

from odoo import api, fields, models

from ...ksef_api.errors import BadAnswer, InvalidRequest
from ..concurrency import checkpoint
from ..connection.auth import TELL_AFTER

FIRST_POLL = timedelta(seconds=3)
LONGEST_POLL = timedelta(minutes=10)
UPO_AT_ONCE = 100
# The last ones are some hours apart.
MOST_ATTEMPTS = 9
IN_PROGRESS = (100, 150)
ACCEPTED = 200
DUPLICATE = 440


def pause(poll_count):
    """Return the pause (timedelta) before the next question; it doubles each time."""
    return min(FIRST_POLL * 2 ** min(poll_count, 20), LONGEST_POLL)


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _recover(self, connection):
        """Find out what became of documents whose answer was lost."""
        orphans = self._due(connection, "sending", kind="online")
        if orphans:
            orphans.write({"state": "unknown", "retry_at": False})
            checkpoint(self.env)
        lost = self._due(connection, "unknown", kind="online")
        for session, documents in lost.grouped("session_id").items():
            with documents._asking():
                documents._recover_from(connection, session)
            checkpoint(self.env)

    def _recover_from(self, connection, session):
        statuses = session._listed_or_failed(connection)
        by_hash = {status.invoice_hash: status for status in statuses or ()}
        for document in self if statuses is not None else ():
            status = by_hash.get(document.xml_hash)
            if status:
                document._is_sent(status.reference)
            else:
                document.write({"state": "queued", "retry_at": False})

    @api.model
    def _statuses(self, connection, session):
        return connection._call(
            lambda client: list(client.session_invoices(session.reference))
        )

    @api.model
    def _poll(self, connection):
        """Ask how the sent documents fare: one call a session, however many."""
        sent = self._due(connection, "sent", kind="online")
        for session, documents in sent.grouped("session_id").items():
            with documents._asking():
                documents._poll_in(connection, session)

    def _poll_in(self, connection, session):
        statuses = session._listed_or_failed(
            connection, self if len(self) == 1 else None
        )
        by_reference = {status.reference: status for status in statuses or ()}
        for document in self if statuses is not None else ():
            status = by_reference.get(document.invoice_reference)
            document._apply_status(connection, status)
            checkpoint(self.env)

    def _status(self, connection):
        return connection._call(
            lambda client: client.invoice_status(
                self.session_id.reference, self.invoice_reference
            )
        )

    def _apply_listed(self, connection, status, shown=True):
        """Take over what the list of a session says of this document."""
        self.invoice_reference = status.reference
        self._apply_status(connection, status, shown)

    def _apply_status(self, connection, answer, shown=True):
        """Take over what KSeF says (``ksef_api`` InvoiceStatus; None: not listed).

        :param shown: see ``_accept``
        """
        if answer is None or answer.status.code in IN_PROGRESS:
            self._ask_later()
        elif answer.status.code == ACCEPTED:
            session = self.session_id.reference or self.session_reference
            self._accept(answer.ksef_number, session, answer.acquisition_date, shown)
        elif answer.status.code == DUPLICATE:
            self._settle_duplicate(connection, answer.status)
        else:
            self._refuse(answer.status)

    def _ask_later(self):
        """Ask again after a pause that doubles each time."""
        self.write(
            {
                "poll_count": self.poll_count + 1,
                "retry_at": fields.Datetime.now() + pause(self.poll_count),
            }
        )

    def _accept(self, number, session_reference, moment=None, shown=True):
        """The invoice is in KSeF under ``number``, taken in at that session.

        :param shown: False where whoever accepts many shows them together
        """
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
        if shown:
            self._show_accepted()

    def _show_accepted(self):
        """Show on the invoices that they are in KSeF: in the mirror and the chatter."""
        numbers = {document.move_id: document.ksef_number for document in self}
        self.move_id._l10n_pl_ksef_mirror()
        self.move_id._l10n_pl_ksef_log(
            lambda move: self.env._(
                "The invoice is in KSeF: %(number)s.", number=numbers[move]
            )
        )

    def _refuse(self, status):
        texts = self.env["l10n_pl_ksef.verdict"].with_context(
            l10n_pl_ksef_offline=self.is_offline,
            l10n_pl_ksef_self_billed=self.move_id._l10n_pl_ksef_is_self_billed(),
        )
        verdict = texts._of_invoice_status(status)
        original = status.extensions.get("originalKsefNumber")
        message = verdict.message
        if verdict.outcome == "obstacle":
            # A state that nobody has heard of is not KSeF's last word.
            self._put_off(verdict, self.state)
            if self.obstacle_count == TELL_AFTER:
                self._tell_held_up(self.move_id, verdict)
            return
        if original and original not in message:
            message = f"{message}\n{original}"
        self._reject(message, verdict.code)
        if verdict.outcome == "retry":
            self._try_again(verdict)

    def _try_again(self, verdict):
        """KSeF gave up through no fault of the invoice: a new row, a new attempt, each
        after a longer pause. After many, people decide.
        """
        # sudo: who reads the invoice need not read its documents
        attempts = self.move_id.sudo().l10n_pl_ksef_document_ids.filtered(
            lambda document: (
                document.state == "rejected"
                and document.status_code == verdict.code
                and document.environment == self.environment
            )
        )
        if len(attempts) > MOST_ATTEMPTS:
            return
        again = self._queue(self.move_id)
        pause = verdict.retry_after * 2 ** (len(attempts) - 1)
        again.retry_at = fields.Datetime.now() + pause

    @api.model
    def _fetch_upos(self, connection):
        """Fetch the UPO of accepted documents that have none yet."""
        accepted = self.search(
            [
                ("company_id", "in", connection._companies().ids),
                ("environment", "=", connection.environment),
                ("state", "=", "accepted"),
                ("upo_file", "=", False),
                ("session_reference", "!=", False),
                # Those of a batch session come with the UPO of the session.
                "|",
                ("session_id", "=", False),
                ("session_id.state", "not in", ("processed", "processing")),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", fields.Datetime.now()),
            ],
            order="id",
            limit=UPO_AT_ONCE,
        )
        for document in accepted:
            with document._asking():
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
