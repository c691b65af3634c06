from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.access import BILLING, allowed, check_allowed
from ..models.client_actions import close_window
from ..models.sending.account_move import TOLD


class Complete(models.TransientModel):
    """Lists what invoices lack before they are confirmed or sent.

    Each line leads to the field to fill in. What the law lets be issued all the same
    goes on from here; the rest when it has been completed.
    """

    _name = "l10n_pl_ksef.complete"
    _description = "KSeF: What Is Missing"
    _inherit = ["l10n_pl_ksef.window"]

    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    purpose = fields.Selection(
        [("post", "Confirm"), ("send", "Send to KSeF")], required=True, readonly=True
    )
    told = fields.Char("What Went On", readonly=True)
    following = fields.Json("What Comes Next", readonly=True)
    alerts = fields.Json(compute="_compute_alerts")
    has_warnings_only = fields.Boolean(compute="_compute_alerts")
    lacks_nip = fields.Boolean(compute="_compute_alerts")

    @api.depends("move_ids")
    def _compute_alerts(self):
        for window in self:
            moves = window.move_ids
            window.alerts = moves._l10n_pl_ksef_alerts(name_each=len(moves) > 1)
            window.has_warnings_only = bool(window._with_warnings_only())
            window.lacks_nip = bool(window._buyers_without_nip())

    def _with_warnings_only(self):
        """Return the invoices that may go on as they are."""
        return self.move_ids.filtered(lambda move: not move._l10n_pl_ksef_faults())

    def _buyers_without_nip(self):
        moves = self.move_ids.filtered(lambda move: move._l10n_pl_ksef_lacks_nip())
        return moves.commercial_partner_id

    @allowed(BILLING)
    def action_go_on(self):
        """Confirm, or send, those that the law lets be issued as they are."""
        self.ensure_one()
        moves = self._with_warnings_only()
        if not moves:
            raise UserError(self.env._("Fill in what is missing first."))
        self.move_ids -= moves
        return self._go_on_with(moves)

    @allowed(BILLING)
    def action_consumers(self):
        """Keep on the customers without a NIP that they have none, and go on."""
        self.ensure_one()
        check_allowed(self.move_ids, BILLING, operation="write")
        # sudo: who issues invoices says so, and need not be allowed to change contacts
        self._buyers_without_nip().sudo().l10n_pl_ksef_is_consumer = True
        complete = self.move_ids.filtered(lambda m: not m._l10n_pl_ksef_problems())
        self.move_ids -= complete
        return self._go_on_with(complete)

    @allowed(BILLING)
    def action_close(self):
        """Close the window; what was begun beside it goes on."""
        self.ensure_one()
        return self.following or close_window()

    def _go_on_with(self, moves):
        """Confirm or send ``moves``; what is left stays in the window."""
        action = moves and self._carry_out(moves.with_context(**{TOLD: True}))
        if self.move_ids:
            return self._open()
        return action or self.action_close()

    def _carry_out(self, moves):
        if self.purpose == "send":
            return moves.action_l10n_pl_ksef_send()
        # What Odoo itself asks at this click (amounts, dates) it asks all the same.
        asked = {"validate_analytic": True, "disable_abnormal_invoice_detection": False}
        return moves.with_context(**asked).action_post()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Is Missing"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
