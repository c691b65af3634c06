from odoo import api, fields, models

from ..times import warsaw_today

WAITING = ("queued", "sending", "sent", "unknown")


class Document(models.Model):
    """What waits, and why."""

    _inherit = "l10n_pl_ksef.document"

    waiting_reason = fields.Char(
        "Remarks",
        compute="_compute_waiting_reason",
        compute_sudo=True,
        help="What it waits for, or why KSeF did not take it, in a sentence.",
    )

    @api.model
    def _queue(self, moves):
        # Invoices of a future date wait for their day.
        documents = super()._queue(moves)
        for document in documents:
            begins = document.move_id._l10n_pl_ksef_day()
            if begins and document.state == "queued":
                document.retry_at = begins
        return documents

    @api.model
    def _due(self, connection, state, limit=None, kind=None):
        documents = super()._due(connection, state, limit, kind)
        if state != "queued":
            return documents
        today = warsaw_today()
        # Thousands may wait: only the few that refer to others are looked into.
        refer = documents.move_id._l10n_pl_ksef_that_refer()
        held_back = refer.filtered(lambda move: move._l10n_pl_ksef_awaited())
        return documents.filtered(
            lambda d: (
                d.move_id not in held_back
                and (not d.move_id.invoice_date or d.move_id.invoice_date <= today)
            )
        )

    @api.depends(
        "state", "retry_at", "status_message", "needs_person", "move_id.invoice_date"
    )
    def _compute_waiting_reason(self):
        for document in self:
            if document.state in WAITING:
                document.waiting_reason = document._reason_of_waiting()
            else:
                told = (document.status_message or "").split(". ")[0]
                document.waiting_reason = told.partition("\n")[0]

    def _reason_of_waiting(self):
        """Return a sentence about what this document waits for."""
        move = self.move_id
        connection = move.company_id._l10n_pl_ksef_connection()
        if self.state == "queued" and not connection._is_ready():
            return self.env._("The company is not connected to KSeF.")
        if self.state == "queued" and move._l10n_pl_ksef_day():
            return self.env._("For its date: KSeF takes no invoice before that day.")
        if self.state == "queued" and (awaited := move._l10n_pl_ksef_awaited()):
            return self._reason_of_awaiting(awaited)
        if connection.trouble == "down" or (
            connection.next_call_at and connection.next_call_at > fields.Datetime.now()
        ):
            return connection._why_no_calls()
        if self.needs_person:
            return self.env._(
                "KSeF refused it many times. Remove the obstacle, then send it again: "
                "%(reason)s",
                reason=self.status_message,
            )
        if self.status_message:
            return self.status_message
        if self.state == "queued":
            return self.env._("For the next run of the background job.")
        if self.state == "unknown":
            return self.env._("KSeF's answer was lost; it is asked what became of it.")
        if self.session_id.kind == "batch":
            return self.env._("For KSeF to process the package that it is in.")
        return self.env._("For KSeF to check it.")

    @api.model
    def _reasons_of_waiting_of(self, moves):
        """Return ``{invoice: why it waits}`` of those that do."""
        found = {}
        for move in moves:
            # sudo: who reads the invoice need not read its documents
            document = move.sudo()._l10n_pl_ksef_current_document()
            if document.state in WAITING:
                found[move] = document.waiting_reason
        return found

    def _reason_of_awaiting(self, awaited):
        """:param awaited: the invoices that are to have their KSeF numbers first"""
        forgotten = awaited.filtered(lambda move: move._l10n_pl_ksef_is_forgotten())
        if forgotten:
            return self.env._(
                "For %(names)s, which it refers to: send that to KSeF first.",
                names=", ".join(forgotten.mapped("name")),
            )
        return self.env._(
            "For the KSeF number of what it refers to: %(names)s.",
            names=", ".join(awaited.mapped("name")),
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_waiting_text = fields.Char(
        "Why It Is Not in KSeF Yet", compute="_compute_l10n_pl_ksef_waiting_text"
    )

    @api.depends("l10n_pl_ksef_state")
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_waiting_text(self):
        reasons = self.env["l10n_pl_ksef.document"]._reasons_of_waiting_of(self)
        for move in self:
            move.l10n_pl_ksef_waiting_text = reasons.get(move, False)
