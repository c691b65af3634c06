"""What a payment of bills proposes where the vendor asks for another amount (P_15)."""

from markupsafe import Markup

from odoo import api, fields, models


class AccountPaymentRegister(models.TransientModel):
    """*Rozliczenie*: deposits are paid on top, what is settled is not paid."""

    _inherit = "account.payment.register"

    l10n_pl_ksef_asked = fields.Html(
        "Asked for in KSeF", compute="_compute_l10n_pl_ksef_asked", sanitize=False
    )

    @api.depends("line_ids")
    def _compute_l10n_pl_ksef_asked(self):
        for wizard in self:
            moves = wizard.line_ids.move_id.filtered("l10n_pl_ksef_settlement")
            wizard.l10n_pl_ksef_asked = Markup("<br/>").join(
                self.env._(
                    "%(bill)s: the vendor asks for %(asked)s, not %(total)s "
                    "(%(reasons)s).",
                    bill=move.ref or move.name,
                    asked=move.currency_id.format(move.l10n_pl_ksef_to_pay),
                    total=move.currency_id.format(move.amount_total),
                    reasons=move.l10n_pl_ksef_settlement,
                )
                for move in moves
            )

    def _get_total_amounts_to_pay(self, batch_results):
        # EXTENDS 'account': the difference stays open, or is paid too much, knowingly
        totals = super()._get_total_amounts_to_pay(batch_results)
        if beyond := self._l10n_pl_ksef_beyond(totals["lines"], self.currency_id):
            for name in ("amount_by_default", "full_amount"):
                totals[name] = max(totals[name] + beyond, 0.0)
        return totals

    def _create_payment_vals_from_batch(self, batch_result):
        # EXTENDS 'account': where one payment for each bill is made
        values = super()._create_payment_vals_from_batch(batch_result)
        currency = self.env["res.currency"].browse(values["currency_id"])
        beyond = self._l10n_pl_ksef_beyond(batch_result["lines"], currency)
        # With a discount for early payment the amount is the one proposed above.
        if beyond and not values["write_off_line_vals"]:
            values["amount"] = max(values["amount"] + beyond, 0.0)
        return values

    def _l10n_pl_ksef_beyond(self, lines, currency):
        """Return what the vendors of ``lines`` ask for beyond what is open, signed.

        Of one payment's direction: of a refund that is taken off bills, the other way.
        """
        beyond = 0.0
        for move in lines.move_id.filtered("l10n_pl_ksef_settlement"):
            asked = move._l10n_pl_ksef_asked_beyond()
            sign = 1 if move.move_type == "in_invoice" else -1
            beyond += sign * move.currency_id._convert(
                asked, currency, move.company_id, self.payment_date
            )
        is_outbound = sum(lines.mapped("balance")) < 0
        return beyond if is_outbound else -beyond
