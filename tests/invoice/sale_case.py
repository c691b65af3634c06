from odoo import Command

from .case import Fa3Case


class AdvanceCase(Fa3Case):
    """Orders of Odoo's *sale*, and the invoices that its window makes of them."""

    def setUp(self):
        super().setUp()
        if "sale.order" not in self.env:
            self.skipTest("Odoo's module sale is not installed")
        self._with_warehouse()
        self.goods = self._product("Regał", 1000, self.tax_23)
        self.book = self._product("Książka", 200, self.tax_5)

    def _with_warehouse(self):
        """Odoo's stock, where it is installed, gives its first company alone one."""
        if "stock.warehouse" not in self.env:
            return
        warehouses = self.env["stock.warehouse"].sudo()
        if not warehouses.search([("company_id", "=", self.company.id)]):
            warehouses.create(
                {"name": "Magazyn", "code": "MAG", "company_id": self.company.id}
            )

    def _product(self, name, price, tax, **values):
        return self.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "taxes_id": [Command.set(tax.ids)],
                "invoice_policy": "order",
                **values,
            }
        )

    def order(self, *products, **values):
        """Return a confirmed order of one of each."""
        lines = [
            Command.create({"product_id": product.id, "product_uom_qty": 1})
            for product in products or (self.goods, self.book)
        ]
        order = (
            self.env["sale.order"]
            .sudo()
            .create({"partner_id": self.customer.id, "order_line": lines, **values})
        )
        order.action_confirm()
        return order

    def bill(self, order, method="delivered", date="2026-11-02", **values):
        """Return the invoice that sale's window makes, validated."""
        window = (
            self.env["sale.advance.payment.inv"]
            .sudo()
            .create(
                {
                    "sale_order_ids": [Command.set(order.ids)],
                    "advance_payment_method": method,
                    **values,
                }
            )
        )
        # The books are done by somebody who may not see the orders.
        move = window._create_invoices(order).sudo(False)
        move.invoice_date = date
        move.action_post()
        return move

    def advance(self, order, percent, **values):
        return self.bill(order, "percentage", amount=percent, **values)

    def credit(self, move):
        """Return a validated credit note of the whole of ``move``."""
        made = move._reverse_moves([{"invoice_date": "2026-11-03", "ref": "Zwrot"}])
        made.action_post()
        return made

    def in_ksef(self, *moves):
        """Put ``moves`` into KSeF; return their KSeF numbers."""
        connection = self.company._l10n_pl_ksef_connection() or self.connect()
        for move in moves:
            move._l10n_pl_ksef_send()
            self.process(connection)
        return [move.l10n_pl_ksef_number for move in moves]
