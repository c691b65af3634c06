from odoo import api, fields, models

from .bill import SELLER_ROLE


class Bill(models.Model):
    """How far an invoice of the inbox is, in the words of whoever works on it.

    ``state`` is what the code decides by; a bill that was made is one more state for
    people once it is posted.
    """

    _inherit = "l10n_pl_ksef.bill"

    progress = fields.Selection(
        [
            ("new", "New"),
            ("making", "Being made"),
            ("proposed", "To be linked"),
            ("error", "Not made"),
            ("draft", "Bill made (draft)"),
            ("posted", "Bill posted"),
            ("cancelled", "Bill cancelled"),
            ("in_odoo", "In Odoo"),
            ("ignored", "Ignored"),
        ],
        "State",
        compute="_compute_progress",
        store=True,
        index=True,
    )

    @api.depends("state", "role", "is_wanted", "begun_at", "move_id.state")
    def _compute_progress(self):
        for bill in self:
            bill.progress = bill._progress()

    def _progress(self):
        if self.state == "imported":
            if self.role == SELLER_ROLE:
                return "in_odoo"
            made = {"posted": "posted", "cancel": "cancelled"}
            return made.get(self.move_id.state, "draft")
        if self.begun_at or (self.state == "new" and self.is_wanted):
            return "making"
        return self.state
