import base64
import json
import logging
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import split_every

from ...ksef_api import batch
from ...ksef_api.client import FA3
from ...ksef_api.errors import DocumentError, Forbidden, InvalidRequest, KsefError
from ..concurrency import checkpoint, roll_back
from ..connection.auth import TELL_AFTER
from ..vault.vault import VaultError
from .document_obstacle import COMMON_OBSTACLES
from .document_status import pause

_logger = logging.getLogger(__name__)

READ_AT_ONCE = 100
PARTS_WRONG = (21157, 21205)


class Session(models.Model):
    """Batch sessions (*sesja wsadowa*): one package of many invoices, few calls.

    Every step is committed before the next call, so another process can go on wherever
    one died. States::

        opening --201--> uploading --all parts there, closed--> processing
        processing --200, 445--> processed --UPO fetched--> closed
        opening --no answer, process died--> lost
        uploading --time over, package cannot be made again--> lost
        processing --failure of the whole--> failed

    Of ``lost`` and ``failed`` the documents are queued again; nothing of a session that
    was not closed is ever processed, and after a failure KSeF is asked about each
    document first.
    """

    _inherit = "l10n_pl_ksef.session"

    is_offline = fields.Boolean("Issued Offline", readonly=True)
    package = fields.Json(
        readonly=True, help="Size and hash of the plain archive, number of invoices."
    )
    parts_sealed = fields.Text(groups=fields.NO_ACCESS, copy=False)
    poll_count = fields.Integer(readonly=True)
    search_page = fields.Integer(
        readonly=True, help="Of what KSeF holds, where the search for files goes on."
    )
    retry_at = fields.Datetime("Next Question", readonly=True)
    status_code = fields.Integer("Code in KSeF", readonly=True)
    status_message = fields.Text("Remarks", readonly=True)

    # --- opening -------------------------------------------------------------

    @api.model
    def _send_batch(self, connection, documents, options):
        """Put frozen ``documents`` into a new batch session, and upload it.

        :param options: see ``document._sending_options``, common to all of them
        :raise KsefError: an obstacle for the whole connection; nothing is lost
        """
        key, encryption = connection._new_encryption()
        documents = documents._with_file()
        checkpoint(self.env)
        documents = documents._still_queued()
        if not documents:
            return
        sealed = self._seal("key_sealed", base64.b64encode(key.key + key.iv))
        # sudo: nobody may write sessions, this code does
        session = self.sudo().create(
            {
                "kind": "batch",
                "connection_id": connection.id,
                "environment": connection.environment,
                "is_offline": options.get("offline", False),
                "key_sealed": sealed,
            }
        )
        documents._enter_batch(session)
        checkpoint(self.env)
        with session._isolated(raising=True):
            with session._built() as package:
                session._open_batch(connection, encryption, package)
                session._upload(connection, package)
            session._close_batch(connection)

    @contextmanager
    def _built(self):
        """Yield the package (``ksef_api`` BatchPackage) of this session's documents.

        Made again, it is the same to the byte: it depends on nothing but the frozen
        files, their order and the key.
        """
        with tempfile.TemporaryDirectory(prefix="l10n_pl_ksef-") as folder:
            # What KSeF recommends for many files that are alike (limity-api.md).
            yield batch.build_package(
                self._files(), Path(folder), self._key(), compression=batch.TAR_GZ
            )

    def _files(self):
        """Yield (name, file) of each document, a few in memory at a time."""
        for ids in split_every(READ_AT_ONCE, sorted(self.document_ids.ids)):
            # sudo: nobody may write documents, this code does
            documents = self.env["l10n_pl_ksef.document"].sudo().browse(ids)
            for document in documents:
                yield f"{document.id}.xml", document._xml()
            documents.invalidate_recordset(["xml_file"])

    def _open_batch(self, connection, encryption, package):
        try:
            opened = connection._call(
                lambda client: client.open_batch(
                    FA3, encryption, package, offline=self.is_offline
                )
            )
        except KsefError as error:
            # Whether KSeF opened it or not: without an upload it comes to nothing.
            verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
            about_package = isinstance(error, InvalidRequest)
            self._give_up(
                error, one_by_one=about_package and verdict.outcome == "obstacle"
            )
            raise
        until = timedelta(minutes=20) * len(package.parts)
        self.write(
            {
                "state": "uploading",
                "reference": opened.reference,
                "valid_until": fields.Datetime.now() + until,
                "package": self._summary(package),
            }
        )
        self._keep_parts([{**asdict(u), "done": False} for u in opened.uploads])

    def _summary(self, package):
        parts = [[part.size, part.hash] for part in package.parts]
        return {"hash": package.hash, "count": package.count, "parts": parts}

    def _keep_parts(self, parts):
        """Store where the parts go and which are there; the addresses are secrets."""
        self.parts_sealed = self._seal("parts_sealed", json.dumps(parts))
        checkpoint(self.env)

    # --- uploading -----------------------------------------------------------

    def _upload(self, connection, package):
        """Upload the parts that are not there yet."""
        parts = json.loads(self._unseal("parts_sealed"))
        by_ordinal = {part.ordinal: part for part in package.parts}
        for part in parts:
            if part["done"]:
                continue
            upload = batch.PartUpload(
                **{name: part[name] for name in ("ordinal", "method", "url", "headers")}
            )
            connection._call_public(
                lambda client, upload=upload: client.upload_part(
                    upload, by_ordinal[upload.ordinal]
                )
            )
            part["done"] = True
            self._keep_parts(parts)

    def _close_batch(self, connection):
        """Tell KSeF that all parts are there."""
        try:
            connection._call(lambda client: client.close_batch(self.reference))
        except InvalidRequest as error:
            if any(map(error.has, PARTS_WRONG)):
                self._give_up(error, one_by_one=True)
                raise
            # Closed by a call whose answer was lost, or over: its status will tell.
        self.write({"state": "processing", "poll_count": 0})
        self._ask_later()
        self.document_ids._left_in_batch()
        checkpoint(self.env)

    # --- going on ------------------------------------------------------------

    @api.model
    def _advance_batches(self, connection):
        """Take the batch sessions of ``connection`` one step further each.

        One process at a time works for a connection: what is found half done belongs
        to one that died or met an obstacle.
        """
        now = fields.Datetime.now()
        # sudo: nobody may write sessions, this code does
        sessions = self.sudo().search(
            [
                ("company_id", "in", connection._companies().ids),
                ("environment", "=", connection.environment),
                ("kind", "=", "batch"),
                ("state", "in", ("opening", "uploading", "processing", "processed")),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", now),
            ],
            order="id",
        )
        for session in sessions:
            with session._isolated():
                session._advance(connection)

    def _advance(self, connection):
        if self.state == "opening":
            self._give_up()
        elif self.state == "uploading":
            self._upload_again(connection)
        else:
            self._ask(connection)

    @contextmanager
    def _isolated(self, raising=False):
        """What stands in the way of this session does not hold up the others.

        :param raising: let what KSeF says pass, when it concerns the whole connection
        """
        try:
            yield
        except COMMON_OBSTACLES:
            raise
        except DocumentError as error:
            # No package can be made of these.
            self._give_up(error, one_by_one=True)
        except (KsefError, VaultError) as error:
            if raising:
                raise
            self._put_off(self.env["l10n_pl_ksef.verdict"]._of(error))
        except Exception as error:
            roll_back(self.env)
            _logger.exception("KSeF: session %s waits", self.id)
            if self.state == "opening":
                # Nothing of it has left.
                documents = self.document_ids
                self._give_up()
                documents._faulted(error)
            else:
                self._put_off(self.env["l10n_pl_ksef.verdict"]._of(error))

    def _put_off(self, verdict):
        """Go on with this session later; people are told when that repeats itself."""
        self._ask_later()
        self.status_message = verdict.message
        if self.poll_count == TELL_AFTER:
            self.env["l10n_pl_ksef.document"]._tell_held_up(self.company_id, verdict)
        checkpoint(self.env)

    def _upload_again(self, connection):
        """Finish what another process began."""
        parts = json.loads(self._unseal("parts_sealed"))
        if not all(part["done"] for part in parts):
            if self.valid_until and self.valid_until < fields.Datetime.now():
                # Never closed, so nothing of it is processed.
                return self._give_up()
            try:
                with self._built() as package:
                    if self._summary(package) != self.package:
                        # Another version of the packing library: start anew.
                        return self._give_up()
                    self._upload(connection, package)
            except (Forbidden, InvalidRequest) as error:
                # Too late. It was never closed, so nothing of it is processed.
                return self._give_up(error)
        return self._close_batch(connection)

    def _give_up(self, error=None, one_by_one=False, state="lost"):
        """This session is over without a result: its documents wait for another.

        :param error: KsefError that made an end of it
        :param one_by_one: do not put them into a package again
        """
        verdict = error and self.env["l10n_pl_ksef.verdict"]._of(error)
        self._end(state, verdict)
        self.document_ids._out_of_batch(verdict, one_by_one)
        checkpoint(self.env)

    def _end(self, state, verdict=None):
        self.write(
            {
                "state": state,
                "status_code": verdict and verdict.code,
                "status_message": verdict and verdict.message,
                "retry_at": False,
                "key_sealed": False,
                "parts_sealed": False,
            }
        )

    def _ask_later(self):
        """Ask for the state of the session after a pause that doubles each time."""
        self.write(
            {
                "retry_at": fields.Datetime.now() + pause(self.poll_count),
                "poll_count": self.poll_count + 1,
            }
        )
