from odoo import models


class AccountMove(models.Model):
    """Customer's orders and deliveries of Odoo's *sale* and *sale_stock*.

    Neither need be installed. Who does the books need not see orders or deliveries.
    """

    _inherit = "account.move"

    def _l10n_pl_ksef_sold_lines(self):
        """Return the lines of orders that this invoice is for, with the rights of the
        system; None without *sale*.
        """
        lines = self._l10n_pl_ksef_lines()
        if "sale_line_ids" not in lines._fields:
            return None
        # sudo: who does the books may not see orders
        return lines.sudo().sale_line_ids

    def _l10n_pl_ksef_known_orders(self):
        sold = self._l10n_pl_ksef_sold_lines()
        orders = sold.order_id.filtered("client_order_ref") if sold else []
        return [
            (order.client_order_ref, order.date_order.date()) for order in orders
        ] or super()._l10n_pl_ksef_known_orders()

    def _l10n_pl_ksef_deliveries(self):
        """Deliveries that are done, of the quantities that this invoice is for."""
        found = super()._l10n_pl_ksef_deliveries()
        sold = self._l10n_pl_ksef_sold_lines()
        if not sold or "move_ids" not in sold._fields:
            return found
        pickings = sold.move_ids.picking_id.browse()
        for line in sold.filtered(lambda line: not line.is_downpayment):
            pickings |= self._l10n_pl_ksef_delivered(line)
        in_turn = pickings.sorted(lambda picking: (picking.date_done, picking.id))
        return found + in_turn.mapped("name")

    def _l10n_pl_ksef_delivered(self, sold):
        """Return the deliveries (or returns) behind what this invoice is for of one
        line of an order: what was delivered first was invoiced first.
        """
        kind = "incoming" if self._l10n_pl_ksef_is_refund() else "outgoing"
        first, last = self._l10n_pl_ksef_invoiced(sold)
        reached, found = 0, sold.move_ids.picking_id.browse()
        moves = sold.move_ids.filtered(
            lambda move: move.state == "done" and move.picking_code == kind
        )
        for move in moves.sorted(lambda move: (move.date, move.id)):
            begins = reached
            quantity = move.product_uom._compute_quantity(
                move.quantity, sold.product_uom_id
            )
            reached += quantity
            if begins < last and reached > first:
                found |= move.picking_id
        return found

    def _l10n_pl_ksef_invoiced(self, sold):
        """Return (quantity that was invoiced before this, the same with this)."""
        alike = sold.invoice_lines.filtered(
            lambda line: (
                line.move_id == self
                or (
                    line.parent_state == "posted"
                    and line.move_type == self.move_type
                    and line.move_id.id < self.id
                )
            )
        )
        mine = alike.filtered(lambda line: line.move_id == self)

        def total(lines):
            return sum(
                line.product_uom_id._compute_quantity(
                    line.quantity, sold.product_uom_id
                )
                for line in lines
            )

        return total(alike - mine), total(alike)
