"""Purchase orders that an invoice names, and what differs from them.

Odoo's *purchase* may be there or not: without it only the numbers are kept.
"""

import logging
import re

from odoo import api, fields, models
from odoo.tools import float_compare, formatLang

from .compiled import folded

_logger = logging.getLogger(__name__)

# "zamówienie nr P00012", "zam. 7/2026", "PO: P00012", "order no. 4500012"
IN_TEXT = re.compile(
    r"\b(?:zam[oó]wieni\w*|zam\.?|order|po)\s*(?:nr|numer|no)?[.:#\s]*"
    r"([A-Z0-9][A-Z0-9/_.-]*\d[A-Z0-9/_-]*)",
    re.IGNORECASE,
)
MOST_NUMBERS = 20
# Longer texts are against the schema, and a file that somebody sent may have any: the
# search takes the square of their length.
MOST_TEXTS, LONGEST_TEXT = 500, 600
SECONDS = 10


def order_numbers(body):
    """Return the numbers of orders that a document names: in *NrZamowienia*, then in
    its notes and lines.
    """
    terms = body.terms
    named = [row.number for row in terms.orders if row.number] if terms else []
    texts = [f"{note.key}: {note.value}" for note in body.notes]
    texts += [line.name or "" for line in body.lines]
    for text in texts[:MOST_TEXTS]:
        named += IN_TEXT.findall(text[:LONGEST_TEXT])
    return list(dict.fromkeys(number.strip() for number in named))[:MOST_NUMBERS]


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_order_text = fields.Text(
        "Compared with the Order", compute="_compute_l10n_pl_ksef_order_text"
    )

    # --- arriving ------------------------------------------------------------

    def _l10n_pl_ksef_decide(self, bill_import):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py
        result = super()._l10n_pl_ksef_decide(bill_import)
        if bill_import.company._l10n_pl_ksef_uses("orders"):
            numbers = order_numbers(bill_import.body)
            if numbers:
                bill_import.values["invoice_origin"] = ", ".join(numbers)
        return result

    def _l10n_pl_ksef_finish(self, bill_import):
        # EXTENDS l10n_pl_ksef/models/bill/pipeline.py
        super()._l10n_pl_ksef_finish(bill_import)
        if "purchase.order" not in self.env or self.move_type != "in_invoice":
            return
        if bill_import.company._l10n_pl_ksef_uses("orders"):
            # Odoo would take whatever order bears the number: only the vendor's own.
            if orders := self._l10n_pl_ksef_purchase_orders():
                self._l10n_pl_ksef_take_orders(orders)

    def _l10n_pl_ksef_take_orders(self, orders):
        """Have Odoo put the orders' lines in the place of the bill's, and undo it when
        the total or the VAT of a rate is not that of the document any more.
        """
        before, origin = self._l10n_pl_ksef_booked_sums(), self.invoice_origin
        savepoint = self.env.cr.savepoint()
        try:
            # sudo: who does the books need not see the orders
            self.sudo()._find_and_set_purchase_orders(
                orders.mapped("name"),
                self.partner_id.id,
                self.amount_total,
                timeout=SECONDS,
            )
            self.env.flush_all()
            kept = self._l10n_pl_ksef_booked_sums() == before
        except Exception:
            # Whatever stands in an order, the invoice is received.
            _logger.exception("KSeF: the orders of %s were left out", self)
            kept = False
        if not kept:
            savepoint.rollback()
            self.env.invalidate_all(flush=False)
        savepoint.close(rollback=False)
        if self.invoice_origin != origin:
            self.invoice_origin = origin

    def _l10n_pl_ksef_booked_sums(self):
        """Return total, and net and VAT by tax: what stays that of the document."""
        currency = self.currency_id
        sums = {}
        for line in self.line_ids:
            if line.display_type == "product":
                key = ("net", *sorted(line.tax_ids.ids))
            elif line.tax_line_id:
                key = ("vat", line.tax_line_id.id)
            else:
                continue
            sums[key] = sums.get(key, 0) + line.amount_currency
        rounded = {key: f"{currency.round(value):.2f}" for key, value in sums.items()}
        return f"{self.amount_total:.2f}", rounded

    # --- what differs --------------------------------------------------------

    @api.depends("invoice_origin", "invoice_line_ids.price_unit", "partner_id")
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_order_text(self):
        for move in self:
            move.l10n_pl_ksef_order_text = "\n".join(move._l10n_pl_ksef_differences())

    def _l10n_pl_ksef_differences(self):
        """Return sentences on each line that is not as it was ordered."""
        orders = self._l10n_pl_ksef_purchase_orders()
        if not orders:
            return []
        free = list(orders.order_line.filtered(lambda row: not row.display_type))
        sentences = []
        for line in self.invoice_line_ids:
            if line.display_type != "product":
                continue
            ordered = _counterpart(line, free)
            if ordered:
                free.remove(ordered)
                sentences += line._l10n_pl_ksef_compared(ordered)
            else:
                text = self.env._("%s: not ordered.", line.name)
                sentences.append(text)
        return sentences

    def _l10n_pl_ksef_purchase_orders(self):
        """Return the orders of this bill's vendor that it names; none without
        *purchase*.
        """
        self.ensure_one()
        if "purchase.order" not in self.env or self.state == "cancel":
            return []
        uses = self.company_id._l10n_pl_ksef_uses("orders")
        if not uses or not self.invoice_origin or not self.is_purchase_document():
            return []
        numbers = [number.strip() for number in self.invoice_origin.split(",")]
        # sudo: who does the books need not see the orders
        orders = self.env["purchase.order"].sudo()
        return orders.search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "child_of", self.commercial_partner_id.id),
                "|",
                ("name", "in", numbers),
                ("partner_ref", "in", numbers),
            ]
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _l10n_pl_ksef_compared(self, ordered):
        """Yield what differs between this line and the line of an order.

        :param ordered: ``purchase.order.line``
        """
        said, name = [], self.name or ordered.name
        in_unit = self._l10n_pl_ksef_in_unit_of(ordered)
        price = ordered.price_unit * (1 - (ordered.discount or 0) / 100)
        mine = self.price_subtotal / in_unit if in_unit else self.price_unit
        digits = self.env["decimal.precision"].precision_get("Product Price")
        if float_compare(mine, price, precision_digits=digits):
            values = {"name": name, "price": self._in_words(mine, 2)}
            values["ordered"] = self._in_words(price, 2)
            said.append(
                self.env._(
                    "%(name)s: price %(price)s, ordered at %(ordered)s.", **values
                )
            )
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_compare(in_unit, ordered.product_qty, precision_digits=digits) > 0:
            values = {"name": name, "quantity": self._in_words(in_unit)}
            values["ordered"] = self._in_words(ordered.product_qty)
            said.append(
                self.env._(
                    "%(name)s: quantity %(quantity)s, ordered %(ordered)s.", **values
                )
            )
        if float_compare(ordered.qty_received, in_unit, precision_digits=digits) < 0:
            values = {"name": name, "quantity": self._in_words(in_unit)}
            values["received"] = self._in_words(ordered.qty_received)
            said.append(
                self.env._("%(name)s: received %(received)s of %(quantity)s.", **values)
            )
        return said

    def _l10n_pl_ksef_in_unit_of(self, ordered):
        """Return the quantity in the unit of the order's line."""
        unit, wanted = self.product_uom_id, ordered.product_uom_id
        if unit and wanted and unit != wanted and unit._has_common_reference(wanted):
            return unit._compute_quantity(self.quantity, wanted, round=False)
        return self.quantity

    def _in_words(self, number, digits=None):
        if digits is None and number == int(number):
            return formatLang(self.env, number, digits=0)
        return formatLang(self.env, number, digits=digits or 2)


def _counterpart(line, free):
    """Return which of the order's lines a bill's line is for, or nothing: the linked
    one, that of its product, that of its name, or the only one that is left.
    """
    if line.purchase_line_id.sudo() in free:  # sudo: who does the books reads no order
        return line.purchase_line_id.sudo()  # sudo: the same
    if line.product_id:
        for row in free:
            if row.product_id == line.product_id:
                return row
    name = folded(line.name)
    for row in free:
        other = folded(row.name)
        if name and (name in other or other in name):
            return row
    return None
