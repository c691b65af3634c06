"""Open pages hear of it when a state moves in the background."""

from odoo import api, models

CHANGED = "l10n_pl_ksef/changed"
GROUPS = ("account.group_account_invoice", "account.group_account_readonly")
MOVES = {"state", "trouble", "trouble_until"}


class LiveRecordMixin(models.AbstractModel):
    """A record whose open pages are loaded anew when its state changes.

    A form shows the widget ``l10n_pl_ksef_live``; lists and dashboards listen by
    themselves (``static/src/live_record``). Only model and ids are sent, once for each
    commit, however many changed.
    """

    _name = "l10n_pl_ksef.live.mixin"
    _description = "KSeF: Record That Moves by Itself"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._announce_change()
        return records

    def write(self, vals):
        result = super().write(vals)
        if MOVES & vals.keys():
            self._announce_change()
        return result

    def _announce_change(self):
        for company, records in self.grouped("company_id").items():
            self._announce(company, records)

    @api.model
    def _announce(self, company, records):
        """Let the people of ``company`` hear, after the commit, that these moved."""
        gathered = self.env.cr.precommit.data.setdefault(CHANGED, {})
        if not gathered:
            self.env.cr.precommit.add(self._tell_of_changes)
        key = (company.id, records._name)
        gathered.setdefault(key, set()).update(records.ids)

    @api.model
    def _tell_of_changes(self):
        gathered = self.env.cr.precommit.data.pop(CHANGED, {})
        # sudo: who is told need not be known to who changed it
        users = self.env["res.users"].sudo()
        for group in GROUPS:
            # sudo: groups may be read by system administrators only
            users |= self.env.ref(group).sudo().all_user_ids
        for (company_id, model), ids in gathered.items():
            message = {"model": model, "ids": sorted(ids)}
            for user in users.filtered(lambda u, c=company_id: c in u.company_ids.ids):
                user._bus_send(CHANGED, message)


class Certificate(models.Model):
    _name = "l10n_pl_ksef.certificate"
    _inherit = ["l10n_pl_ksef.certificate", "l10n_pl_ksef.live.mixin"]


class Connection(models.Model):
    _name = "l10n_pl_ksef.connection"
    _inherit = ["l10n_pl_ksef.connection", "l10n_pl_ksef.live.mixin"]
