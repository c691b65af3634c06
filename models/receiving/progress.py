from odoo import api, fields, models

from .bill import SELLER_ROLE


class Bill(models.Model):
    """How far an invoice of the inbox is, in the words of whoever works on it.

    ``state`` is what the code decides by; a bill that was made is one more state for
    people once it is posted.
    """

    _inherit = "l10n_pl_ksef.bill"

    progress = fields.Selection(
        [
            ("new", "New"),
            ("making", "Bill being made"),
            ("proposed", "To be linked"),
            ("error", "Not made"),
            ("draft", "Bill made (draft)"),
            ("posted", "Bill posted"),
            ("cancelled", "Bill cancelled"),
            ("in_odoo", "In Odoo"),
            ("ignored", "Ignored"),
        ],
        "State",
        compute="_compute_progress",
        store=True,
        index=True,
    )

    kind_label = fields.Char("Kind", compute="_compute_kind_label")

    @api.depends("invoice_kind")
    @api.depends_context("lang")
    def _compute_kind_label(self):
        """KSeF tells kinds by code (*invoiceType*); people know them by name."""
        names = {
            "Vat": self.env._("VAT – basic invoice"),
            "Kor": self.env._("KOR – credit note"),
            "Zal": self.env._("ZAL – advance invoice"),
            "Roz": self.env._("ROZ – settlement invoice"),
            "Upr": self.env._("UPR – simplified invoice"),
            "KorZal": self.env._("KOR_ZAL – correction of an advance invoice"),
            "KorRoz": self.env._("KOR_ROZ – correction of a settlement invoice"),
        }
        for bill in self:
            kind = bill.invoice_kind
            bill.kind_label = names.get(kind, kind)

    @api.depends("state", "role", "is_wanted", "begun_at", "move_id.state")
    def _compute_progress(self):
        for bill in self:
            bill.progress = bill._progress()

    def _progress(self):
        if self.state == "imported":
            if self.role == SELLER_ROLE:
                return "in_odoo"
            made = {"posted": "posted", "cancel": "cancelled"}
            return made.get(self.move_id.state, "draft")
        if self.begun_at or (self.state == "new" and self.is_wanted):
            return "making"
        return self.state
