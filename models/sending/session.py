import base64
import contextlib
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ...ksef_api.client import FA3
from ...ksef_api.crypto import SymmetricKey
from ...ksef_api.errors import Forbidden, Gone, InvalidRequest, NotFound
from ..concurrency import SessionPause, checkpoint
from ..connection.connection import ENVIRONMENTS
from ..connection.verdict import SESSION_UNAVAILABLE

KEY_BYTES = 32
IDLE = timedelta(minutes=10)
END_MARGIN = timedelta(minutes=5)


class Session(models.Model):
    """One session in KSeF, which documents go into, interactive (*interaktywna*) or
    batch (*wsadowa*, see ``session_batch.py``).

    The row with its key is written before KSeF is asked to open the session. States::

        opening --201--> open --closed by us, 12 hours--> closed
        opening --no answer--> lost (KSeF cancels it, for nothing was sent)
    """

    _name = "l10n_pl_ksef.session"
    _description = "KSeF Session"
    _inherit = ["l10n_pl_ksef.sealed.mixin"]
    _order = "id desc"
    _rec_name = "reference"

    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    connection_id = fields.Many2one(
        "l10n_pl_ksef.connection", required=True, readonly=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    kind = fields.Selection(
        [("online", "Interactive"), ("batch", "Batch")],
        required=True,
        readonly=True,
        default="online",
    )
    state = fields.Selection(
        [
            ("opening", "Being opened"),
            ("open", "Open"),
            ("uploading", "Package being uploaded"),
            ("processing", "Being processed by KSeF"),
            ("processed", "Processed, UPO to come"),
            ("closed", "Closed"),
            ("failed", "Failed in KSeF"),
            ("lost", "Lost"),
        ],
        required=True,
        readonly=True,
        default="opening",
        index=True,
    )
    reference = fields.Char("Reference Number", readonly=True, index=True)
    valid_until = fields.Datetime(readonly=True)
    key_sealed = fields.Text("Key (encrypted)", groups=fields.NO_ACCESS, copy=False)
    document_ids = fields.One2many(
        "l10n_pl_ksef.document", "session_id", string="Documents", readonly=True
    )

    @api.model
    def _open_for(self, connection):
        """Return a session of ``connection`` that takes documents now.

        :raise KsefError: KSeF did not open one
        """
        now = fields.Datetime.now()
        self._refuse_pause(connection)
        # sudo: nobody may write sessions, this code does
        session = self.sudo().search(
            [
                ("connection_id", "=", connection.id),
                ("state", "=", "open"),
                ("valid_until", ">", now + END_MARGIN),
            ],
            limit=1,
        )
        return session or self._open_new(connection)

    def _leave(self, verdict):
        """KSeF takes nothing more in this session; it ends there by itself.

        :param verdict: with a ``retry_after``, no other one is opened before that
        """
        self.state = "closed"
        if verdict.retry_after:
            self.write(
                {
                    "status_code": verdict.code,
                    "status_message": verdict.message,
                    "retry_at": fields.Datetime.now() + verdict.retry_after,
                }
            )

    @api.model
    def _refuse_pause(self, connection):
        """:raise SessionPause: KSeF's sessions are not available for some time yet"""
        now = fields.Datetime.now()
        # sudo: nobody may write sessions, this code does
        left = self.sudo().search(
            [
                ("connection_id", "=", connection.id),
                ("kind", "=", "online"),
                ("status_code", "=", SESSION_UNAVAILABLE),
                ("retry_at", ">", now),
            ],
            limit=1,
        )
        if left:
            seconds = int((left.retry_at - now).total_seconds()) + 1
            raise SessionPause(left.status_message, retry_after=seconds)

    def _open_new(self, connection):
        key, encryption = connection._new_encryption()
        # sudo: nobody may write sessions, this code does
        session = self.sudo().create(
            {
                "connection_id": connection.id,
                "environment": connection.environment,
                "key_sealed": self._seal(
                    "key_sealed", base64.b64encode(key.key + key.iv)
                ),
            }
        )
        checkpoint(self.env)
        try:
            opened = connection._call(lambda c: c.open_session(FA3, encryption))
        except psycopg2.Error:
            raise
        except Exception:
            session.state = "lost"
            checkpoint(self.env)
            raise
        session.write(
            {
                "state": "open",
                "reference": opened.reference,
                "valid_until": opened.valid_until.replace(tzinfo=None, microsecond=0),
            }
        )
        checkpoint(self.env)
        return session

    def _key(self):
        """Return the session's symmetric key."""
        secret = base64.b64decode(self._unseal("key_sealed"))
        return SymmetricKey(secret[:KEY_BYTES], secret[KEY_BYTES:])

    def _close(self, connection):
        """Close the session in KSeF and forget its key, once nothing can need it."""
        for session in self:
            # KSeF may have closed it already, by itself or at an earlier call; and one
            # that it will not close now, it closes in time.
            with contextlib.suppress(InvalidRequest, Forbidden, NotFound, Gone):
                connection._call(
                    lambda client, ref=session.reference: client.close_session(ref)
                )
            session.write({"state": "closed", "key_sealed": False})
            checkpoint(self.env)

    @api.model
    def _close_idle(self, connection):
        """Close the sessions of ``connection`` that nothing went into for a while."""
        before = fields.Datetime.now() - IDLE
        sessions = self.search(
            [("connection_id", "=", connection.id), ("state", "=", "open")]
        )
        busy = self.env["l10n_pl_ksef.document"]._read_group(
            [
                ("session_id", "in", sessions.ids),
                "|",
                ("sent_at", ">", before),
                ("state", "in", ("sending", "unknown")),
            ],
            ["session_id"],
        )
        idle = sessions.filtered(lambda s: s.write_date <= before)
        (idle - self.union(*(session for (session,) in busy)))._close(connection)
