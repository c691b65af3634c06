"""KSeF numbers in the titles of transfers, told before they are registered."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api.transfer_title import TitleError
from ..models.invoice.document import to_decimal
from ..models.payment.transfer import plan

# What Odoo pays of a bill that is paid in parts, unless the whole is chosen.
INSTALMENTS = ("next", "overdue", "before_date")


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    # The transfers of this window (``models/payment/transfer.py``), planned once for
    # all that is shown and done; kept like Odoo's own ``batches``.
    l10n_pl_ksef_plan = fields.Binary(
        compute="_compute_l10n_pl_ksef_plan", export_string_translation=False
    )
    l10n_pl_ksef_concerns = fields.Boolean(
        "Concerns KSeF", compute="_compute_l10n_pl_ksef_concerns"
    )
    l10n_pl_ksef_duty = fields.Selection(
        [("must", "Must"), ("may", "May"), ("none", "Nothing"), ("ask", "Not settled")],
        "Duty",
        compute="_compute_l10n_pl_ksef_concerns",
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
        "Can Be Split", compute="_compute_l10n_pl_ksef_concerns"
    )

    # --- what will be paid ---------------------------------------------------

    @api.depends(
        "batches",
        "amount",
        "currency_id",
        "group_payment",
        "installments_mode",
        "journal_id",
        "payment_date",
    )
    def _compute_l10n_pl_ksef_plan(self):
        for wizard in self:
            wizard.l10n_pl_ksef_plan = wizard._l10n_pl_ksef_transfers_to_make()

    def _l10n_pl_ksef_transfers_to_make(self):
        """Return the ``Transfer`` of each payment that this window will make."""
        self.ensure_one()
        if self.company_id.account_fiscal_country_id.code != "PL":
            return []
        amount = self._l10n_pl_ksef_amount()
        paid_in = self.currency_id if self._l10n_pl_ksef_is_one() else None
        transfers = [
            plan(lines, lines.currency_id[:1], amount, paid_in)
            for lines in self._l10n_pl_ksef_groups()
        ]
        # What the vendor pays back to us is the vendor's transfer.
        transfers = [transfer for transfer in transfers if transfer.total > 0]
        for transfer in transfers:
            transfer.duties = [
                part.move._l10n_pl_ksef_payment_duty(self.payment_date, self.journal_id)
                for part in transfer.parts
            ]
        return transfers

    def _l10n_pl_ksef_amount(self):
        """Return what is paid of the bills in all, in their currency (Decimal); None
        for as much as is open.
        """
        if not self._l10n_pl_ksef_is_one():
            return None
        theirs = self.batches[0]["lines"].currency_id[:1]
        amount = self.amount
        if self.currency_id != theirs:
            full = self._get_total_amounts_to_pay(self.batches[:1])["full_amount"]
            if self.currency_id.compare_amounts(amount, full) >= 0:
                return None
            # By its share: the rate is that of Odoo's own amount.
            residual = sum(self.batches[0]["lines"].mapped("amount_residual_currency"))
            amount = theirs.round(abs(residual) * amount / full)
        return to_decimal(amount, theirs.decimal_places)

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
            and self._l10n_pl_ksef_is_payable(batch)
        ]
        if self._l10n_pl_ksef_is_one():
            return batches[:1]
        if self.group_payment:
            return batches
        chosen = self.line_ids._origin
        if self.installments_mode in INSTALMENTS:
            chosen = self._get_total_amounts_to_pay(self.batches)["lines"]
        return [
            lines
            for batch in batches
            for lines in (batch & chosen).grouped("move_id").values()
        ]

    def _l10n_pl_ksef_is_payable(self, batch):
        """Tell whether Odoo will pay this batch, or skip it for its account."""
        account = self._get_batch_account(batch)
        return not self.require_partner_bank_account or account.allow_out_payment

    def _l10n_pl_ksef_splits(self, transfer):
        """Tell whether this transfer is a split payment (*MPP*).

        Where some bills ask for it, it concerns these; else all, if chosen.
        """
        marked = any(other.is_marked for other in self.l10n_pl_ksef_plan or [])
        wanted = self.l10n_pl_ksef_split and transfer.can_split
        return wanted and (transfer.is_marked or not marked)

    @api.depends("l10n_pl_ksef_plan")
    def _compute_l10n_pl_ksef_concerns(self):
        for wizard in self:
            transfers = wizard.l10n_pl_ksef_plan or []
            numbered = any(transfer.numbered for transfer in transfers)
            duties = [transfer.duty(self.env).kind for transfer in transfers]
            first = [k for k in ("ask", "must", "may", "none") if k in duties]
            wizard.l10n_pl_ksef_concerns = numbered
            wizard.l10n_pl_ksef_duty = first[0] if numbered and first else False
            wizard.l10n_pl_ksef_can_split = numbered and all(
                transfer.can_split for transfer in transfers
            )

    # Not of the amount: what a person has chosen stays.
    @api.depends("batches", "payment_date", "journal_id", "group_payment")
    def _compute_l10n_pl_ksef_choice(self):
        for wizard in self:
            transfers = wizard.l10n_pl_ksef_plan or []
            kinds = {transfer.duty(self.env).kind for transfer in transfers}
            if "ask" in kinds:
                wizard.l10n_pl_ksef_choice = False
            elif "must" in kinds:
                wizard.l10n_pl_ksef_choice = "give"
            else:
                gives = wizard.company_id._l10n_pl_ksef_gives_numbers(
                    wizard.payment_date or fields.Date.context_today(wizard)
                )
                wizard.l10n_pl_ksef_choice = "give" if gives else "leave"

    @api.depends("batches", "currency_id")
    def _compute_l10n_pl_ksef_split(self):
        for wizard in self:
            wizard.l10n_pl_ksef_split = any(
                transfer.is_marked and transfer.can_split
                for transfer in wizard.l10n_pl_ksef_plan or []
            )

    @api.model
    def _get_line_batch_key(self, line):
        # EXTENDS 'account': bills with and without split payment never share a transfer
        key = super()._get_line_batch_key(line)
        splits = line.move_id._l10n_pl_ksef_pays_split()
        return {**key, "l10n_pl_ksef_split_payment": splits}

    # --- titles --------------------------------------------------------------

    def _l10n_pl_ksef_number(self, transfer):
        """Return the number for the title of ``transfer`` and the identifier that it
        is of, if it is one's; "" where none is due, or the identifier is still to be
        made.
        """
        identifiers = self.env["l10n_pl_ksef.identifier"]
        if not transfer.needs_identifier:
            numbers = [part.number for part in transfer.numbered]
            return "".join(numbers), identifiers
        found = identifiers._find_for_transfer(
            self.company_id, [(part.move, part.amount) for part in transfer.numbered]
        )
        made = found.filtered(lambda identifier: identifier.state == "made")
        return made.number or "", made

    def _l10n_pl_ksef_title(self, transfer, number):
        """Return the title of ``transfer`` with ``number`` in it.

        :raise UserError: the message of a split payment cannot hold it
        """
        typed = self._l10n_pl_ksef_typed(transfer)
        if not self._l10n_pl_ksef_splits(transfer):
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
        transfers = self.l10n_pl_ksef_plan or [] if len(self) == 1 else []
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
            identifiers._made_for(
                self.company_id,
                transfer.parts[0].move.commercial_partner_id,
                [(part.move, part.amount) for part in transfer.numbered],
            )

    def _init_payments(self, to_process, edit_mode=False):
        # EXTENDS 'account'
        kept = {}
        if self.l10n_pl_ksef_choice == "give":
            transfers = {t.lines.move_id: t for t in self.l10n_pl_ksef_plan or []}
            for number, item in enumerate(to_process):
                if transfer := transfers.get(item["to_reconcile"].move_id):
                    kept[number] = self._l10n_pl_ksef_fill(
                        item["create_vals"], transfer
                    )
        payments = super()._init_payments(to_process, edit_mode=edit_mode)
        for number, values in kept.items():
            # sudo: what a payment tells of KSeF is written by code only
            to_process[number]["payment"].sudo().write(values)
        return payments

    def _l10n_pl_ksef_fill(self, values, transfer):
        """Put the KSeF number into the values of one payment.

        :return: what the payment keeps of it
        """
        number, identifier = self._l10n_pl_ksef_number(transfer)
        if not number:
            # Registered by code, not by a person: no identifier is made on the way.
            return {}
        values["memo"] = self._l10n_pl_ksef_title(transfer, number)
        values["payment_reference"] = number
        return {
            "l10n_pl_ksef_identifier_id": identifier.id,
            "l10n_pl_ksef_title_number": number,
            "l10n_pl_ksef_is_split": self._l10n_pl_ksef_splits(transfer),
        }
