"""What waits for an approval: posting and paying, whichever way they are commanded.

Receiving does not: a bill that its vendor's rule would post stays a draft.
"""

from odoo import api, models

REFUNDS = ("in_refund", "out_refund", "out_invoice")


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account': Odoo refuses a posted one, not one by a context's default
        moves = super().create(vals_list)
        moves.filtered(
            lambda move: move.state == "posted"
        )._l10n_pl_ksef_check_posting()
        return moves

    def write(self, vals):
        # EXTENDS 'account': every way of posting ends here
        if vals.get("state") == "posted":
            self._l10n_pl_ksef_check_posting()
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
