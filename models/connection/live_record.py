"""Open pages hear of it when a state moves in the background."""

from odoo import models

CHANGED = "l10n_pl_ksef/changed"
GROUPS = ("account.group_account_invoice", "account.group_account_readonly")


class LiveRecordMixin(models.AbstractModel):
    """A record whose open form is loaded anew when its state changes.

    The form shows the widget ``l10n_pl_ksef_live``. Only model and ids are sent.
    """

    _name = "l10n_pl_ksef.live.mixin"
    _description = "KSeF: Record That Moves by Itself"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._announce_change()
        return result

    def _announce_change(self):
        for company, records in self.grouped("company_id").items():
            message = {"model": self._name, "ids": records.ids}
            # sudo: who is told need not be known to who changed it
            users = self.env["res.users"].sudo()
            for group in GROUPS:
                # sudo: groups may be read by system administrators only
                users |= self.env.ref(group).sudo().all_user_ids
            for user in users.filtered(lambda u, c=company: c in u.company_ids):
                user._bus_send(CHANGED, message)


class Certificate(models.Model):
    _name = "l10n_pl_ksef.certificate"
    _inherit = ["l10n_pl_ksef.certificate", "l10n_pl_ksef.live.mixin"]


class Connection(models.Model):
    _name = "l10n_pl_ksef.connection"
    _inherit = ["l10n_pl_ksef.connection", "l10n_pl_ksef.live.mixin"]
