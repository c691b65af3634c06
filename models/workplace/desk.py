"""Worked off fast: what was made is confirmed, approved or undone from the inbox."""

import psycopg2

from odoo import fields, models
from odoo.exceptions import UserError

from ..access import BILLING, allowed
from ..client_actions import notice, reload_page

WARNING = "mail.mail_activity_data_warning"


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    is_linked = fields.Boolean("Bill Entered before KSeF Brought It", readonly=True)
    is_undone = fields.Boolean("Bill Taken Back", readonly=True)
    approval = fields.Selection(related="move_id.l10n_pl_ksef_approval")
    may_approve = fields.Boolean(related="move_id.l10n_pl_ksef_may_approve")

    def _link(self, move):
        # EXTENDS l10n_pl_ksef/models/receiving/link.py
        result = super()._link(move)
        self.is_linked = True
        return result

    def _made(self, move):
        # EXTENDS l10n_pl_ksef/models/receiving/make.py
        result = super()._made(move)
        self.is_undone = False
        return result

    def _waiting_for_bill(self, connection, limit):
        # EXTENDS l10n_pl_ksef/models/receiving/make.py: what a person took back is
        # made again when a person wants it
        undone = self.search_count(
            [
                ("company_id", "=", connection.company_id.id),
                ("is_undone", "=", True),
                ("state", "=", "new"),
            ]
        )
        waiting = super()._waiting_for_bill(connection, limit and limit + undone)
        return waiting.filtered(lambda bill: bill.is_wanted or not bill.is_undone)[
            :limit
        ]

    def _drafts(self):
        """Return those of these whose bill is a draft, as the user has them."""
        return self.filtered(lambda bill: bill.move_id.state == "draft")

    @allowed(BILLING)
    def action_confirm(self):
        """Post the bills made of these, with the rights of the user.

        Of several at once, those that somebody has to look at stay drafts, and are
        told; one that is confirmed alone has been looked at.
        """
        drafts = self._drafts()
        looked_at = drafts
        if len(drafts) > 1:
            looked_at = drafts.filtered(lambda bill: not bill._reasons_to_look())
        failed = {bill: bill._reasons_to_look() for bill in drafts - looked_at}
        for bill in looked_at:
            if reason := bill._post_made():
                failed[bill] = [reason]
        return self._confirmed_notice(looked_at - self.browse().union(*failed), failed)

    def _post_asked(self, move):
        # EXTENDS l10n_pl_ksef/models/receiving/command.py
        if self.signs_text:
            raise UserError(self.signs_text)
        return super()._post_asked(move)

    @allowed(BILLING)
    def action_approve(self):
        """Approve the bills made of these, and post those that are drafts."""
        self.move_id.action_l10n_pl_ksef_approve()
        return self.action_confirm()

    @allowed(BILLING)
    def action_undo(self):
        """Take back bills that are drafts: these are new again."""
        for bill in self._drafts():
            move, was_linked = bill.move_id, bill.is_linked
            # sudo: nobody may write rows of the inbox, this code does
            bill.sudo().write(
                {
                    "state": "new",
                    "move_id": False,
                    "is_linked": False,
                    "is_undone": True,
                }
            )
            if not was_linked:
                move._l10n_pl_ksef_take_out()
        return True

    def _reasons_to_look(self):
        """Return why somebody has to look at the bill before it is posted."""
        self.ensure_one()
        warning = self.env.ref(WARNING)
        tasks = self.move_id.activity_ids.filtered(
            lambda task: task.activity_type_id == warning
        )
        reasons = (self.signs_text or "").splitlines()
        reasons += [task.summary for task in tasks if task.summary]
        if self.move_id.l10n_pl_ksef_approval == "needed":
            reasons.append(self.move_id.l10n_pl_ksef_approval_text)
        return reasons

    def _post_made(self):
        """Post the bill; return why not, in a sentence, or None."""
        try:
            with self.env.cr.savepoint():
                self.move_id._post(soft=False)
        except psycopg2.OperationalError:
            raise
        except UserError as error:
            return str(error)
        return None

    def _confirmed_notice(self, posted, failed):
        sentences = []
        if posted:
            sentences.append(
                self.env._("Confirmed: %s.", len(posted))
                if len(posted) > 1
                else self.env._("Confirmed: %s.", posted.move_id.display_name)
            )
        for bill, reasons in list(failed.items())[:5]:
            sentences.append(f"{bill.invoice_number}: {' '.join(reasons)}")
        return notice(
            "\n".join(sentences) or self.env._("Nothing to confirm."),
            "warning" if failed else "success",
            then=reload_page(),
        )
