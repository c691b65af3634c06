"""*Not ours*: an invoice that somebody issued to us without a reason."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access import BILLING, allowed
from ..receiving.bill import OPEN_STATES

REASONS = [
    ("unknown", "Never ordered, vendor unknown"),
    ("fraud", "Attempted fraud"),
    ("other_buyer", "Meant for somebody else"),
    ("twice", "Issued twice"),
    ("other", "Another reason"),
]


class Bill(models.Model):
    """Kept out of the books, and known for ever: it never comes back as new."""

    _inherit = "l10n_pl_ksef.bill"

    state = fields.Selection(
        selection_add=[("not_ours", "Not ours")], ondelete={"not_ours": "set default"}
    )
    progress = fields.Selection(
        selection_add=[("not_ours", "Not ours")], ondelete={"not_ours": "set null"}
    )
    not_ours_reason = fields.Selection(REASONS, "Why It Is Not Ours", readonly=True)
    not_ours_note = fields.Char("What Was Noted", readonly=True)
    not_ours_by = fields.Many2one("res.users", "Said By", readonly=True)
    not_ours_on = fields.Datetime("Said On", readonly=True)
    report_until = fields.Date(
        "To Be Reported By", compute="_compute_report_until", store=True
    )

    @api.depends("issue_date", "state")
    def _compute_report_until(self):
        within = self.env["l10n_pl_ksef.legal.fact"]._term("report_abuse_within")
        for bill in self:
            until = bill.state == "not_ours" and bill.issue_date
            bill.report_until = until and until + within

    @allowed(BILLING)
    def action_not_ours(self):
        """Open the window that asks why these are not ours."""
        return self.env["l10n_pl_ksef.not.ours"]._open(self)

    def _not_ours(self, reason, note):
        """Keep these out of the books, on the word of the user.

        :raise UserError: a bill of one is posted
        """
        # sudo: nobody may write rows of the inbox, this code does
        bills = self.sudo().filtered(
            lambda bill: bill.state in (*OPEN_STATES, "imported", "ignored")
            and not bill.is_sale
        )
        bills.with_env(self.env).move_id._l10n_pl_ksef_take_out()
        bills.write(
            {
                "state": "not_ours",
                "move_id": False,
                "proposed_move_id": False,
                "status_message": False,
                "retry_at": False,
                "is_wanted": False,
                "not_ours_reason": reason,
                "not_ours_note": note,
                "not_ours_by": self.env.user.id,
                "not_ours_on": fields.Datetime.now(),
            }
        )

    @allowed(BILLING)
    def action_ours(self):
        """It is ours after all: back among the new."""
        # sudo: nobody may write rows of the inbox, this code does
        bills = self.sudo().filtered(lambda bill: bill.state == "not_ours")
        bills.state = "new"
        bills._propose_links()
        return True


class LegalFact(models.Model):
    _inherit = "l10n_pl_ksef.legal.fact"

    @api.model
    def _forget_cached(self):
        # EXTENDS l10n_pl_ksef/models/cached_mixin.py: another term is another day
        result = super()._forget_cached()
        # sudo: the law is the same for the rows of all companies
        bills = self.env["l10n_pl_ksef.bill"].sudo()
        kept = bills.search([("state", "=", "not_ours")])
        self.env.add_to_compute(bills._fields["report_until"], kept)
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_take_out(self):
        """Take drafts out of the books.

        :raise UserError: one of them is posted
        """
        posted = self.filtered(lambda move: move.state == "posted")
        if posted:
            raise UserError(
                self.env._(
                    "Posted bills stay in the books until they are reset to draft or "
                    "reversed: %s.",
                    ", ".join(posted.mapped("name")),
                )
            )
        numbered = self.filtered("posted_before")
        numbered.filtered(lambda move: move.state == "draft").button_cancel()
        (self - numbered).unlink()

    @allowed(BILLING)
    def action_l10n_pl_ksef_not_ours(self):
        """Open the window that asks why these bills are not ours."""
        return self.env["l10n_pl_ksef.not.ours"]._open(self.l10n_pl_ksef_bill_ids)

    def _l10n_pl_ksef_reason_other_buyer(self, document, company):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py: its file is no way around it
        reason = super()._l10n_pl_ksef_reason_other_buyer(document, company)
        if reason or not company._l10n_pl_ksef_uses("signs"):
            return reason
        # sudo: who drops a file need not see the inbox
        rows = self.env["l10n_pl_ksef.bill"].sudo()
        known = rows.search(
            [
                ("company_id", "=", company.l10n_pl_ksef_taxpayer_id.id),
                ("state", "=", "not_ours"),
                ("seller_nip", "=", document.seller.identification.nip),
                ("invoice_number", "=", document.body.number),
            ],
            limit=1,
        )
        if not known:
            return None
        return self.env._(
            "%(user)s said that this invoice is not ours.", user=known.not_ours_by.name
        )
