"""What an invoice lacks is told before it gets its number, and before it is sent."""

from odoo import models

from ..client_actions import is_notice
from .account_move import TOLD


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_post(self):
        # EXTENDS 'account': only a person is asked, by the rule of Odoo's own question
        by_person = not self.env.context.get("disable_abnormal_invoice_detection", True)
        lacking = by_person and self._l10n_pl_ksef_lacking()
        return lacking._l10n_pl_ksef_tell("post") if lacking else super().action_post()

    def action_validate_moves_with_confirmation(self):
        # EXTENDS 'account': those without faults go on, the others are listed
        self.check_access("write")
        drafts = self.filtered(lambda move: move.state == "draft")
        lacking = drafts._l10n_pl_ksef_lacking()
        ready = self - lacking
        if not lacking:
            return super().action_validate_moves_with_confirmation()
        if drafts == lacking:
            return lacking._l10n_pl_ksef_tell("post")
        following = super(AccountMove, ready).action_validate_moves_with_confirmation()
        count = len((ready & drafts).filtered(lambda move: move.state == "posted"))
        told = self.env._("Confirmed: %(count)s.", count=count)
        return lacking._l10n_pl_ksef_tell("post", told, following)

    def _l10n_pl_ksef_send_beside(self, lacking):
        """Send these, and return the window that lists what ``lacking`` lack."""
        action = self.action_l10n_pl_ksef_send() if self else {}
        if is_notice(action):
            return lacking._l10n_pl_ksef_tell("send", action["params"]["message"])
        return lacking._l10n_pl_ksef_tell("send", following=action or False)

    def _l10n_pl_ksef_lacking(self):
        """Return those that are to be in KSeF and lack something."""
        if self.env.context.get(TOLD):
            return self.browse()
        return self.filtered(
            lambda move: (
                (move.state == "posted" or move._l10n_pl_ksef_is_looked_at())
                and move._l10n_pl_ksef_problems()
            )
        )

    def _l10n_pl_ksef_is_looked_at(self):
        """Tell whether this draft is to be in KSeF once it is confirmed."""
        company = self.company_id
        buyer = self.commercial_partner_id
        return bool(
            self.state == "draft"
            and company.country_code == "PL"
            and buyer
            and self._l10n_pl_ksef_lines()
            and self._l10n_pl_ksef_is_ours()
            and not buyer.l10n_pl_ksef_is_excluded
            and not self.l10n_pl_ksef_is_outside
            and self._l10n_pl_ksef_is_wanted()
            and (
                self._l10n_pl_ksef_goes_by_itself()
                or company._l10n_pl_ksef_connection()
            )
        )

    def _l10n_pl_ksef_tell(self, purpose, told=False, following=False):
        """Return the window that lists what these lack, each with a link to its place.

        :param purpose: "post" or "send", what goes on from there
        :param told: a sentence about those that went on without
        :param following: the action that comes when the window is closed
        """
        window = self.env["l10n_pl_ksef.complete"].create(
            {
                "move_ids": self.ids,
                "purpose": purpose,
                "told": told,
                "following": following,
            }
        )
        return window._open()

    def _l10n_pl_ksef_alerts(self, name_each=False):
        """Return what these lack, as Odoo's widget ``actionable_errors`` shows it.

        :param name_each: several invoices are shown: each sentence names its own
        """
        alerts = {}
        for move in self:
            for number, problem in enumerate(move._l10n_pl_ksef_problems()):
                text = problem.text
                if name_each:
                    text = f"{move._l10n_pl_ksef_told_name()}: {text}"
                alerts[f"l10n_pl_ksef_{move.id}_{number}"] = {
                    "level": "warning" if problem.is_warning else "danger",
                    "message": text,
                    "action_text": self.env._("Fill in"),
                    "action": problem.action(),
                }
        return alerts

    def _l10n_pl_ksef_told_name(self):
        """Return a name by which people know this invoice, also while it has none."""
        if self.name and self.name != "/":
            return self.name
        total = self.currency_id.format(self.amount_total)
        return f"{self.commercial_partner_id.name}, {total}"
