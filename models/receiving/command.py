"""What people do with the inbox, and what they are told of it."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..access import BILLING, allowed
from ..client_actions import notice, reload_page
from .bill import OPEN_STATES

# So many bills are made while the person waits; more in the background.
MAKE_NOW = 10


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    is_post_wanted = fields.Boolean("Posting Asked For", readonly=True)
    asked_by_id = fields.Many2one("res.users", "Bill Asked For By", readonly=True)

    @allowed(BILLING)
    def action_make_bill(self):
        """Make vendor bills of these; many are made in the background."""
        return self._make_asked(post=False)

    @allowed(BILLING)
    def action_make_and_post(self):
        """Make vendor bills of these and post them, with the rights of who asks.

        One that somebody has to look at first stays a draft.
        """
        return self._make_asked(post=True)

    @allowed(BILLING)
    def action_ignore(self):
        """Keep these without a vendor bill."""
        # sudo: nobody may write rows of the inbox, this code does
        ignored = self.sudo().filtered(lambda bill: bill.state in OPEN_STATES)
        ignored.write({"state": "ignored", "retry_at": False, "is_wanted": False})
        if not ignored:
            return True
        text = self.env._("No bill is made of: %s. They can be restored.")
        return self._notice(self._listed(text, ignored))

    @allowed(BILLING)
    def action_restore(self):
        """Take ignored ones back among the new."""
        # sudo: nobody may write rows of the inbox, this code does
        bills = self.sudo().filtered(lambda bill: bill.state == "ignored")
        bills.write({"state": "new", "status_message": False})
        bills._propose_links()
        return True

    def _bill_deleted(self):
        """The vendor bills of these are deleted: they are ignored, and say why.

        Made by itself once more, a bill that somebody deleted would be a nuisance.
        """
        for bill in self:
            lang = bill.company_id._l10n_pl_ksef_lang()
            text = bill.with_context(lang=lang).env._(
                "The bill made of it was deleted by %(person)s. It can be restored.",
                person=self.env.user.name,
            )
            bill.write({"state": "ignored", "status_message": text})

    # --- making --------------------------------------------------------------

    def _make_asked(self, post):
        # sudo: nobody may write rows of the inbox, this code does
        bills = self.sudo().filtered(
            lambda bill: bill.state in OPEN_STATES and not bill.is_sale
        )
        if not bills:
            return True
        bills.write(
            {
                "state": "new",
                "is_wanted": True,
                "is_post_wanted": post,
                "asked_by_id": self.env.uid,
                "begun_at": False,
                "retry_at": False,
            }
        )
        if len(bills) > MAKE_NOW:
            self.env.ref("l10n_pl_ksef.ir_cron_fetch")._trigger()
            self.env.ref("l10n_pl_ksef.ir_cron_make_bills")._trigger()
            count = len(bills)
            text = self.env._("%s bills are being made in the background.", count)
            return self._notice([(text, [])], type="info")
        for bill in bills:
            bill._need_file()
        bills.filtered("has_file")._make_bills()
        return bills.with_env(self.env)._made_notice(post)

    def _post_asked(self, move):
        """Post ``move``, which was made of this, as who asked for that.

        :raise UserError: somebody has to look at it first, or it cannot be posted
        """
        self.is_post_wanted = False
        if tasks := move.activity_ids.filtered("summary"):
            raise UserError(", ".join(tasks.mapped("summary")))
        if not self.asked_by_id.active:
            raise UserError(
                self.env._("%s, who asked for it, has left.", self.asked_by_id.name)
            )
        move.with_user(self.asked_by_id)._post(soft=False)

    # --- what is told --------------------------------------------------------

    def _made_notice(self, post):
        """Return the notice about these, of which bills were to be made."""
        made = self.filtered("move_id")
        posted = made.filtered(lambda bill: bill.move_id.state == "posted")
        parts = []
        if posted:
            parts.append(self._moves_listed(self.env._("Made and posted: %s."), posted))
        if drafts := made - posted:
            text = self.env._("Made: %s.")
            if post:
                text = self.env._("Made, but not posted; look at them first: %s.")
            parts.append(self._moves_listed(text, drafts))
        for bill in self - made:
            text = self.env._(
                "No bill of %(number)s: %(reason)s",
                number="%s",
                reason=(bill.status_message or "").replace("%", "%%"),
            )
            parts += bill._listed(text, bill)
        if made == self and not (post and drafts):
            return self._notice(parts)
        return self._notice(parts, type="warning", sticky=True)

    def _moves_listed(self, text, bills):
        """Return (text, links) that name the bills made of ``bills``."""
        (listed,) = self._listed(text, bills)
        links = [
            {
                "label": bill.move_id.display_name,
                "url": f"/odoo/account.move/{bill.move_id.id}",
            }
            for bill in bills
        ]
        return listed[0], links

    def _listed(self, text, bills):
        """Return [(text, links)] that name rows of the inbox in ``text``'s one %s."""
        links = [
            {
                "label": bill.invoice_number or bill.ksef_number,
                "url": f"/odoo/ksef-received/{bill.id}",
            }
            for bill in bills
        ]
        places = ", ".join(["%s"] * len(links))
        head, _place, tail = text.partition("%s")
        return [(f"{head}{places}{tail}", links)]

    def _notice(self, parts, type="success", sticky=False):
        """Return a notification of these (text, links), after which the page reloads.

        :param parts: texts in which %s stands for a link
        """
        return notice(
            " ".join(text for text, _links in parts),
            type,
            then=reload_page(),
            sticky=sticky,
            links=[link for _text, links in parts for link in links],
        )
