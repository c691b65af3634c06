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
        return lines.sudo().sale_line_ids

    def _l10n_pl_ksef_known_orders(self):
        sold = self._l10n_pl_ksef_sold_lines()
        orders = sold.order_id.filtered("client_order_ref") if sold else []
        return [
            (order.client_order_ref, order.date_order.date()) for order in orders
        ] or super()._l10n_pl_ksef_known_orders()

    def _l10n_pl_ksef_deliveries(self):
        """Deliveries that are done, and that no earlier invoice was issued after."""
        found = super()._l10n_pl_ksef_deliveries()
        sold = self._l10n_pl_ksef_sold_lines()
        if not sold or "move_ids" not in sold._fields:
            return found
        kind = "incoming" if self._l10n_pl_ksef_is_refund() else "outgoing"
        pickings = sold.browse().move_ids.picking_id
        for line in sold.filtered(lambda line: not line.is_downpayment):
            since = self._l10n_pl_ksef_invoiced_before(line)
            pickings |= line.move_ids.picking_id.filtered(
                lambda picking, since=since: (
                    picking.state == "done"
                    and picking.picking_type_code == kind
                    and not (since and picking.date_done <= since)
                )
            )
        numbers = pickings.sorted(lambda picking: (picking.date_done, picking.id))
        return found + numbers.mapped("name")

    def _l10n_pl_ksef_invoiced_before(self, sold):
        """Return when ``sold`` (a line of an order) was invoiced before this, or None."""
        others = sold.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == self.move_type
                and move.id < self.id
            )
        )
        return max(others.mapped("create_date"), default=None)
