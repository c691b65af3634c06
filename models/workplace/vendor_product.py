"""What people chose for a vendor's lines is remembered, and proposed next time."""

from odoo import models

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from ..bill.products import Products


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_unit_of(self, line, bill_import, tools):
        # EXTENDS l10n_pl_ksef/models/bill/lines.py: what was chosen for this vendor
        # counts before what a unit usually means
        if bill_import.company._l10n_pl_ksef_uses("products"):
            if unit := tools.products.unit_of(line):
                return unit
        return super()._l10n_pl_ksef_unit_of(line, bill_import, tools)

    def _post(self, soft=True):
        # EXTENDS 'account': whoever posts a bill has decided on its products
        posted = super()._post(soft)
        for move in posted.filtered(lambda move: move.is_purchase_document()):
            if move.company_id._l10n_pl_ksef_uses("products"):
                move._l10n_pl_ksef_remember_products()
        return posted

    def _l10n_pl_ksef_remember_products(self):
        """Keep product and unit of each line under the vendor's code or name of it."""
        chosen = self.invoice_line_ids.filtered(
            lambda line: line.l10n_pl_ksef_line_number and line.product_id
        )
        if not chosen:
            return
        try:
            body = fa3.read(self._l10n_pl_ksef_received_file() or b"").document.body
        except DocumentError:
            return
        by_number = {row.number: row for row in body.lines if not row.before}
        pairs = [
            (line, by_number[line.l10n_pl_ksef_line_number])
            for line in chosen
            if line.l10n_pl_ksef_line_number in by_number
        ]
        vendor = self.commercial_partner_id
        known = Products(self.company_id, vendor, [row for _line, row in pairs])
        for line, row in pairs:
            unit = known.unit_of(row) or line.product_id.uom_id
            if known.of(row) != line.product_id or unit != line.product_uom_id:
                line._l10n_pl_ksef_remember(row.index, row.name)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _l10n_pl_ksef_remember(self, code, name):
        """The vendor's ``code``, else ``name``, means this line's product from now on;
        another product that it meant before is not proposed again.
        """
        field, value = ("product_code", code) if code else ("product_name", name)
        if not value:
            return
        vendor, company = self.move_id.commercial_partner_id, self.company_id
        # sudo: the company has chosen that whoever posts a bill teaches it
        rows = self.env["product.supplierinfo"].sudo()
        mine = [
            ("partner_id", "child_of", vendor.id),
            ("company_id", "in", (False, company.id)),
        ]
        product = self.product_id
        unit = self.product_uom_id or product.uom_id
        meant = rows.search([*mine, (field, "=", value)])
        same = meant.filtered(
            lambda row: row.product_tmpl_id == product.product_tmpl_id
            and row.product_id in (product, product.browse())
            # Its price is for its unit.
            and row.product_uom_id == unit
        )
        (meant - same).write({field: False})
        if same:
            return
        free = rows.search(
            [
                *mine,
                ("product_tmpl_id", "=", product.product_tmpl_id.id),
                ("product_id", "in", (False, product.id)),
                ("product_uom_id", "=", unit.id),
                (field, "=", False),
            ],
            limit=1,
        )
        if free:
            free[field] = value
            return
        rows.create(
            {
                "partner_id": vendor.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_id": product.id,
                field: value,
                "product_uom_id": unit.id,
                "price": self.price_unit,
                "discount": self.discount,
                "currency_id": self.currency_id.id,
                "company_id": company.id,
            }
        )
