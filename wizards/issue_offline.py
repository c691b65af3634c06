from odoo import api, fields, models

from ..models.access import BILLING, allowed, check_allowed


class IssueOffline(models.TransientModel):
    """Says what issuing offline means now, and does it.

    The mode follows from what KSeF has announced: nothing (*offline24*), that it is
    unavailable, a failure, or a total failure, when an invoice is issued outside KSeF.
    """

    _name = "l10n_pl_ksef.issue.offline"
    _description = "KSeF: Issue Offline"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    outage_id = fields.Many2one("l10n_pl_ksef.outage", compute="_compute_outage_id")
    category = fields.Selection(related="outage_id.category")
    announcement = fields.Text(related="outage_id.text", string="KSeF Announced")
    deadline = fields.Date("To Be in KSeF By", compute="_compute_outage_id")
    lacks_certificate = fields.Boolean(compute="_compute_outage_id")

    @api.depends("company_id", "move_ids")
    def _compute_outage_id(self):
        for window in self:
            company = window.company_id
            outage = company._l10n_pl_ksef_outage()
            first = min(window.move_ids.mapped("invoice_date"), default=False)
            documents = self.env["l10n_pl_ksef.document"]
            window.outage_id = outage
            window.deadline = first and documents._deadline_after(first, outage)
            found = company._l10n_pl_ksef_offline_certificate()
            window.lacks_certificate = not found

    @allowed(BILLING)
    def action_issue(self):
        """Issue; without an offline certificate its upload window opens first."""
        self.ensure_one()
        check_allowed(self.move_ids, BILLING, operation="write")
        return self.move_ids._l10n_pl_ksef_issue_offline()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Issue Offline"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
