"""What the window that registers payments tells of each transfer."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    l10n_pl_ksef_transfers = fields.Html(
        "Transfers", compute="_compute_l10n_pl_ksef_transfers", sanitize=False
    )

    @api.depends(
        "l10n_pl_ksef_plan",
        "l10n_pl_ksef_choice",
        "l10n_pl_ksef_split",
        "communication",
    )
    def _compute_l10n_pl_ksef_transfers(self):
        for wizard in self:
            transfers = wizard.l10n_pl_ksef_plan or []
            wizard.l10n_pl_ksef_transfers = (
                wizard._l10n_pl_ksef_told_transfers(transfers)
                if wizard.l10n_pl_ksef_concerns
                else False
            )

    def _l10n_pl_ksef_told_transfers(self, transfers):
        rows = Markup().join(self._l10n_pl_ksef_row(transfer) for transfer in transfers)
        heads = [self.env._("Vendor"), self.env._("Bills"), self.env._("Amount")]
        head = Markup().join(Markup("<th>%s</th>") % text for text in heads)
        return Markup(
            "<table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (head, rows)

    def _l10n_pl_ksef_row(self, transfer):
        """Return two rows: who is paid what; below it, all across, the title."""
        bills = ", ".join(
            part.move.ref or part.move.name or "" for part in transfer.parts
        )
        vendor = transfer.parts[0].move.commercial_partner_id.display_name
        amount = format_amount(self.env, float(transfer.total), transfer.currency)
        who = Markup(
            "<tr><td class='border-0'>%s</td><td class='border-0'>%s</td>"
            "<td class='border-0 text-nowrap'>%s</td></tr>"
        ) % (vendor, bills, amount)
        title, reason = self._l10n_pl_ksef_title_preview(transfer)
        splits = self._l10n_pl_ksef_splits(transfer)
        remarks = Markup().join(
            Markup("<div class='text-warning-emphasis'>%s</div>") % remark
            for remark in transfer.remarks(self.env, splits)
        )
        return who + Markup(
            "<tr><td colspan='3'><span class='text-muted'>%s</span> "
            "<span class='text-break'>%s</span>"
            "<div class='text-muted'>%s</div>%s</td></tr>"
        ) % (self.env._("Title of the transfer:"), title, reason, remarks)

    def _l10n_pl_ksef_title_preview(self, transfer):
        """Return what the title will say, and why (two sentences)."""
        reason = transfer.duty(self.env).reason
        if not transfer.numbered:
            return self.env._("No KSeF number is due."), reason
        if self.l10n_pl_ksef_choice != "give":
            return self.env._("Without a KSeF number."), reason
        number, _identifier = self._l10n_pl_ksef_number(transfer)
        if not number:
            count = len(transfer.numbered)
            return (
                self.env._(
                    "A collective identifier of %(count)s invoices will be made "
                    "in KSeF when you confirm.",
                    count=count,
                ),
                reason,
            )
        try:
            return self._l10n_pl_ksef_title(transfer, number), reason
        except UserError as error:
            return str(error), reason
