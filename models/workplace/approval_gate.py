"""What waits for an approval: posting and paying, whichever way they are commanded.

Receiving does not: a bill that its vendor's rule would post stays a draft.
"""

from odoo import api, models

# What Odoo computes of lines and payments decides on the approval; over RPC Odoo lets
# whoever may edit a bill write it as well.
COMPUTED = (
    "amount_total_signed",
    "amount_total_in_currency_signed",
    "amount_residual",
    "amount_residual_signed",
)
# What is computed, too, but for "blocked", which a person says.
PAID = ("in_payment", "paid", "partial", "reversed")
REFUNDS = ("in_refund", "out_refund", "out_invoice")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if operation == "write" and field.name in COMPUTED and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def default_get(self, fields):
        # EXTENDS 'account': Odoo refuses to make a posted one, but by a context
        values = super().default_get(fields)
        posted = values.get("state") == "posted"
        return {**values, "state": "draft"} if posted else values

    def write(self, vals):
        # EXTENDS 'account': every way of posting ends here
        if vals.get("state") == "posted":
            self._l10n_pl_ksef_check_posting()
        if vals.get("payment_state") in PAID and not self.env.su:
            self._l10n_pl_ksef_check_paying()
        return super().write(vals)

    def _post(self, soft=True):
        # EXTENDS 'account': told before anything is done
        if not soft:
            self._l10n_pl_ksef_check_posting()
        return super()._post(soft)

    def _autopost_bill(self):
        # EXTENDS 'account'
        if self._l10n_pl_ksef_needs_approval():
            if not self._l10n_pl_ksef_given_approval():
                return None
        return super()._autopost_bill()

    @api.constrains("matched_payment_ids")
    def _check_l10n_pl_ksef_approved(self):
        for move in self.filtered("matched_payment_ids"):
            move._l10n_pl_ksef_check_paying()

    def _l10n_pl_ksef_check_posting(self):
        self._l10n_pl_ksef_check_approved(
            self.env._("These bills must be approved before they are posted:")
        )

    def _l10n_pl_ksef_check_paying(self):
        self._l10n_pl_ksef_check_approved(
            self.env._("These bills must be approved before they are paid:")
        )


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.constrains("invoice_ids", "state")
    def _check_l10n_pl_ksef_approved(self):
        for payment in self.filtered(lambda it: it.payment_type == "outbound"):
            payment.invoice_ids._l10n_pl_ksef_check_paying()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _reconcile_plan_with_sync(self, plan_list, all_amls):
        # EXTENDS 'account': what the bank has paid already is no payment to come, and
        # a credit note pays nothing
        moves = all_amls.move_id
        bills = moves.filtered(lambda move: move.is_purchase_document(True))
        pays = (moves - bills).filtered(
            lambda move: not move.statement_line_id and move.move_type not in REFUNDS
        )
        if pays:
            bills._l10n_pl_ksef_check_paying()
        return super()._reconcile_plan_with_sync(plan_list, all_amls)
