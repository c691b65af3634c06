from odoo import api, models
from odoo.exceptions import UserError

from .document import PRODUCTION

# From the moment of sending on, an invoice is what KSeF has.
LOCKED = ("sending", "unknown", "sent", "accepted", "offline")
# What stands in the document and may otherwise change on a posted invoice.
FROZEN_FIELDS = (
    "name",
    "state",
    "move_type",
    "journal_id",
    "ref",
    "narration",
    "invoice_date",
    "invoice_date_due",
    "invoice_payment_term_id",
    "invoice_currency_rate",
    "invoice_incoterm_id",
    "partner_shipping_id",
    "reversed_entry_id",
    "l10n_pl_ksef_is_outside",
    "taxable_supply_date",
    "delivery_date",
    "partner_id",
    "currency_id",
    "partner_bank_id",
    "l10n_pl_ksef_simplified",
    "l10n_pl_ksef_split_payment",
    "l10n_pl_ksef_cash_method",
    "l10n_pl_ksef_reverse_charge",
    "l10n_pl_ksef_margin",
    "l10n_pl_ksef_self_billing",
    "l10n_pl_ksef_receipt",
    "l10n_pl_ksef_duty_art_42_5",
    "l10n_pl_ksef_before_after",
    "l10n_pl_ksef_correction_reason",
    "l10n_pl_ksef_correction_effect",
    "l10n_pl_ksef_correction_period",
    "l10n_pl_ksef_corrected_ids",
    "l10n_pl_ksef_original_number",
    "l10n_pl_ksef_original_date",
    "l10n_pl_ksef_original_ksef_number",
    "l10n_pl_ksef_order_numbers",
    "l10n_pl_ksef_order_date",
    "l10n_pl_ksef_contract_numbers",
    "l10n_pl_ksef_contract_date",
    "l10n_pl_ksef_payment_method",
    "l10n_pl_ksef_wz_numbers",
    "l10n_pl_ksef_batch_numbers",
    "l10n_pl_ksef_period_from",
    "l10n_pl_ksef_period_to",
    # Computed, and shown on the paper; over RPC Odoo lets them be written.
    "amount_untaxed",
    "amount_tax",
    "amount_total",
)
SUMS = ("balance", "amount_currency")
# The same of its lines, by their kind.
FROZEN_OF_LINES = {
    "product": (
        "name",
        "product_id",
        "product_uom_id",
        "quantity",
        "price_unit",
        "discount",
        "tax_ids",
        "move_id",
        "l10n_pl_ksef_sale_date",
        "l10n_pl_ksef_exemption",
        "l10n_pl_ksef_exemption_kind",
        "price_subtotal",
        "price_total",
        *SUMS,
    ),
    "payment_term": ("date_maturity", "move_id", *SUMS),
    "tax": SUMS,
    "line_note": ("name", "move_id"),
    "line_section": ("name", "move_id"),
    "line_subsection": ("name", "move_id"),
}
# Lines that people write; Odoo makes and drops the others by itself.
OF_PEOPLE = FROZEN_OF_LINES.keys() - {"payment_term", "tax"}


class AccountMove(models.Model):
    """What is in KSeF or on the way there stays as it is (art. 106j of the VAT act)."""

    _inherit = "account.move"

    def _l10n_pl_ksef_locked(self):
        """Return those of these that we issued and KSeF has or is about to have."""
        return self.filtered(
            lambda move: (
                move._l10n_pl_ksef_is_ours()
                and (
                    move.l10n_pl_ksef_state in LOCKED
                    or move._l10n_pl_ksef_has_left_elsewhere()
                )
            )
        )

    def _l10n_pl_ksef_has_left_elsewhere(self):
        """Tell whether KSeF or the customer has this though the company is connected to
        another environment now, or to none.

        What was sent to try it out (demo, test) binds nobody while another environment
        is in use.
        """
        now = self.company_id.l10n_pl_ksef_environment
        return any(
            (document.state in LOCKED or document.is_offline)
            and (not now or document.environment == PRODUCTION)
            # sudo: who reads the invoice need not read its documents
            for document in self.sudo().l10n_pl_ksef_document_ids
            if document.state != "cancelled"
        )

    def _l10n_pl_ksef_refuse_locked(self):
        """:raise UserError: naming the invoices that may only be corrected"""
        locked = self._l10n_pl_ksef_locked()
        if locked:
            raise UserError(
                self.env._(
                    "These invoices are in KSeF or on the way to it, so they can only "
                    "be corrected by a credit note: %(names)s",
                    names=", ".join(locked.mapped("name")),
                )
            )

    def write(self, vals):
        # EXTENDS 'account'
        changed = self.filtered(lambda move: _changes(move, FROZEN_FIELDS, vals))
        changed._l10n_pl_ksef_refuse_locked()
        return super().write(vals)

    def unlink(self):
        # EXTENDS 'account': what only ever waited has no history to keep
        self._l10n_pl_ksef_refuse_locked()
        self.check_access("unlink")
        # sudo: whoever may delete the invoice takes its documents along
        self.sudo().l10n_pl_ksef_document_ids.unlink()
        return super().unlink()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        lines = super().create(vals_list)
        new = lines.filtered(lambda line: line.display_type in OF_PEOPLE)
        issued = new.move_id.filtered(lambda move: move.state == "posted")
        issued._l10n_pl_ksef_refuse_locked()
        return lines

    def write(self, vals):
        # EXTENDS 'account'
        changed = self.filtered(
            lambda line: _changes(line, FROZEN_OF_LINES.get(line.display_type), vals)
        )
        changed.move_id._l10n_pl_ksef_refuse_locked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _l10n_pl_ksef_unlink_locked(self):
        shown = self.filtered(lambda line: line.display_type in OF_PEOPLE)
        shown.move_id._l10n_pl_ksef_refuse_locked()


def _changes(record, names, vals):
    """Tell whether ``vals`` gives one of the fields another value than it has now."""
    for name in names or ():
        if name in vals:
            field = record._fields[name]
            now = field.convert_to_write(record[name], record)
            new = field.convert_to_cache(vals[name], record)
            if field.convert_to_write(new, record) != now:
                return True
    return False
