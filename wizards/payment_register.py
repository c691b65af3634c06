"""KSeF numbers in the titles of transfers, told before they are registered."""

from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..ksef_api.transfer_title import TitleError
from ..models.invoice.document import to_decimal
from ..models.payment.transfer import plan


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    l10n_pl_ksef_concerns = fields.Boolean(
        "Concerns KSeF", compute="_compute_l10n_pl_ksef_transfers"
    )
    l10n_pl_ksef_duty = fields.Selection(
        [("must", "Must"), ("may", "May"), ("none", "Nothing"), ("ask", "Not settled")],
        "Duty",
        compute="_compute_l10n_pl_ksef_transfers",
    )
    l10n_pl_ksef_choice = fields.Selection(
        [("give", "Give the KSeF number"), ("leave", "Pay without it")],
        "KSeF Number in the Title",
        compute="_compute_l10n_pl_ksef_choice",
        store=True,
        readonly=False,
    )
    l10n_pl_ksef_split = fields.Boolean(
        "Split Payment (MPP)",
        compute="_compute_l10n_pl_ksef_split",
        store=True,
        readonly=False,
    )
    l10n_pl_ksef_can_split = fields.Boolean(
        "Can Be Split", compute="_compute_l10n_pl_ksef_transfers"
    )
    l10n_pl_ksef_transfers = fields.Html(
        "Transfers", compute="_compute_l10n_pl_ksef_transfers", sanitize=False
    )

    # --- what will be paid ---------------------------------------------------

    def _l10n_pl_ksef_plans(self):
        """Return the ``Transfer`` of each payment that this window will make."""
        self.ensure_one()
        if self.company_id.account_fiscal_country_id.code != "PL":
            return []
        amount = None
        if self._l10n_pl_ksef_is_one():
            amount = to_decimal(self.amount, self.currency_id.decimal_places)
            if self.payment_difference_handling == "reconcile":
                amount = None
        transfers = [
            plan(lines, lines.currency_id[:1], amount)
            for lines in self._l10n_pl_ksef_groups()
        ]
        transfers = [transfer for transfer in transfers if transfer.parts]
        by_choice = not any(transfer.is_marked for transfer in transfers)
        for transfer in transfers:
            transfer.duties = [
                part.move._l10n_pl_ksef_payment_duty(self.payment_date, self.journal_id)
                for part in transfer.parts
            ]
            # Where some bills ask for it, it concerns these; else all, if chosen.
            transfer.is_split = (
                self.l10n_pl_ksef_split
                and transfer.can_split
                and (by_choice or transfer.is_marked)
            )
        return transfers

    def _l10n_pl_ksef_is_one(self):
        """Tell whether one payment of a chosen amount is made (Odoo's edit mode)."""
        return self.can_edit_wizard and (
            len(self.batches[0]["lines"]) == 1 or self.group_payment
        )

    def _l10n_pl_ksef_groups(self):
        """Return the journal items of each payment to a vendor, as Odoo groups them."""
        batches = [
            batch["lines"]
            for batch in self.batches
            if batch["payment_values"]["payment_type"] == "outbound"
            and batch["payment_values"]["partner_type"] == "supplier"
        ]
        if self._l10n_pl_ksef_is_one():
            return batches[:1]
        if self.group_payment:
            return batches
        return [
            lines for batch in batches for lines in batch.grouped("move_id").values()
        ]

    @api.depends(
        "batches",
        "amount",
        "group_payment",
        "journal_id",
        "payment_date",
        "payment_difference_handling",
        "l10n_pl_ksef_choice",
        "l10n_pl_ksef_split",
        "communication",
    )
    def _compute_l10n_pl_ksef_transfers(self):
        for wizard in self:
            transfers = wizard._l10n_pl_ksef_plans()
            numbered = any(transfer.numbered for transfer in transfers)
            duties = [transfer.duty(self.env).kind for transfer in transfers]
            first = [k for k in ("ask", "must", "may", "none") if k in duties]
            wizard.l10n_pl_ksef_concerns = numbered
            wizard.l10n_pl_ksef_duty = first[0] if numbered and first else False
            wizard.l10n_pl_ksef_can_split = numbered and all(
                transfer.can_split for transfer in transfers
            )
            wizard.l10n_pl_ksef_transfers = (
                wizard._l10n_pl_ksef_told_transfers(transfers) if numbered else False
            )

    @api.depends("batches", "payment_date", "journal_id", "group_payment")
    def _compute_l10n_pl_ksef_choice(self):
        for wizard in self:
            kinds = {t.duty(self.env).kind for t in wizard._l10n_pl_ksef_plans()}
            if "ask" in kinds:
                wizard.l10n_pl_ksef_choice = False
            elif "must" in kinds:
                wizard.l10n_pl_ksef_choice = "give"
            else:
                gives = wizard.company_id._l10n_pl_ksef_gives_numbers(
                    wizard.payment_date or fields.Date.context_today(wizard)
                )
                wizard.l10n_pl_ksef_choice = "give" if gives else "leave"

    @api.depends("batches")
    def _compute_l10n_pl_ksef_split(self):
        for wizard in self:
            transfers = wizard._l10n_pl_ksef_plans()
            wizard.l10n_pl_ksef_split = any(
                transfer.is_marked and transfer.can_split for transfer in transfers
            )

    @api.model
    def _get_line_batch_key(self, line):
        # EXTENDS 'account': bills with and without split payment never share a transfer
        key = super()._get_line_batch_key(line)
        move = line.move_id
        splits = move.is_purchase_document() and move.l10n_pl_ksef_split_payment
        return {**key, "l10n_pl_ksef_split_payment": splits}

    # --- what people see -----------------------------------------------------

    def _l10n_pl_ksef_told_transfers(self, transfers):
        rows = Markup().join(self._l10n_pl_ksef_row(transfer) for transfer in transfers)
        heads = [
            self.env._("Vendor"),
            self.env._("Bills"),
            self.env._("Amount"),
            self.env._("Title of the transfer"),
        ]
        head = Markup().join(Markup("<th>%s</th>") % text for text in heads)
        return Markup(
            "<table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (head, rows)

    def _l10n_pl_ksef_row(self, transfer):
        bills = ", ".join(
            part.move.ref or part.move.name or "" for part in transfer.parts
        )
        total = sum((part.amount for part in transfer.parts), Decimal(0))
        cells = [
            transfer.parts[0].move.commercial_partner_id.display_name,
            bills,
            format_amount(self.env, float(total), transfer.currency),
        ]
        text = Markup().join(Markup("<td>%s</td>") % cell for cell in cells)
        title, reason = self._l10n_pl_ksef_title_preview(transfer)
        return Markup(
            "<tr>%s<td><span class='text-break'>%s</span>"
            "<div class='text-muted'>%s</div></td></tr>"
        ) % (text, title, reason)

    def _l10n_pl_ksef_title_preview(self, transfer):
        """Return what the title will say, and why (two sentences)."""
        reason = transfer.duty(self.env).reason
        if not transfer.numbered:
            return self.env._("No KSeF number is due."), reason
        if self.l10n_pl_ksef_choice != "give":
            return self.env._("Without a KSeF number."), reason
        if transfer.needs_identifier:
            made = self._l10n_pl_ksef_identifier_made(transfer)
            if not made:
                count = len(transfer.numbered)
                return (
                    self.env._(
                        "A collective identifier of %(count)s invoices will be made "
                        "in KSeF when you confirm.",
                        count=count,
                    ),
                    reason,
                )
            number = made.number
        else:
            number = transfer.numbered[0].number
        try:
            return self._l10n_pl_ksef_title(transfer, number), reason
        except UserError as error:
            return str(error), reason

    def _l10n_pl_ksef_identifier_made(self, transfer):
        identifiers = self.env["l10n_pl_ksef.identifier"]
        found = identifiers._find_for_transfer(
            self.company_id, [(part.move, part.amount) for part in transfer.numbered]
        )
        return found.filtered(lambda identifier: identifier.state == "made")

    def _l10n_pl_ksef_title(self, transfer, number, typed=None):
        """Return the title of ``transfer`` with ``number`` in it.

        :raise UserError: the message of a split payment cannot hold it
        """
        typed = self._l10n_pl_ksef_typed(transfer) if typed is None else typed
        if not transfer.is_split:
            return transfer.title(number, typed)
        try:
            return transfer.split_message(number, typed)
        except TitleError as error:
            reasons = {
                "vat": self.env._("its VAT does not fit into the message"),
                "seller": self.env._("the vendor has no NIP"),
                "invoice": self.env._("its KSeF number is too long for the message"),
            }
            raise UserError(
                self.env._(
                    "This cannot be paid in split payment: %(reason)s.",
                    reason=reasons[error.code],
                )
            ) from None

    def _l10n_pl_ksef_typed(self, transfer):
        """Return what stands behind the number: what the person typed, or the vendor's
        own numbers.
        """
        if self._l10n_pl_ksef_is_one() and self.communication:
            return self.communication
        return ", ".join(
            part.move.ref or "" for part in transfer.parts if part.move.ref
        )

    # --- making it -----------------------------------------------------------

    def action_create_payments(self):
        # EXTENDS 'account': identifiers are there before the payments that carry them
        # sudo: what the person may not read is not left out, but refused
        self.sudo().line_ids.move_id.with_env(self.env).check_access("read")
        transfers = self._l10n_pl_ksef_plans() if len(self) == 1 else []
        if any(transfer.numbered for transfer in transfers):
            if not self.l10n_pl_ksef_choice:
                raise UserError(
                    self.env._(
                        "Choose whether the titles carry KSeF numbers: the law does "
                        "not settle this case."
                    )
                )
            if self.l10n_pl_ksef_choice == "give":
                self._l10n_pl_ksef_make_identifiers(transfers)
        return super().action_create_payments()

    def _l10n_pl_ksef_make_identifiers(self, transfers):
        """Have KSeF make the identifiers that these transfers need; commits.

        :raise UserError: one was not made; why, and what to do
        """
        moves = self.env["account.move"].union(*(t.moves for t in transfers))
        moves.check_access("read")
        self.check_access("write")
        identifiers = self.env["l10n_pl_ksef.identifier"]
        for transfer in transfers:
            if not transfer.needs_identifier:
                continue
            identifier = identifiers._for_transfer(
                self.company_id,
                transfer.parts[0].move.commercial_partner_id,
                [(part.move, part.amount) for part in transfer.numbered],
            )
            if identifier.state != "made":
                identifier._make()
            identifier._refuse_unmade()

    def _init_payments(self, to_process, edit_mode=False):
        # EXTENDS 'account'
        if self.l10n_pl_ksef_choice == "give":
            transfers = {t.lines.move_id: t for t in self._l10n_pl_ksef_plans()}
            for item in to_process:
                if transfer := transfers.get(item["to_reconcile"].move_id):
                    self._l10n_pl_ksef_fill(item["create_vals"], transfer)
        return super()._init_payments(to_process, edit_mode=edit_mode)

    def _l10n_pl_ksef_fill(self, values, transfer):
        """Put the KSeF number into the values of one payment."""
        if not transfer.numbered:
            return
        if transfer.needs_identifier:
            identifier = self._l10n_pl_ksef_identifier_made(transfer)
            if not identifier:
                # Registered by code, not by a person: nothing is made on the way.
                return
            number = identifier.number
            values["l10n_pl_ksef_identifier_id"] = identifier.id
        else:
            number = transfer.numbered[0].number
        values["memo"] = self._l10n_pl_ksef_title(transfer, number)
        values["payment_reference"] = number
        values["l10n_pl_ksef_title_number"] = number
        values["l10n_pl_ksef_is_split"] = transfer.is_split
