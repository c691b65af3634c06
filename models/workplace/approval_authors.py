"""Whose bill it is, that nobody approves who has had a hand in it."""

from odoo import Command, fields, models

from .approval import KINDS

# What an approval is of (``_l10n_pl_ksef_fingerprint``), by where it is written.
OF_BILL = {
    "move_type",
    "partner_id",
    "partner_bank_id",
    "currency_id",
    "invoice_currency_rate",
    "invoice_line_ids",
    "line_ids",
}
OF_LINES = {
    "account_id",
    "name",
    "product_id",
    "quantity",
    "price_unit",
    "discount",
    "amount_currency",
    "tax_ids",
    "analytic_distribution",
}


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_editor_ids = fields.Many2many(
        "res.users",
        "l10n_pl_ksef_move_editor_rel",
        string="Changed By",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if OF_BILL & vals.keys():
            self._l10n_pl_ksef_note_editor()
        return result

    def _l10n_pl_ksef_note_editor(self):
        """The user has changed what is approved of these; it stays known, whoever
        changes it after.
        """
        user = self.env.user
        if user._is_superuser():
            return
        # sudo: only code writes it, and reads it of whoever changes the bill
        for move in self.sudo():
            taxpayer = move.company_id.l10n_pl_ksef_taxpayer_id
            asks = move.move_type in KINDS and taxpayer.l10n_pl_ksef_use_approval
            if asks and user not in move.l10n_pl_ksef_editor_ids:
                move.l10n_pl_ksef_editor_ids = [Command.link(user.id)]

    def _l10n_pl_ksef_authors(self):
        # EXTENDS l10n_pl_ksef/models/workplace/approval.py
        # sudo: who changed what is asked for, not shown
        return super()._l10n_pl_ksef_authors() | self.sudo().l10n_pl_ksef_editor_ids


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if OF_LINES & vals.keys():
            self.move_id._l10n_pl_ksef_note_editor()
        return result

    def unlink(self):
        # EXTENDS 'account'
        self.move_id._l10n_pl_ksef_note_editor()
        return super().unlink()
