from odoo import fields, models

from ...ksef_api import fa3


class AccountMove(models.Model):
    """What buyers match by: place, orders, contracts, delivery notes (*P_1M*, *WZ*,
    *WarunkiTransakcji*). What Odoo knows is not typed again; what is typed counts.
    """

    _inherit = "account.move"

    l10n_pl_ksef_wz_numbers = fields.Char(
        "Delivery Notes (WZ)",
        help="Separated by commas. Empty: the deliveries of the sale that the invoice "
        "is for.",
    )
    l10n_pl_ksef_order_numbers = fields.Char(
        "Order Numbers",
        help="Numbers of orders, separated by commas. Empty: the customer's "
        "reference on the sales order or on the invoice (NrZamowienia).",
    )
    l10n_pl_ksef_order_date = fields.Date(
        "Date of the Order", help="Empty: the date of the sales order (DataZamowienia)."
    )
    l10n_pl_ksef_contract_numbers = fields.Char(
        "Contract Numbers", help="Numbers of contracts, separated by commas (NrUmowy)."
    )
    l10n_pl_ksef_contract_date = fields.Date(
        "Date of the Contract", help="The date of the contract (DataUmowy)."
    )
    l10n_pl_ksef_batch_numbers = fields.Char(
        "Batch Numbers", help="Numbers of lots, separated by commas (NrPartiiTowaru)."
    )

    def _l10n_pl_ksef_place(self):
        """*P_1M*: where the company issues its invoices."""
        company = self.company_id
        return company.l10n_pl_ksef_place or company.city or None

    def _l10n_pl_ksef_wz(self):
        """*WZ*: numbers of delivery notes."""
        typed = self._l10n_pl_ksef_list(self.l10n_pl_ksef_wz_numbers)
        return typed or self._l10n_pl_ksef_deliveries()

    def _l10n_pl_ksef_deliveries(self):
        """Return the numbers of deliveries that Odoo knows of this invoice."""
        return []

    def _l10n_pl_ksef_terms(self):
        """*WarunkiTransakcji*: order, contract and batch numbers; None without any."""
        orders = self._l10n_pl_ksef_orders()
        contracts = self._l10n_pl_ksef_list(self.l10n_pl_ksef_contract_numbers)
        signed = self.l10n_pl_ksef_contract_date or None
        batches = self._l10n_pl_ksef_list(self.l10n_pl_ksef_batch_numbers)
        incoterm = self.invoice_incoterm_id.code
        if not (orders or contracts or signed or batches or incoterm):
            return None
        return fa3.Terms(
            orders=[
                fa3.PurchaseOrder(ordered_on=on, number=number) for number, on in orders
            ],
            contracts=[
                fa3.Contract(signed_on=signed, number=number)
                for number in contracts or ([None] if signed else [])
            ],
            batch_numbers=batches,
            delivery=incoterm or None,
        )

    def _l10n_pl_ksef_orders(self):
        """Return ``[(number, date or None)]`` of the customer's orders; a correction
        has those of what it corrects.
        """
        on = self.l10n_pl_ksef_order_date or None
        typed = self._l10n_pl_ksef_list(self.l10n_pl_ksef_order_numbers)
        if typed:
            return [(number, on) for number in typed]
        if self._l10n_pl_ksef_is_correction():
            found = [
                order
                for original in self._l10n_pl_ksef_originals()
                for order in original._l10n_pl_ksef_orders()
            ]
        else:
            found = self._l10n_pl_ksef_known_orders()
        return list(dict.fromkeys((number, on or known) for number, known in found))

    def _l10n_pl_ksef_known_orders(self):
        """Return the orders that Odoo knows: here the customer's reference."""
        if self.move_type != "out_invoice" or not self.ref:
            return []
        return [(self.ref, None)]


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_place = fields.Char(
        "Place of Issue",
        help="Where invoices are issued; empty: the city of the company's "
        "address (P_1M).",
    )
