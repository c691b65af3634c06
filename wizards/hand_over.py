from odoo import fields, models
from odoo.exceptions import UserError

from ..models.access import BILLING, allowed, check_allowed
from ..models.client_actions import close_window


class HandOver(models.TransientModel):
    """Gives bills, or rows of the inbox, to another person, with a note."""

    _name = "l10n_pl_ksef.hand.over"
    _description = "KSeF: Hand Over Bills"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    bill_ids = fields.Many2many("l10n_pl_ksef.bill", string="Received", readonly=True)
    move_ids = fields.Many2many("account.move", string="Bills", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "To",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    note = fields.Char()

    def _open(self, bills=None, moves=None):
        """Return the action that opens this window on rows, or on bills."""
        records = bills or moves
        if not records:
            raise UserError(self.env._("Choose bills of vendors."))
        if len(records.company_id) > 1:
            raise UserError(self.env._("Choose bills of one company."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                **self.env.context,
                "default_company_id": records.company_id.id,
                "default_bill_ids": bills.ids if bills else [],
                "default_move_ids": moves.ids if moves else [],
            },
        }

    @allowed(BILLING)
    def action_hand_over(self):
        """Give them to the chosen person."""
        self.ensure_one()
        if not self.user_id:
            raise UserError(self.env._("Choose a person."))
        if not self.company_id._l10n_pl_ksef_is_person_here(self.user_id):
            raise UserError(
                self.env._("%s does not work in this company.", self.user_id.name)
            )
        check_allowed(self.bill_ids, BILLING)
        check_allowed(self.move_ids, BILLING, operation="write")
        # sudo: nobody may write rows of the inbox, this code does
        self.bill_ids.sudo()._hand_over(self.user_id, self.note)
        rows = self.move_ids.l10n_pl_ksef_bill_ids
        # sudo: nobody may write rows of the inbox, this code does
        rows.sudo()._hand_over(self.user_id, self.note)
        others = self.move_ids - rows.move_id
        others._l10n_pl_ksef_hand_over(self.user_id, self.note)
        return close_window()
