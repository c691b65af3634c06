import base64
import logging
import shutil
from datetime import datetime, time, timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import config, split_every

from ...ksef_api.client import ISSUE, SELLER
from ...ksef_api.crypto import SymmetricKey
from ...ksef_api.errors import BadAnswer, Forbidden, Gone, InvalidRequest, KsefError
from ...ksef_api.export import download_package, read_metadata, read_package
from ...ksef_api.fields import WARSAW
from ..concurrency import checkpoint
from ..vault.vault import VaultError
from .step import AHEAD_OF_MARK

_logger = logging.getLogger(__name__)

KEY_BYTES = 32
FIRST_POLL = timedelta(seconds=3)
LONGEST_POLL = timedelta(minutes=5)
ROWS_AT_ONCE = 500
FILES_AT_ONCE = 100
IN_PROGRESS, READY, BEYOND_MARK = 100, 200, 420
UNKNOWN_EXPORT = 21175
KEPT = timedelta(days=90)
FORGOTTEN_AT_ONCE = 1000
# So often the same package may be unreadable before another one is ordered.
MOST_TRIES = 3


class Export(models.Model):
    """One package of invoices that KSeF makes for us (*eksport faktur*).

    The row with its key is written before KSeF is asked. Parts lie encrypted, as they
    came, in a folder of their own until all is taken in: a process that dies goes on
    with those that are there. States::

        ordering --201--> ordered --package taken in--> done
        ordering --no answer--> failed (another one is ordered)
        ordered --expired (210, 410), cancelled, not to be read--> failed (the same)
    """

    _name = "l10n_pl_ksef.export"
    _description = "Package of Invoices from KSeF"
    _inherit = ["l10n_pl_ksef.sealed.mixin"]
    _order = "id desc"
    _rec_name = "reference"

    fetch_id = fields.Many2one(
        "l10n_pl_ksef.fetch",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="fetch_id.company_id", store=True, index=True)
    reference = fields.Char("Reference Number", readonly=True, index=True)
    state = fields.Selection(
        [
            ("ordering", "Being ordered"),
            ("ordered", "Ordered"),
            ("done", "Taken in"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="ordering",
    )
    status_message = fields.Text("Remarks", readonly=True)
    key_sealed = fields.Text("Key (encrypted)", groups=fields.NO_ACCESS, copy=False)
    poll_count = fields.Integer("Times Asked", readonly=True)
    try_count = fields.Integer("Times Downloaded", readonly=True)
    invoice_count = fields.Integer("Invoices", readonly=True)
    part_count = fields.Integer("Parts", readonly=True)
    size = fields.Integer("Size (bytes)", readonly=True)

    # --- ordering ------------------------------------------------------------

    @api.model
    def _order_for(self, fetch, connection):
        """Order a package of everything that ``fetch`` is to list next.

        :raise KsefError: it was not ordered
        """
        key, encryption = connection._new_encryption()
        export = self.create(
            {
                "fetch_id": fetch.id,
                "key_sealed": self._seal(
                    "key_sealed", base64.b64encode(key.key + key.iv)
                ),
            }
        )
        fetch.state = "ordered"
        checkpoint(self.env)
        try:
            reference = connection._call(
                lambda client: client.start_export(
                    fetch._query(), encryption, only_metadata=fetch.role == SELLER
                )
            )
        except KsefError as error:
            export._fail(str(error))
            if isinstance(error, InvalidRequest) and error.has(AHEAD_OF_MARK):
                fetch._finish(connection)
                return
            raise
        export.write({"state": "ordered", "reference": reference})
        fetch.due_at = fields.Datetime.now() + FIRST_POLL
        checkpoint(self.env)

    def _fail(self, message):
        """Nothing will come of this one; its fetch goes back to listing."""
        self.write({"state": "failed", "status_message": message, "key_sealed": False})
        self.fetch_id.state = "waiting"
        self._remove_folder()
        checkpoint(self.env)

    def _order_again(self, message):
        """Let another package be ordered, soon at first, later and later after that."""
        self._fail(message)
        self.fetch_id._pause(message)

    # --- what became of it ---------------------------------------------------

    def _advance(self, connection):
        """Ask KSeF how the package goes, and take it in when it is ready."""
        if self.state != "ordered":
            # The process died between writing and calling, or before the answer.
            self._order_again(self.env._("KSeF's answer to the order was lost."))
            return
        try:
            status = connection._call(
                lambda client: client.export_status(self.reference)
            )
        except (Gone, InvalidRequest) as error:
            if isinstance(error, InvalidRequest) and not error.has(UNKNOWN_EXPORT):
                raise
            self._order_again(self.env._("KSeF has the package no longer."))
            return
        code = status.status.code
        if code == IN_PROGRESS:
            self._poll_later()
        elif code == READY:
            self._receive(connection, status.package)
        elif code == BEYOND_MARK:
            self._fail(status.status.description)
            self.fetch_id._finish(connection)
        else:
            self._order_again(f"{code} {status.status.description}")

    def _poll_later(self):
        pause = min(FIRST_POLL * 2**self.poll_count, LONGEST_POLL)
        self.poll_count += 1
        self.fetch_id.due_at = fields.Datetime.now() + pause

    def _receive(self, connection, package):
        """Download the package and take it in; an unreadable one is fetched again."""
        self.write(
            {
                "try_count": self.try_count + 1,
                "invoice_count": package.invoice_count,
                "part_count": len(package.parts),
                # What does not fit into the column is no reason to stop.
                "size": min(package.size, 2**31 - 1),
            }
        )
        checkpoint(self.env)
        try:
            path = self._download(connection, package)
            self._ingest(path)
        except (BadAnswer, Gone, Forbidden, VaultError) as error:
            message = self.env._(
                "The package cannot be read (%(reason)s); it is fetched again.",
                reason=error,
            )
            if self.try_count < MOST_TRIES:
                self.fetch_id._pause(message)
            else:
                self._order_again(message)
            return
        self._done(connection, package)

    def _download(self, connection, package):
        """Return the path of the archive, put together from its parts."""
        folder = self._folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = base64.b64decode(self._unseal("key_sealed"))
        key = SymmetricKey(secret[:KEY_BYTES], secret[KEY_BYTES:])
        return connection._call_public(
            lambda client: download_package(client, package, key, folder)
        )

    def _ingest(self, path):
        """Write the rows of the package, then their files, each part committed.

        :raise BadAnswer: there is a file without metadata
        """
        fetch, bills = self.fetch_id, self.env["l10n_pl_ksef.bill"]
        for invoices in split_every(ROWS_AT_ONCE, read_metadata(path), list):
            fetch._ingest(invoices)
            fetch._announce_change()
            checkpoint(self.env)
            self.env.invalidate_all()
        for files in split_every(FILES_AT_ONCE, read_package(path), dict):
            fetch.file_count += bills._keep_files(fetch, files)
            fetch._announce_change()
            checkpoint(self.env)
            self.env.invalidate_all()

    def _done(self, connection, package):
        """The checkpoint moves last: until now all could have been done again."""
        fetch = self.fetch_id
        last = package.is_truncated and self._last_date(package)
        self.write({"state": "done", "status_message": False, "key_sealed": False})
        fetch.write({"state": "waiting", "fail_count": 0})
        if last and last <= fetch._position():
            # As many as KSeF gives at once bear one date; going on would be no going.
            fetch._give_up(
                self.env._(
                    "KSeF has too many invoices of one date; fetch by the date of "
                    "receipt instead."
                )
            )
        else:
            fetch._move_to(connection, package.hwm, last)
        checkpoint(self.env)
        self._remove_folder()

    def _last_date(self, package):
        if self.fetch_id.date_type == ISSUE and package.last_issue:
            return datetime.combine(package.last_issue, time.min, WARSAW)
        return package.last_permanent_storage

    @api.autovacuum
    def _forget_old(self):
        """What became of packages and of asked periods is of no use after a while."""
        before = fields.Datetime.now() - KEPT
        over = [("state", "in", ("done", "failed")), ("write_date", "<", before)]
        self.search(over, limit=FORGOTTEN_AT_ONCE).unlink()
        periods = [("kind", "=", "period"), *over]
        self.env["l10n_pl_ksef.fetch"].search(periods, limit=FORGOTTEN_AT_ONCE).unlink()

    # --- the folder ----------------------------------------------------------

    def _folder(self):
        base = Path(config["data_dir"]) / "l10n_pl_ksef" / self.env.cr.dbname
        return base / f"export-{self.id}"

    def _remove_folder(self):
        shutil.rmtree(self._folder(), ignore_errors=True)
