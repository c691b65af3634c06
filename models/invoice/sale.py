from odoo import models

from ...ksef_api import fa3
from .problems import Problem

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
        # sudo: who does the books need not see the orders
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

    def _l10n_pl_ksef_settles_nothing(self):
        """Tell whether advances covered everything: no invoice is due any more
        (art. 106f (4)).
        """
        return self._l10n_pl_ksef_is_settlement() and not self.amount_total

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

    def _l10n_pl_ksef_supply_date(self):
        # Of an advance it is the day of the payment, never that of a delivery
        # (art. 106e (1)(6) of the VAT act).
        if not self._l10n_pl_ksef_is_advance():
            return super()._l10n_pl_ksef_supply_date()
        if self.taxable_supply_date:
            return self.taxable_supply_date
        if self._l10n_pl_ksef_is_correction():
            asked = self._l10n_pl_ksef_originals()
            days = {move._l10n_pl_ksef_supply_date() for move in asked}
        else:
            days = {paid.on for paid in self._l10n_pl_ksef_payments()}
        return days.pop() if len(days) == 1 else None

    def _l10n_pl_ksef_advance_payments(self):
        """*ZaliczkaCzesciowa*: the payments of an advance that was paid in parts."""
        payments = self._l10n_pl_ksef_payments()
        days = {paid.on for paid in payments}
        if self._l10n_pl_ksef_supply_date() or len(days) < 2:
            return []
        return [
            fa3.AdvancePayment(
                received_on=day,
                amount=sum(paid.amount for paid in payments if paid.on == day),
            )
            for day in sorted(days)
        ]

    def _l10n_pl_ksef_body(self):
        body = super()._l10n_pl_ksef_body()
        if self._l10n_pl_ksef_is_advance():
            body.order = self._l10n_pl_ksef_order()
            body.exchange_rate = self._l10n_pl_ksef_exchange_rate()
            body.advance_payments = self._l10n_pl_ksef_advance_payments()
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
            correction.total_before = sum(
                original._l10n_pl_ksef_total(original._l10n_pl_ksef_other_charges())
                for original in originals
            )
            if self._l10n_pl_ksef_is_advance():
                rate = originals[0]._l10n_pl_ksef_exchange_rate()
                correction.exchange_rate_before = rate
        return correction

    def _l10n_pl_ksef_advances(self):
        """*FakturaZaliczkowa*: what a settlement deducts; what was paid before the
        advance that completes the payment.
        """
        is_credit = self._l10n_pl_ksef_is_advance() and self._l10n_pl_ksef_is_refund()
        if is_credit or not self._l10n_pl_ksef_down_payments():
            return self.browse()
        # sudo: who does the books need not see the orders
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
                and move._l10n_pl_ksef_is_paid_in()
            )
        ).sorted(lambda move: move._l10n_pl_ksef_sequence_key())
        if not self._l10n_pl_ksef_is_advance():
            return invoices
        turn = self._l10n_pl_ksef_sequence_key()
        earlier = invoices.filtered(
            lambda move: move._l10n_pl_ksef_sequence_key() < turn
        )
        return earlier if self._l10n_pl_ksef_is_last(earlier) else self.browse()

    def _l10n_pl_ksef_sequence_key(self):
        """Return by what invoices of one order follow each other."""
        return self.invoice_date, self.sequence_number, self.id

    def _l10n_pl_ksef_is_last(self, earlier):
        """Tell whether this advance and the ``earlier`` ones pay the whole order."""
        ordered = sum(self._l10n_pl_ksef_ordered().mapped("price_total"))
        paid = sum(move._l10n_pl_ksef_paid_in() for move in self | earlier)
        return self.currency_id.compare_amounts(paid, ordered) >= 0

    def _l10n_pl_ksef_paid_in(self):
        """Return what is left of this advance after its credit notes."""
        credits = self.reversal_move_ids.filtered(lambda move: move.state == "posted")
        return self.amount_total - sum(credits.mapped("amount_total"))

    def _l10n_pl_ksef_is_paid_in(self):
        return self.currency_id.compare_amounts(self._l10n_pl_ksef_paid_in(), 0) > 0

    def _l10n_pl_ksef_that_refer(self):
        lines = self.env["account.move.line"]
        found = super()._l10n_pl_ksef_that_refer()
        if "is_downpayment" not in lines._fields:
            return found
        of_these = [("move_id", "in", self.ids), ("is_downpayment", "=", True)]
        return found | lines.search(of_these).move_id

    def _l10n_pl_ksef_referred(self):
        # A settlement names its advances.
        return super()._l10n_pl_ksef_referred() | self._l10n_pl_ksef_advances()

    # --- what is missing -----------------------------------------------------

    def _l10n_pl_ksef_line_problems(self):
        yield from super()._l10n_pl_ksef_line_problems()
        if not self._l10n_pl_ksef_is_advance():
            return
        for line in self._l10n_pl_ksef_ordered():
            if not self._l10n_pl_ksef_rated(line):
                text = self.env._(
                    "Order %(order)s, “%(line)s”: choose a tax that has a KSeF rate.",
                    order=line.order_id.name,
                    line=line.name,
                )
                order, tax = (line.order_id, "order_line"), line.tax_ids[:1]
                there = (tax, "l10n_pl_ksef_rate") if tax else order
                yield Problem(text, *there, elsewhere=(order,))

    def _l10n_pl_ksef_correction_problems(self):
        # Odoo makes a credit note of a final invoice that comes out negative.
        is_final = self._l10n_pl_ksef_is_settlement() and self.move_type == "out_refund"
        if not is_final or self._l10n_pl_ksef_corrected():
            yield from super()._l10n_pl_ksef_correction_problems()
            return
        text = self.env._(
            "The advances exceed what is left of the order. Correct the advance "
            "invoice with a credit note first, then make the final invoice anew."
        )
        yield Problem(text, self, "l10n_pl_ksef_corrected_ids")
