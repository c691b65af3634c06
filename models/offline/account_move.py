from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..access import BILLING, allowed
from ..client_actions import close_window
from ..times import warsaw_today
from .document import OVER

USABLE = ("added", "expires_soon")
OFFLINE_FROM = (False, "queued", "incomplete")
NOT_TAKEN = ("incomplete", "rejected")


class AccountMove(models.Model):
    """Invoices that the customer gets before KSeF does."""

    _inherit = "account.move"

    l10n_pl_ksef_deadline = fields.Date(
        "To Be in KSeF By",
        compute="_compute_l10n_pl_ksef_deadline",
        store=True,
        copy=False,
        help="The last day on which an invoice issued offline may be sent to KSeF.",
    )
    l10n_pl_ksef_is_offline = fields.Boolean(
        "Issued Offline", compute="_compute_l10n_pl_ksef_deadline", store=True
    )
    l10n_pl_ksef_offline_text = fields.Char(
        "About the Offline Invoice", compute="_compute_l10n_pl_ksef_offline_text"
    )
    l10n_pl_ksef_can_issue_offline = fields.Boolean(
        "Can Be Issued Offline", compute="_compute_l10n_pl_ksef_can_issue_offline"
    )

    @api.depends(
        "l10n_pl_ksef_document_ids.state",
        "l10n_pl_ksef_document_ids.environment",
        "l10n_pl_ksef_document_ids.is_offline",
        "l10n_pl_ksef_document_ids.deadline",
    )
    def _compute_l10n_pl_ksef_deadline(self):
        for move in self:
            document = move._l10n_pl_ksef_offline_document()
            move.l10n_pl_ksef_is_offline = bool(document)
            move.l10n_pl_ksef_deadline = document.deadline

    @api.depends("l10n_pl_ksef_deadline", "l10n_pl_ksef_is_offline")
    def _compute_l10n_pl_ksef_offline_text(self):
        for move in self:
            document = move._l10n_pl_ksef_offline_document()
            text = document._deadline_sentence() if document else False
            move.l10n_pl_ksef_offline_text = text

    @api.depends("l10n_pl_ksef_can_send", "l10n_pl_ksef_state")
    def _compute_l10n_pl_ksef_can_issue_offline(self):
        for move in self:
            move.l10n_pl_ksef_can_issue_offline = (
                move.l10n_pl_ksef_can_send and move.l10n_pl_ksef_state in OFFLINE_FROM
            )

    # --- what was issued -----------------------------------------------------

    def _l10n_pl_ksef_offline_document(self):
        """Return the document issued offline that has no KSeF number yet, or none."""
        document = self._l10n_pl_ksef_current_document()
        is_open = document.is_offline and document.state not in OVER
        return document if is_open else document.browse()

    def _l10n_pl_ksef_printed_document(self):
        """Return the document whose QR codes stand on the invoice, or none.

        Of an invoice issued offline it is the file that the customer has, even while
        its technical correction is on the way.
        """
        offline = self._l10n_pl_ksef_offline_document()
        return self._l10n_pl_ksef_accepted_document() or offline.corrects_id or offline

    def _l10n_pl_ksef_rejected_offline(self):
        """Return the last attempt to send what was issued offline, rejected, or none.

        Only in the environment connected to now; a later attempt hides it.
        """
        # sudo: a branch need not see its taxpayer
        environment = self.company_id.sudo().l10n_pl_ksef_last_environment
        # sudo: who reads the invoice need not read its documents
        attempts = self.sudo().l10n_pl_ksef_document_ids.filtered(
            lambda d: d.environment == environment
        )
        last = attempts.filtered(lambda d: d.state not in ("queued", "cancelled"))[:1]
        is_it = last.state in NOT_TAKEN and last.is_offline
        return last if is_it else last.browse()

    def _l10n_pl_ksef_locked(self):
        # What the customer has stays as it is, even when KSeF rejected it.
        issued = self.filtered(
            lambda move: (
                move.l10n_pl_ksef_state in NOT_TAKEN
                and move._l10n_pl_ksef_rejected_offline()
            )
        )
        return super()._l10n_pl_ksef_locked() | issued

    # --- issuing -------------------------------------------------------------

    @allowed(BILLING, operation="write")
    def action_l10n_pl_ksef_issue_offline(self):
        """Open the window that says what issuing offline means now, and does it."""
        self._l10n_pl_ksef_check_issue_offline()
        window = self.env["l10n_pl_ksef.issue.offline"].create(
            {"company_id": self.company_id.id, "move_ids": self.ids}
        )
        return window._open()

    def _l10n_pl_ksef_check_issue_offline(self):
        """:raise UserError: one of these cannot be issued offline, with the reason"""
        if len(self.company_id) > 1:
            raise UserError(self.env._("Choose invoices of one company."))
        if not self.company_id._l10n_pl_ksef_connection():
            raise UserError(self.env._("Connect the company to KSeF first."))
        outage = self.company_id._l10n_pl_ksef_outage()
        for move in self:
            reason = move._l10n_pl_ksef_not_offline(outage)
            if reason:
                raise UserError(reason)

    def _l10n_pl_ksef_not_offline(self, outage):
        """Return why this invoice cannot be issued offline, None when it can."""
        name = self.display_name
        if not self.l10n_pl_ksef_can_issue_offline:
            return self.env._(
                "%(name)s cannot be issued offline: only posted customer invoices that "
                "have not gone to KSeF yet can.",
                name=name,
            )
        if self.invoice_date > warsaw_today():
            return self.env._(
                "%(name)s has a date that lies ahead. Issued offline, an invoice is "
                "issued on its date.",
                name=name,
            )
        if self._l10n_pl_ksef_awaited():
            return self.env._(
                "%(name)s refers to an invoice that has no KSeF number yet; it can be "
                "issued when that one has.",
                name=name,
            )
        documents = self.env["l10n_pl_ksef.document"]
        deadline = documents._deadline_after(self.invoice_date, outage)
        if deadline and deadline < warsaw_today():
            return self.env._(
                "%(name)s is dated %(date)s: issued offline, it had to be in KSeF by "
                "%(deadline)s. Reset it to draft and give it today's date, or send it "
                "to KSeF.",
                name=name,
                date=format_date(self.env, self.invoice_date),
                deadline=format_date(self.env, deadline),
            )
        return None

    def _l10n_pl_ksef_issue_offline(self):
        """Issue these offline; without an offline certificate, ask for it first.

        :return: an action
        """
        self._l10n_pl_ksef_check_issue_offline()
        company = self.company_id
        outage = company._l10n_pl_ksef_outage()
        if outage.category == "total_failure":
            self._l10n_pl_ksef_issue_outside(outage)
            return close_window()
        self._l10n_pl_ksef_refuse_incomplete()
        certificate = company._l10n_pl_ksef_offline_certificate()
        if not certificate:
            return company._l10n_pl_ksef_ask_certificate(send=self, type="offline")
        loaded = certificate._load()
        for move in self:
            problems = move._l10n_pl_ksef_freeze_offline(loaded, outage)
            if problems:
                raise UserError("\n".join([f"{move.display_name}:", *problems]))
        # sudo: whoever causes it may wake the cron
        self.env["l10n_pl_ksef.document"]._send_cron().sudo()._trigger()
        return close_window()

    def _l10n_pl_ksef_freeze_offline(self, certificate, outage):
        """Freeze the document of this invoice, signed with ``certificate``.

        :return: sentences about what the invoice lacks; empty when it is issued
        """
        document = self.env["l10n_pl_ksef.document"]._queue(self)
        connection = self.company_id._l10n_pl_ksef_connection()
        problems = document._issue_offline(connection, certificate, outage)
        if not problems:
            self._l10n_pl_ksef_log(document._deadline_sentence())
            self._l10n_pl_ksef_follow_paper()
            # sudo: nobody may read the waiting e-mail, this code does
            if self.sudo().l10n_pl_ksef_waiting_mail:
                # sudo: whoever causes it may wake the cron
                self.env.ref("l10n_pl_ksef.ir_cron_mail").sudo()._trigger()
        return problems

    def _l10n_pl_ksef_issue_outside(self, outage):
        """Note that these are issued outside KSeF, during its total failure."""
        for move in self:
            document = self.env["l10n_pl_ksef.document"]._queue(move)
            connection = move.company_id._l10n_pl_ksef_connection()
            document._issue_outside(connection, outage)
            move._l10n_pl_ksef_log(
                self.env._(
                    "Issued outside KSeF, because KSeF announced a total failure. It "
                    "is not sent to KSeF."
                )
            )
