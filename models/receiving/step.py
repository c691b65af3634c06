import logging
from datetime import datetime, timedelta, timezone

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...ksef_api.client import LONGEST_RANGE, PERMANENT_STORAGE, InvoiceQuery
from ...ksef_api.errors import InvalidRequest, KsefError
from ..concurrency import advisory_lock, checkpoint, roll_back
from ..connection.auth import TELL_AFTER
from ..times import aware
from ..vault.vault import VaultError

_logger = logging.getLogger(__name__)

PAGE = 250
# More new ones than this come in an export; KSeF gives 64 single files an hour.
FEW = 5
# A day less than KSeF takes: where no end is named, its own clock sets it.
LONGEST_WINDOW = LONGEST_RANGE - timedelta(days=1)
AHEAD_OF_MARK = 21183
PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=2)


class Fetch(models.Model):
    _inherit = "l10n_pl_ksef.fetch"

    def _step(self):
        """Do what is next of this row; tell whether it was done.

        One process at a time works for a connection; whatever a process that died had
        not committed is done again, for rows are known by their KSeF number.
        """
        self.ensure_one()
        connection = self._connection()
        if connection.state != "connected" or not connection.company_id.active:
            # Planned anew once the company is connected again.
            self.due_at = False
            checkpoint(self.env)
            return True
        self = self.with_env(connection.env)
        checkpoint(self.env)
        with advisory_lock(self.env, f"fetch:{connection.id}") as mine:
            if not mine:
                return False
            self.env.invalidate_all()
            try:
                self._go_on(connection)
            except (KsefError, VaultError) as error:
                self._put_off(connection._note_failure(error, about="fetch"))
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                # Somebody asked for it meanwhile: at once once more, by the next cron.
                roll_back(self.env)
                _logger.info("KSeF: fetch %s goes on later: %s", self.id, error)
                return False
            except Exception as error:
                # A fault of this server or program: it passes, or people mend it.
                roll_back(self.env)
                _logger.exception("KSeF: fetch %s", self.id)
                self._pause(self.env["l10n_pl_ksef.verdict"]._of(error).message)
            checkpoint(self.env)
        return True

    def _go_on(self, connection):
        if self.state == "ordered":
            self.export_ids[:1]._advance(connection)
        elif self.state == "waiting":
            self._list(connection)
        else:
            self.due_at = False

    # --- the list ------------------------------------------------------------

    def _list(self, connection):
        """Take in what is new when it is little, else order a package of it."""
        connection._refresh_limits()
        try:
            page = connection._call(
                lambda client: client.query_invoices(self._query(), page_size=PAGE)
            )
        except InvalidRequest as error:
            if not error.has(AHEAD_OF_MARK):
                raise
            # The mark stands still: there is nothing new that is complete.
            self._finish(connection)
            return
        bills = self._ingest(page.invoices)
        if page.has_more or len(bills._without_file()) > FEW:
            checkpoint(self.env)
            self.env["l10n_pl_ksef.export"]._order_for(self, connection)
            return
        self._move_to(connection, page.hwm)
        checkpoint(self.env)
        self._download_few(connection)

    def _ingest(self, invoices):
        """Write the rows of ``invoices`` (metadata) and count them."""
        bills, new = self.env["l10n_pl_ksef.bill"]._ingest(self, invoices)
        self.found_count += len(bills)
        self.new_count += len(new)
        return bills

    def _query(self):
        """Return what is to be listed next."""
        return InvoiceQuery(
            subject_type=self.role,
            date_type=self.date_type,
            date_from=self._position(),
            date_to=self._window_end(),
            restrict_to_hwm=self.date_type == PERMANENT_STORAGE,
        )

    def _window_end(self):
        """Return where this window ends; None: as far as KSeF's mark."""
        ends = [self._position() + LONGEST_WINDOW]
        if self.date_to:
            ends.append(aware(self.date_to))
        elif ends[0] > datetime.now(timezone.utc):
            return None
        return min(ends)

    def _move_to(self, connection, hwm, last=None):
        """Move the checkpoint, in the transaction of the rows that it covers.

        :param hwm: KSeF's high-water mark when it answered, or None
        :param last: the date of the last one given when there were more of them
        """
        end = self._window_end()
        reached = last or min(filter(None, (end, hwm)), default=None)
        if reached:
            self.position = max(self._position(), reached).isoformat()
        whole = self.kind == "follow" or end < aware(self.date_to)
        if last or (end and reached >= end and whole):
            self.write({"state": "waiting", "due_at": fields.Datetime.now()})
        else:
            self._finish(connection)

    def _download_few(self, connection):
        """Fetch the files that no package brought, a few each time."""
        bills = self.env["l10n_pl_ksef.bill"]._waiting_for_file(connection, FEW)
        for bill in bills:
            if bill._fetch_file(connection):
                self.file_count += 1
                checkpoint(self.env)
        self.env.ref("l10n_pl_ksef.ir_cron_make_bills")._trigger()

    # --- the end, for now ----------------------------------------------------

    def _finish(self, connection):
        """Nothing more is there: rest until the next time, or end."""
        now = fields.Datetime.now()
        company = self.company_id
        following = self.role in company._l10n_pl_ksef_roles_to_follow()
        pause = timedelta(minutes=company.l10n_pl_ksef_fetch_interval)
        self.write(
            {
                "state": "waiting" if self.kind == "follow" else "done",
                "due_at": now + pause if self.kind == "follow" and following else False,
                "fail_count": 0,
                "status_message": False,
                "finished_at": now,
            }
        )
        if self.kind == "follow":
            connection.last_import_at = now
        self.env.ref("l10n_pl_ksef.ir_cron_make_bills")._trigger()
        self._answer()

    def _put_off(self, verdict):
        """A step failed with ``verdict``: try again later, or give up a period."""
        if verdict.outcome == "refused" and self.kind == "period":
            self._give_up(verdict.message)
        elif verdict.outcome == "retry" and verdict.retry_after is not None:
            self._pause(verdict.message, verdict.retry_after)
        else:
            self._pause(verdict.message)

    def _give_up(self, message):
        self.write(
            {
                "state": "failed",
                "due_at": False,
                "status_message": message,
                "finished_at": fields.Datetime.now(),
            }
        )
        self._answer(problem=message)

    def _pause(self, message, pause=None):
        """Go on after ``pause``, by default one that doubles each time.

        What does not pass soon is told to the administrators, once.
        """
        if pause is None and self.fail_count + 1 == TELL_AFTER:
            self.env["l10n_pl_ksef.notification"]._notify(
                "held_up",
                self.company_id,
                occasion=fields.Datetime.now(),
                details=message,
            )
        pause = pause or min(PAUSE * 2**self.fail_count, LONGEST_PAUSE)
        if self.state == "done":
            # All is listed; files are still to come.
            self.state = "waiting"
        self.write(
            {
                "fail_count": self.fail_count + 1,
                "status_message": message,
                "due_at": fields.Datetime.now() + pause,
            }
        )
        if pause >= PAUSE:
            self._answer(problem=message)
