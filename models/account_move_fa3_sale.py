from odoo import models

from ..ksef_api import fa3
from .account_move_fa3 import to_decimal

KINDS_OF_CORRECTION = {
    fa3.InvoiceKind.SALE: fa3.InvoiceKind.CORRECTION,
    fa3.InvoiceKind.ADVANCE: fa3.InvoiceKind.ADVANCE_CORRECTION,
    fa3.InvoiceKind.SETTLEMENT: fa3.InvoiceKind.SETTLEMENT_CORRECTION,
}


class AccountMove(models.Model):
    """Down payments of Odoo's *sale*: advance (*ZAL*) and settlement (*ROZ*) invoices.

    Odoo has no kind of invoice for them: it marks lines. An invoice of marked lines
    only is an advance; one that deducts some beside other lines settles them. Without
    *sale* no line is marked. Source: art. 106f of the VAT act, and the notes in the
    FA(3) schema.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_down_payments(self):
        """Return the lines that take or deduct an advance; none without *sale*."""
        lines = self._l10n_pl_ksef_lines()
        if "is_downpayment" not in lines._fields:
            return lines.browse()
        return lines.filtered("is_downpayment")

    def _l10n_pl_ksef_ordered(self):
        """Return the lines of the orders that the down payments are for."""
        down_payments = self._l10n_pl_ksef_down_payments()
        if not down_payments:
            return []
        # Who does the books need not see the orders.
        orders = down_payments.sudo().sale_line_ids.order_id
        return orders.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )

    def _l10n_pl_ksef_kind_of_sale(self):
        """Return the kind as if this corrected nothing: *VAT*, *ZAL* or *ROZ*."""
        down_payments = self._l10n_pl_ksef_down_payments()
        if not down_payments or not self._l10n_pl_ksef_ordered():
            return fa3.InvoiceKind.SALE
        if down_payments == self._l10n_pl_ksef_lines():
            return fa3.InvoiceKind.ADVANCE
        return fa3.InvoiceKind.SETTLEMENT

    def _l10n_pl_ksef_kind(self):
        kind = self._l10n_pl_ksef_kind_of_sale()
        return KINDS_OF_CORRECTION[kind] if self._l10n_pl_ksef_is_correction() else kind

    def _l10n_pl_ksef_is_advance(self):
        return self._l10n_pl_ksef_kind_of_sale() is fa3.InvoiceKind.ADVANCE

    def _l10n_pl_ksef_is_settlement(self):
        return self._l10n_pl_ksef_kind_of_sale() is fa3.InvoiceKind.SETTLEMENT

    def _l10n_pl_ksef_is_wanted(self):
        # Advances that covered everything leave nothing to settle (art. 106f (4)).
        is_empty = self._l10n_pl_ksef_is_settlement() and not self.amount_total
        return super()._l10n_pl_ksef_is_wanted() and not is_empty

    # --- the document --------------------------------------------------------

    def _l10n_pl_ksef_shown_lines(self):
        # An advance shows the order; a settlement the whole value of what is sold.
        lines = super()._l10n_pl_ksef_shown_lines()
        if self._l10n_pl_ksef_kind_of_sale() is fa3.InvoiceKind.SALE:
            return lines
        return lines - self._l10n_pl_ksef_down_payments()

    def _l10n_pl_ksef_goods(self):
        ordered = self._l10n_pl_ksef_ordered()
        goods = super()._l10n_pl_ksef_goods()
        return goods | ordered.product_id if ordered else goods

    def _l10n_pl_ksef_sale_date(self):
        # Of an advance it is the day of the payment, never that of a delivery.
        if self._l10n_pl_ksef_is_advance():
            date = self.taxable_supply_date
            return date if date and date != self.invoice_date else None
        return super()._l10n_pl_ksef_sale_date()

    def _l10n_pl_ksef_body(self):
        body = super()._l10n_pl_ksef_body()
        if self._l10n_pl_ksef_is_advance():
            body.order = self._l10n_pl_ksef_order()
            body.exchange_rate = self._l10n_pl_ksef_exchange_rate()
        body.advance_invoices = [
            fa3.AdvanceInvoice(ksef_number=advance.l10n_pl_ksef_number)
            if advance.l10n_pl_ksef_number
            else fa3.AdvanceInvoice(number=advance.name)
            for advance in self._l10n_pl_ksef_advances()
        ]
        return body

    def _l10n_pl_ksef_correction(self):
        correction = super()._l10n_pl_ksef_correction()
        of_order = self._l10n_pl_ksef_is_advance() or self._l10n_pl_ksef_is_settlement()
        originals = self._l10n_pl_ksef_originals()
        if correction and of_order and originals:
            total = sum(originals.mapped("amount_total"))
            correction.total_before = to_decimal(total)
            if self._l10n_pl_ksef_is_advance():
                rate = originals[0]._l10n_pl_ksef_exchange_rate()
                correction.exchange_rate_before = rate
        return correction

    def _l10n_pl_ksef_advances(self):
        """*FakturaZaliczkowa*: what a settlement deducts; what was paid before the
        advance that completes the payment.
        """
        if not self._l10n_pl_ksef_down_payments():
            return self.browse()
        mine = self._l10n_pl_ksef_down_payments().sudo().sale_line_ids
        lines = mine.order_id.order_line.filtered("is_downpayment")
        if self._l10n_pl_ksef_is_settlement():
            lines &= mine
        others = lines.invoice_lines.move_id.sudo(False)
        others -= self | self._l10n_pl_ksef_originals()
        invoices = others.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move._l10n_pl_ksef_is_advance()
            )
        )
        if self._l10n_pl_ksef_is_advance():
            earlier = invoices.filtered(lambda move: move.id < self.id)
            invoices = earlier if self._l10n_pl_ksef_is_last(earlier) else self.browse()
        return invoices.sorted("id")

    def _l10n_pl_ksef_is_last(self, earlier):
        """Tell whether this advance and the ``earlier`` ones pay the whole order."""
        ordered = sum(self._l10n_pl_ksef_ordered().mapped("price_total"))
        paid = sum((self | earlier).mapped("amount_total"))
        return self.currency_id.compare_amounts(paid, ordered) >= 0

    def _l10n_pl_ksef_that_refer(self):
        lines = self.env["account.move.line"]
        found = super()._l10n_pl_ksef_that_refer()
        if "is_downpayment" not in lines._fields:
            return found
        of_these = [("move_id", "in", self.ids), ("is_downpayment", "=", True)]
        return found | lines.search(of_these).move_id

    def _l10n_pl_ksef_awaited(self):
        # A settlement names its advances by their KSeF numbers.
        on_the_way = self._l10n_pl_ksef_advances().filtered(
            lambda move: move._l10n_pl_ksef_is_on_the_way()
        )
        return super()._l10n_pl_ksef_awaited() | on_the_way

    # --- the order -----------------------------------------------------------

    def _l10n_pl_ksef_order(self):
        """*Zamowienie*: what the advance is paid for.

        A correction of an advance leaves the order as it is, which is shown by its
        lines before and after (the schema's note on *Zamowienie*).
        """
        ordered = self._l10n_pl_ksef_ordered()
        states = (True, False) if self._l10n_pl_ksef_is_correction() else (False,)
        return fa3.Order(
            total=to_decimal(sum(ordered.mapped("price_total"))),
            lines=[
                self._l10n_pl_ksef_order_line(number, line, before)
                for number, line in enumerate(ordered, 1)
                for before in states
            ],
        )

    def _l10n_pl_ksef_order_line(self, number, line, before):
        product = line.product_id
        quantity = line.product_uom_qty or 1
        return fa3.OrderLine(
            number=number,
            name=(line.name or product.display_name or "").strip()[:512] or None,
            index=(product.default_code or "")[:50] or None,
            gtin=(product.barcode or "")[:20] or None,
            pkwiu=product.l10n_pl_ksef_pkwiu or None,
            cn=product.l10n_pl_ksef_cn or None,
            unit=line.product_uom_id.name or None,
            quantity=to_decimal(line.product_uom_qty, 6).normalize(),
            unit_price_net=to_decimal(line.price_subtotal / quantity, 8).normalize(),
            net=to_decimal(line.price_subtotal),
            vat=to_decimal(line.price_tax),
            annex15=product.l10n_pl_ksef_annex15,
            gtu=self._l10n_pl_ksef_gtu(product),
            before=before,
            **self._l10n_pl_ksef_rated(line)._l10n_pl_ksef_rate_fields(),
        )
