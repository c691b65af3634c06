from odoo import api, fields, models

from ..ksef_api.errors import KsefError
from .concurrency import checkpoint, exclusive
from .vault import VaultError

SEND_AT_ONCE = 100


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
        connection = connection._in_company_language()
        self = self.with_env(connection.env)
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
        xml, key, options = self._xml(), session._key(), self._sending_options()
        try:
            reference = connection._call(
                lambda client: client.send_invoice(
                    session.reference, xml, key, **options
                )
            )
        except KsefError as error:
            return self._not_sent(error)
        self._is_sent(reference)
        return True

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
