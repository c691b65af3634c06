"""Approval: one person looks at a bill before it is posted or paid."""

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, format_datetime

from ..access import ADMINISTRATOR, BILLING, allowed

ACTIVITY = "l10n_pl_ksef.activity_approve"
KINDS = ("in_invoice", "in_receipt")
# Lines of the bill itself; Odoo adds others, for stock, when it posts.
APPROVED_LINES = ("product", "tax", "rounding")


class Approval(models.Model):
    """Who approved a bill, when, and what: it counts as long as that stays so."""

    _name = "l10n_pl_ksef.approval"
    _description = "KSeF: Approval of a Bill"
    _order = "id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one(
        "account.move",
        "Bill",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True)
    approved_on = fields.Datetime("On", required=True, readonly=True)
    summary = fields.Text("What Was Approved", readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_asks_approval = fields.Boolean(
        "Approval Asked for by a Rule", readonly=True, copy=False
    )
    l10n_pl_ksef_approver_id = fields.Many2one(
        "res.users", "Approver by a Rule", readonly=True, copy=False
    )
    l10n_pl_ksef_approval_ids = fields.One2many(
        "l10n_pl_ksef.approval", "move_id", "Approvals", readonly=True, copy=False
    )
    l10n_pl_ksef_approval = fields.Selection(
        [("needed", "To be approved"), ("approved", "Approved")],
        "Approval",
        compute="_compute_l10n_pl_ksef_approval",
        search="_search_l10n_pl_ksef_approval",
    )
    l10n_pl_ksef_approval_text = fields.Char(
        "About the Approval", compute="_compute_l10n_pl_ksef_approval"
    )
    l10n_pl_ksef_may_approve = fields.Boolean(
        "I May Approve", compute="_compute_l10n_pl_ksef_approval"
    )

    @api.depends(
        "move_type",
        "amount_total_signed",
        "invoice_date",
        "partner_id",
        "partner_bank_id",
        "company_id",
        "line_ids.account_id",
        "line_ids.amount_currency",
        "line_ids.name",
        "line_ids.analytic_distribution",
        "l10n_pl_ksef_approval_ids",
    )
    @api.depends_context("uid", "lang")
    def _compute_l10n_pl_ksef_approval(self):
        for move in self:
            needed = move._l10n_pl_ksef_needs_approval()
            given = move._l10n_pl_ksef_given_approval() if needed else None
            move.l10n_pl_ksef_approval = needed and ("approved" if given else "needed")
            move.l10n_pl_ksef_approval_text = needed and move._l10n_pl_ksef_about(given)
            move.l10n_pl_ksef_may_approve = bool(
                needed and not given and not move._l10n_pl_ksef_reason_not_approver()
            )

    def _search_l10n_pl_ksef_approval(self, operator, value):
        if operator != "in":
            return NotImplemented
        candidates = self.search(
            [
                ("move_type", "in", KINDS),
                ("company_id.l10n_pl_ksef_taxpayer_id", "in", self._approving().ids),
                ("state", "!=", "cancel"),
                ("payment_state", "in", (False, "not_paid", "partial")),
            ]
        )
        found = candidates.filtered(lambda move: move.l10n_pl_ksef_approval in value)
        return [("id", "in", found.ids)]

    @api.model
    def _approving(self):
        domain = [("l10n_pl_ksef_use_approval", "=", True)]
        # sudo: which companies approve bills is known to all who work in them
        return self.env["res.company"].sudo().search(domain)

    # --- whether, who --------------------------------------------------------

    def _l10n_pl_ksef_needs_approval(self):
        """Tell whether somebody has to approve this bill: by its amount, or a rule."""
        self.ensure_one()
        # sudo: a branch that does not see its taxpayer follows its settings
        taxpayer = self.company_id.sudo().l10n_pl_ksef_taxpayer_id
        if self.move_type not in KINDS or not taxpayer.l10n_pl_ksef_use_approval:
            return False
        least = taxpayer.l10n_pl_ksef_approval_from
        return self.l10n_pl_ksef_asks_approval or (
            bool(least) and self._l10n_pl_ksef_approval_amount() >= least
        )

    def _l10n_pl_ksef_approval_amount(self):
        """Return the total in the company's currency: as booked, or by the rate of the
        day where that is more, since whoever edits a bill may set any rate.
        """
        usual = self.currency_id._convert(
            self.amount_total_in_currency_signed,
            self.company_currency_id,
            self.company_id,
            self.invoice_date or fields.Date.context_today(self),
        )
        return max(abs(self.amount_total_signed), abs(usual))

    def _l10n_pl_ksef_given_approval(self):
        """Return the approval of this bill as it is now, or none."""
        # sudo: whoever sees the bill, the approval counts
        last = self.sudo().l10n_pl_ksef_approval_ids[:1]
        same = last and last.fingerprint == self._l10n_pl_ksef_fingerprint()
        return last if same else last.browse()

    def _l10n_pl_ksef_named_approver(self):
        """Return the person named for it; none: any accounting administrator."""
        # sudo: a branch that does not see its taxpayer follows its settings
        move = self.sudo()
        taxpayer = move.company_id.l10n_pl_ksef_taxpayer_id
        named = move.l10n_pl_ksef_approver_id or taxpayer.l10n_pl_ksef_approver_id
        return named.filtered(lambda user: user.active and not user.share)

    def _l10n_pl_ksef_reason_not_approver(self):
        """Return why the user may not approve this bill, in a sentence, or None."""
        named, user = self._l10n_pl_ksef_named_approver(), self.env.user
        if user != named and not user.has_group(ADMINISTRATOR):
            if named:
                return self.env._("%s approves this bill.", named.name)
            return self.env._("An accounting administrator approves this bill.")
        # sudo: a branch that does not see its taxpayer follows its settings
        taxpayer = self.company_id.sudo().l10n_pl_ksef_taxpayer_id
        if (
            taxpayer.l10n_pl_ksef_approval_by_other
            and user in self._l10n_pl_ksef_authors()
        ):
            return self.env._("Nobody approves a bill of their own: ask somebody else.")
        return None

    def _l10n_pl_ksef_authors(self):
        """Return whose bill it is: who made it, entered or changed its lines, or
        looks after it.
        """
        # sudo: who wrote what is asked for, not shown
        move = self.sudo()
        lines = move.invoice_line_ids
        return (
            move.create_uid | lines.create_uid | lines.write_uid
        ) | move.l10n_pl_ksef_user_id

    # --- what ----------------------------------------------------------------

    def _l10n_pl_ksef_fingerprint(self):
        """Return what is approved, in short: vendor, its account, lines and amounts."""
        # sudo: the same for whoever asks
        move = self.sudo()
        lines = [
            [
                line.display_type,
                line.account_id.id,
                line.name or "",
                line.product_id.id,
                f"{line.quantity:.6f}",
                f"{line.amount_currency:.6f}",
                sorted(line.tax_ids.ids),
                sorted((line.analytic_distribution or {}).items()),
            ]
            for line in move.line_ids
            if line.display_type in APPROVED_LINES
        ]
        what = [
            move.move_type,
            move.partner_id.id,
            move.partner_bank_id.acc_number or "",
            move.currency_id.id,
            f"{move.amount_total:.6f}",
            sorted(lines, key=repr),
        ]
        return hashlib.sha256(json.dumps(what, default=str).encode()).hexdigest()

    def _l10n_pl_ksef_approved_summary(self):
        """Return what is approved, for people."""
        lines = [
            f"{line.account_id.display_name}: {line.name or ''}, "
            f"{format_amount(self.env, line.price_total, self.currency_id)}"
            for line in self.invoice_line_ids
            if line.display_type == "product"
        ]
        total = format_amount(self.env, self.amount_total, self.currency_id)
        account = self.partner_bank_id.acc_number or "–"
        return "\n".join(
            [f"{self.partner_id.display_name}, {total}, {account}", *lines]
        )

    def _l10n_pl_ksef_about(self, given):
        if given:
            return self.env._(
                "Approved by %(user)s on %(date)s.",
                user=given.sudo().user_id.name,  # sudo: a name
                date=format_datetime(self.env, given.approved_on),
            )
        named = self._l10n_pl_ksef_named_approver()
        who = named.name or self.env._("an accounting administrator")
        # sudo: whoever sees the bill may know that it changed
        if self.sudo().l10n_pl_ksef_approval_ids:
            return self.env._(
                "It was changed after its approval. To be approved again by %s.",
                who,
            )
        return self.env._("To be approved by %s before it is posted or paid.", who)

    # --- approving -----------------------------------------------------------

    @allowed(BILLING)
    def action_l10n_pl_ksef_approve(self):
        """Approve these bills as they are now."""
        for move in self:
            if move.l10n_pl_ksef_approval != "needed":
                continue
            if reason := move._l10n_pl_ksef_reason_not_approver():
                raise AccessError(reason)
            # sudo: nobody may write approvals, this code does
            self.env["l10n_pl_ksef.approval"].sudo().create(
                {
                    "move_id": move.id,
                    "user_id": self.env.user.id,
                    "approved_on": fields.Datetime.now(),
                    "summary": move._l10n_pl_ksef_approved_summary(),
                    "fingerprint": move._l10n_pl_ksef_fingerprint(),
                }
            )
            move._message_log(body=move.env._("Approved."))
            move.activity_feedback([ACTIVITY])
        return True

    def _l10n_pl_ksef_check_approved(self, sentence):
        """:raise UserError: one of these waits for its approval"""
        waiting = self.filtered(
            lambda move: move._l10n_pl_ksef_needs_approval()
            and not move._l10n_pl_ksef_given_approval()
        )
        if waiting:
            names = [move.ref or move.display_name for move in waiting[:5]]
            # pylint: disable=translation-required
            raise UserError(f"{sentence} {', '.join(names)}")

    # --- arriving ------------------------------------------------------------

    def _l10n_pl_ksef_decide(self, bill_import):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py
        result = super()._l10n_pl_ksef_decide(bill_import)
        approver = bill_import.decision.of_bill("approval")
        if approver is not None:
            bill_import.values["l10n_pl_ksef_asks_approval"] = True
            bill_import.values["l10n_pl_ksef_approver_id"] = approver or False
        return result

    def _l10n_pl_ksef_finish(self, bill_import):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py
        result = super()._l10n_pl_ksef_finish(bill_import)
        if self._l10n_pl_ksef_needs_approval():
            if named := self._l10n_pl_ksef_named_approver():
                self.activity_schedule(ACTIVITY, user_id=named.id)
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_approval_from = fields.Monetary(
        "Approval from",
        help="Bills of this total, or more, are approved before they are posted or "
        "paid. 0: only those of which a rule says so.",
    )
    l10n_pl_ksef_approver_id = fields.Many2one(
        "res.users",
        "Approver of Bills",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Where no rule names another one; any accounting administrator when it "
        "is empty.",
    )
    l10n_pl_ksef_approval_by_other = fields.Boolean(
        "Nobody Approves Their Own",
        default=True,
        help="Who made, entered or changed a bill, or looks after it, leaves its "
        "approval to somebody else.",
    )


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )
    l10n_pl_ksef_approval_from = fields.Monetary(
        related="company_id.l10n_pl_ksef_approval_from",
        readonly=False,
        currency_field="l10n_pl_ksef_company_currency_id",
    )
    l10n_pl_ksef_approver_id = fields.Many2one(
        related="company_id.l10n_pl_ksef_approver_id", readonly=False
    )
    l10n_pl_ksef_approval_by_other = fields.Boolean(
        related="company_id.l10n_pl_ksef_approval_by_other", readonly=False
    )
