from odoo import fields, models
from odoo.exceptions import UserError

from ..models.access import BILLING, allowed, check_allowed
from ..models.client_actions import close_window
from ..models.workplace.not_ours import REASONS


class NotOurs(models.TransientModel):
    """Asks why invoices are not ours, and keeps them out of the books."""

    _name = "l10n_pl_ksef.not.ours"
    _description = "KSeF: Not Ours"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    bill_ids = fields.Many2many("l10n_pl_ksef.bill", string="Received", readonly=True)
    reason = fields.Selection(REASONS, required=True, default="unknown")
    note = fields.Char()

    def _open(self, bills):
        """Return the action that opens this window on rows of the inbox."""
        if not bills:
            raise UserError(self.env._("Choose invoices that came from KSeF."))
        if len(bills.company_id) > 1:
            raise UserError(self.env._("Choose bills of one company."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not Ours"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                **self.env.context,
                "default_company_id": bills.company_id.id,
                "default_bill_ids": bills.ids,
            },
        }

    @allowed(BILLING)
    def action_not_ours(self):
        """Keep them out of the books."""
        self.ensure_one()
        check_allowed(self.bill_ids, BILLING)
        had_bills = self.bill_ids.move_id
        self.bill_ids._not_ours(self.reason, self.note)
        if had_bills:
            # The form that this was opened from is gone with its bill.
            actions = self.env["ir.actions.act_window"]
            return actions._for_xml_id("l10n_pl_ksef.action_bill")
        return close_window()
