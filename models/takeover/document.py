import base64
from datetime import datetime, time, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import html2plaintext, split_every

from ...ksef_api import crypto
from ...ksef_api.client import ISSUE, SELLER, InvoiceQuery
from ...ksef_api.errors import Forbidden, Gone, InvalidRequest, NotFound
from ..concurrency import checkpoint

AT_ONCE = 100
DAY = timedelta(days=1)
# With the pauses between them (document_status.py) they take about an hour.
QUESTIONS = 14
UNKNOWN_THERE = (Forbidden, Gone, InvalidRequest, NotFound)


class Document(models.Model):
    """What ``l10n_pl_edi`` sent, as documents of ours.

    It was accepted or rejected: so is ours. It was sent, and nobody knows what became
    of it: ours is ``sent``, and KSeF is asked, by session and reference, and where it
    knows those no more, by number and hash in its metadata. Nothing is sent for it
    unless somebody does so.
    """

    _inherit = "l10n_pl_ksef.document"

    is_taken_over = fields.Boolean(
        "Sent by Odoo's Own Module",
        readonly=True,
        help="Sent by l10n_pl_edi, before this module took over.",
    )

    _taken_over = models.Index("(state, company_id) WHERE is_taken_over")

    @api.model
    def _take_over(self, environment):
        """Make documents of all invoices that ``l10n_pl_edi`` has sent."""
        moves = self.env["account.move"].search(
            [
                ("l10n_pl_edi_status", "!=", False),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("l10n_pl_ksef_document_ids", "=", False),
            ],
            order="id",
        )
        quiet = self.with_context(tracking_disable=True)
        for ids in split_every(AT_ONCE, moves.ids):
            some = moves.browse(ids)
            quiet.create([quiet._taken_over_values(m, environment) for m in some])
            self.env.flush_all()
            self.env.invalidate_all()

    def _taken_over_values(self, move, environment):
        xml = move.with_context(bin_size=False).l10n_pl_edi_attachment_file
        state = move.l10n_pl_edi_status
        if state == "accepted" and not move.l10n_pl_edi_number:
            state = "sent"
        values = {
            "move_id": move.id,
            "state": state,
            "environment": environment,
            "is_taken_over": True,
            "invoice_number": move.name,
            "invoice_reference": move.l10n_pl_edi_ref,
            "session_reference": move.l10n_pl_edi_session_id,
            "xml_file": xml,
            "xml_hash": xml and crypto.sha256_b64(base64.b64decode(xml)),
        }
        if state == "accepted":
            values["ksef_number"] = move.l10n_pl_edi_number
        if state == "rejected":
            values["status_message"] = html2plaintext(move.l10n_pl_edi_header or "")
        return values

    # --- what became of it ---------------------------------------------------

    @api.model
    def _steps(self, briefly):
        steps = (self._ask_about_taken_over, self._fetch_missing_files)
        return super()._steps(briefly) + (() if briefly else steps)

    @api.model
    def _ask_about_taken_over(self, connection):
        """Ask KSeF about what was sent before, each by itself."""
        sent = self._due_taken_over(connection, "sent")
        for document in sent:
            document._ask_as_taken_over(connection)
            checkpoint(self.env)
        if len(sent) == AT_ONCE:
            self._send_cron()._trigger()

    @api.model
    def _due_taken_over(self, connection, state, domain=()):
        """Return the next documents in ``state`` that were taken over."""
        return self.search(
            [
                ("is_taken_over", "=", True),
                ("company_id", "in", connection._companies().ids),
                ("environment", "=", connection.environment),
                ("state", "=", state),
                *domain,
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", fields.Datetime.now()),
            ],
            order="id",
            limit=AT_ONCE,
        )

    def _ask_as_taken_over(self, connection):
        try:
            answer = connection._call(
                lambda client: client.invoice_status(
                    self.session_reference, self.invoice_reference
                )
            )
        except UNKNOWN_THERE:
            self._look_up(connection)
        else:
            self._apply_status(connection, answer)

    @api.model
    def _fetch_missing_files(self, connection):
        """Fetch the files that ``l10n_pl_edi`` did not keep: QR codes and corrections
        need them.
        """
        lacking = [("xml_hash", "=", False), ("poll_count", "<", QUESTIONS)]
        for document in self._due_taken_over(connection, "accepted", lacking):
            number = document.ksef_number
            try:
                file = connection._call(lambda c, n=number: c.download_invoice(n))
            except UNKNOWN_THERE:
                document._ask_later()
            else:
                document.xml_file = base64.b64encode(file.content)
                document.xml_hash = crypto.sha256_b64(file.content)
                document.move_id._l10n_pl_ksef_mirror()
            checkpoint(self.env)

    def _look_up(self, connection):
        """Find this among the invoices that KSeF holds, or give it up in the end."""
        try:
            held = self._held_under_its_number(connection)
        except UNKNOWN_THERE:
            held = []
        mine = [
            other
            for other in held
            if not self.xml_hash or self._same_hash(other.invoice_hash)
        ]
        if mine:
            self._accept(mine[0].ksef_number, False, mine[0].acquisition_date)
        elif self.poll_count < QUESTIONS:
            self._ask_later()
        else:
            self._reject(self._not_held_sentence(held))

    def _held_under_its_number(self, connection):
        """Return what KSeF holds (InvoiceMetadata) of ours under this number."""
        day = datetime.combine(self.move_id.invoice_date, time.min, timezone.utc)
        query = InvoiceQuery(
            SELLER,
            ISSUE,
            day - DAY,
            day + 2 * DAY,
            filters={"invoiceNumber": self.invoice_number},
        )
        page = connection._call(lambda client: client.query_invoices(query))
        return [
            other
            for other in page.invoices
            if other.invoice_number == self.invoice_number
        ]

    def _not_held_sentence(self, held):
        if held:
            return self.env._(
                "KSeF has another invoice under this number: %(number)s.",
                number=held[0].ksef_number,
            )
        return self.env._(
            "It was sent before this module was installed, but KSeF does not have it. "
            "Send it again."
        )

    def _try_again(self, verdict):
        # EXTENDS: what another module sent is sent again by people only.
        if self.is_taken_over:
            return None
        return super()._try_again(verdict)
