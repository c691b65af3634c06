import base64
import logging
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import api, fields, models

from ..ksef_api import crypto
from ..ksef_api.client import InvoiceQuery
from ..ksef_api.errors import BadAnswer, DocumentError, InvalidRequest, KsefError
from .concurrency import checkpoint, exclusive
from .vault import VaultError

_logger = logging.getLogger(__name__)

DATE_TYPE = "PermanentStorage"
FIRST_WINDOW = timedelta(days=30)
PAGE = 250
MAKE_AT_ONCE = 50
RETRY_AFTER = timedelta(minutes=30)


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    @api.model
    def _cron_fetch(self):
        """Fetch new invoices for every company and make vendor bills of them."""
        for connection in self.env["l10n_pl_ksef.connection"]._connected():
            wanted = connection.company_id.l10n_pl_ksef_fetch_automatically
            if wanted:
                self._fetch(connection)

    @api.model
    def _fetch(self, connection, role="Subject2"):
        """List what is new in KSeF for ``connection``, then make vendor bills of it.

        :param role: ``subjectType`` of the company in the invoices
        """
        connection = connection._in_company_language()
        self = self.with_env(connection.env)
        checkpoint(self.env)
        with exclusive(self.env, f"fetch:{connection.id}") as mine:
            if not mine:
                return
            self.env.invalidate_all()
            try:
                self._list_new(connection, role)
                self._make_waiting(connection)
                connection.last_import_at = fields.Datetime.now()
            except (KsefError, VaultError) as error:
                connection._note_failure(error)
            checkpoint(self.env)

    # --- the list ------------------------------------------------------------

    @api.model
    def _list_new(self, connection, role):
        """Write the rows of everything stored since the checkpoint, page by page."""
        start, page = self._checkpoint_of(connection, role), 0
        while True:
            query = InvoiceQuery(
                subject_type=role,
                date_type=DATE_TYPE,
                date_from=start,
                restrict_to_hwm=True,
            )
            answer = connection._call(
                lambda client, query=query, page=page: client.query_invoices(
                    query, page=page, page_size=PAGE
                )
            )
            self._take_in(connection, role, answer.invoices)
            if not answer.has_more:
                self._move_checkpoint(connection, role, answer.hwm)
                return
            if answer.is_truncated:
                # KSeF lists 10 000 at most; go on from the last one listed.
                start, page = answer.invoices[-1].permanent_storage_date, 0
                self._move_checkpoint(connection, role, start)
            else:
                page += 1
            checkpoint(self.env)

    @api.model
    def _checkpoint_of(self, connection, role):
        """Return the moment (aware UTC) from which nothing has been listed yet."""
        text = (connection.import_checkpoints or {}).get(role)
        if text:
            return datetime.fromisoformat(text)
        return datetime.now(timezone.utc) - FIRST_WINDOW

    @api.model
    def _move_checkpoint(self, connection, role, moment):
        """Move the checkpoint, in the transaction of the rows that it covers."""
        if moment:
            checkpoints = dict(connection.import_checkpoints or {})
            checkpoints[role] = moment.isoformat()
            connection.import_checkpoints = checkpoints
        checkpoint(self.env)

    # --- files and vendor bills ----------------------------------------------

    @api.model
    def _make_waiting(self, connection):
        now = fields.Datetime.now()
        waiting = self.search(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "=", connection.environment),
                ("role", "!=", "Subject1"),
                ("state", "in", ("new", "error")),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", now),
            ],
            order="stored_at, id",
            limit=MAKE_AT_ONCE + 1,
        )
        waiting[:MAKE_AT_ONCE]._fetch_and_make()
        if len(waiting) > MAKE_AT_ONCE:
            self.env.ref("l10n_pl_ksef.ir_cron_fetch")._trigger()

    def _fetch_and_make(self):
        """Fetch each file and make its vendor bill; one's fault stops no other."""
        for bill in self:
            if not bill.xml_file:
                bill._fetch_file()
            if bill.xml_file:
                bill._make()

    def _fetch_file(self):
        connection = self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)
        try:
            download = connection._call(
                lambda client: client.download_invoice(self.ksef_number)
            )
        except (InvalidRequest, BadAnswer) as error:
            self._failed(self.env["l10n_pl_ksef.verdict"]._of(error).message)
            return
        if self.xml_hash and crypto.sha256_b64(download.content) != self.xml_hash:
            self._failed(self.env._("KSeF sent another file than it had announced."))
            return
        self.xml_file = base64.b64encode(download.content)
        checkpoint(self.env)

    def _make(self):
        """Make the vendor bill in a savepoint, so that a fault leaves nothing "
        "behind."""
        company = self.company_id
        bill = self.with_company(company).with_context(
            allowed_company_ids=company.ids, no_new_invoice=True
        )
        try:
            with self.env.cr.savepoint():
                move = bill._make_move()
        except psycopg2.OperationalError:
            raise
        except DocumentError as error:
            self._failed(self.env._("The file cannot be read: %s", error.reason))
        except Exception as error:
            _logger.info("KSeF: %s: no bill made", self.ksef_number, exc_info=True)
            self._failed(str(error))
        else:
            self._made(move)

    def _made(self, move):
        self.write(
            {
                "state": "imported",
                "move_id": move.id,
                "status_message": False,
                "retry_at": False,
            }
        )
        checkpoint(self.env)

    def _failed(self, message):
        self.write(
            {
                "state": "error",
                "status_message": message,
                "retry_at": fields.Datetime.now() + RETRY_AFTER,
            }
        )
        checkpoint(self.env)
