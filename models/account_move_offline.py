from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_move_scope import warsaw_today

USABLE = ("added", "expires_soon")


class AccountMove(models.Model):
    """Invoices that the customer gets before KSeF does (*offline24*)."""

    _inherit = "account.move"

    l10n_pl_ksef_deadline = fields.Date(
        "To Be in KSeF By",
        compute="_compute_l10n_pl_ksef_deadline",
        store=True,
        copy=False,
        help="The last day on which an invoice issued offline may be sent to KSeF.",
    )
    l10n_pl_ksef_can_issue_offline = fields.Boolean(
        "Can Be Issued Offline", compute="_compute_l10n_pl_ksef_can_issue_offline"
    )

    @api.depends(
        "l10n_pl_ksef_document_ids.state",
        "l10n_pl_ksef_document_ids.environment",
        "l10n_pl_ksef_document_ids.deadline",
    )
    def _compute_l10n_pl_ksef_deadline(self):
        for move in self:
            document = move._l10n_pl_ksef_current_document()
            is_over = document.state in ("accepted", "cancelled")
            move.l10n_pl_ksef_deadline = False if is_over else document.deadline

    @api.depends("l10n_pl_ksef_can_send", "l10n_pl_ksef_state")
    def _compute_l10n_pl_ksef_can_issue_offline(self):
        for move in self:
            move.l10n_pl_ksef_can_issue_offline = (
                move.l10n_pl_ksef_can_send and move.l10n_pl_ksef_state != "rejected"
            )

    def action_l10n_pl_ksef_issue_offline(self):
        """Issue these offline; without an offline certificate, ask for it first."""
        self.check_access("write")
        self._l10n_pl_ksef_check_issue_offline()
        self._l10n_pl_ksef_refuse_incomplete()
        certificates = self.env["l10n_pl_ksef.certificate"].sudo()
        loaded = {}
        for company in self.company_id:
            certificate = certificates._newest(company, "offline")
            if certificate.status not in USABLE:
                return company._l10n_pl_ksef_ask_certificate(send=self, type="offline")
            loaded[company] = certificate._load()
        for move in self:
            move._l10n_pl_ksef_issue_offline(loaded[move.company_id])
        self.env.ref("l10n_pl_ksef.ir_cron_send").sudo()._trigger()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _l10n_pl_ksef_check_issue_offline(self):
        """:raise UserError: one of these cannot be issued offline, with the reason"""
        for move in self:
            if not move.l10n_pl_ksef_can_issue_offline:
                raise UserError(
                    self.env._(
                        "%(name)s cannot be issued offline: only posted customer "
                        "invoices that have not gone to KSeF yet can.",
                        name=move.display_name,
                    )
                )
            if move.invoice_date > warsaw_today():
                raise UserError(
                    self.env._(
                        "%(name)s has a date that lies ahead. Issued offline, an "
                        "invoice is issued on its date.",
                        name=move.display_name,
                    )
                )
            if not move.company_id._l10n_pl_ksef_connection():
                raise UserError(self.env._("Connect the company to KSeF first."))

    def _l10n_pl_ksef_issue_offline(self, certificate):
        """Freeze the document of this invoice, signed with ``certificate``."""
        documents = self.env["l10n_pl_ksef.document"].sudo()
        document = documents._queue(self)
        connection = self.company_id._l10n_pl_ksef_connection().sudo()
        problems = document._issue_offline(connection, certificate)
        if problems:
            raise UserError("\n".join(problems))
        self._l10n_pl_ksef_log(
            self.env._(
                "Issued offline. It must be in KSeF by %(day)s and is sent by itself.",
                day=fields.Date.to_string(document.deadline),
            )
        )

    def _l10n_pl_ksef_offline_document(self):
        """Return the document issued offline that has no KSeF number yet, or none."""
        document = self._l10n_pl_ksef_current_document()
        is_open = document.is_offline and document.state not in (
            "accepted",
            "cancelled",
        )
        return document if is_open else document.browse()
