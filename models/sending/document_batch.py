import logging
import time

from odoo import api, fields, models
from odoo.tools import split_every

from ..concurrency import checkpoint
from .document import UNDECIDED

_logger = logging.getLogger(__name__)

# More documents than these go in a batch session. A batch takes about eight calls
# however many documents it holds; interactively each document is a call of its own,
# of which KSeF allows 10 a second, 30 a minute and 180 an hour.
MANY = 10
MANY_PARAMETER = "l10n_pl_ksef.send_many_above"
FREEZE_AT_ONCE = 100
# A worker has 120 seconds by default.
FREEZE_SECONDS = 45


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _many(self):
        """Return the number of documents above which a batch session is used."""
        # sudo: a parameter of the system; nobody is shown it
        parameters = self.env["ir.config_parameter"].sudo()
        return int(parameters.get_param(MANY_PARAMETER) or MANY)

    @api.model
    def _process_now(self, connection):
        """Process while somebody waits for it; what is many goes on in the cron, and so
        do packages on their way, and UPOs.
        """
        waiting = [
            ("company_id", "in", connection._companies().ids),
            ("state", "=", "queued"),
        ]
        if self.search_count(waiting) <= self._many():
            self._process(connection, briefly=True)
        self._send_cron()._trigger()

    @api.model
    def _frozen(self, documents):
        """Freeze ``documents``, some at a time; return those that can go out now.

        What is not frozen in time goes on in the next run, and nothing goes out before:
        together they take one session, and each session is eight calls.
        """
        end = time.monotonic() + FREEZE_SECONDS
        waiting = documents.filtered(lambda document: not document.xml_hash).ids
        for ids in split_every(FREEZE_AT_ONCE, waiting):
            for document in self.browse(ids):
                document._freeze_or_set_aside()
            checkpoint(self.env)
            self.env.invalidate_all()
            if ids[-1] != waiting[-1] and time.monotonic() > end:
                self._send_cron()._trigger()
                return self.browse()
        # A conflict may have undone what was frozen since the last checkpoint.
        return documents.filtered(lambda d: d.state == "queued" and d.xml_hash)

    def _by_options(self):
        """Return [(sending options, documents)]: what may share a batch session."""
        groups = {}
        for ids in split_every(FREEZE_AT_ONCE, self.ids):
            for document in self.browse(ids):
                options = document._sending_options()
                alone = document.id if document.one_by_one else 0
                key = (alone, *sorted(options.items()))
                groups.setdefault(key, (options, []))[1].append(document.id)
            # Some in memory at a time, with their invoices.
            self.env.invalidate_all()
        return [(options, self.browse(ids)) for options, ids in groups.values()]

    # --- in and out of a batch session ---------------------------------------

    def _enter_batch(self, session):
        self.write(
            {
                "state": "sending",
                "session_id": session.id,
                "environment": session.environment,
                "retry_at": False,
                "status_code": False,
                "status_message": False,
            }
        )

    def _left_in_batch(self):
        """KSeF has the whole package."""
        left = self.filtered(lambda document: document.state == "sending")
        left.write({"state": "sent", "sent_at": fields.Datetime.now()})
        left.move_id._l10n_pl_ksef_mirror()

    def _out_of_batch(self, verdict, one_by_one):
        """The session came to nothing: what was in it waits for another one.

        :param verdict: why, or None when its process died
        """
        back = self.filtered(lambda d: d.state in UNDECIDED)
        if verdict and verdict.outcome == "obstacle":
            back._put_off(verdict)
            if one_by_one:
                back.one_by_one = True
            return
        pause = verdict and verdict.retry_after
        values = {
            "state": "queued",
            "retry_at": pause and fields.Datetime.now() + pause,
            "status_code": verdict and verdict.code,
            "status_message": verdict and verdict.message,
        }
        back.write(values | {"one_by_one": True} if one_by_one else values)

    # --- one file for many ---------------------------------------------------

    def _share_upo(self, attachment):
        """Give these documents, and their invoices, the page of a session's UPO.

        One signed page names up to 10 000 invoices.

        :param attachment: ``ir.attachment`` with the page
        """
        pairs = [(attachment.id, document.id) for document in self]
        attachment._l10n_pl_ksef_share(self._name, "upo_file", pairs)
        self.move_id._l10n_pl_ksef_mirror()
