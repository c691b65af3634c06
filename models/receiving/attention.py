from odoo import api, models
from odoo.tools import SQL

from ..attention.source import Source


def _named(bill):
    return bill.invoice_number


def _total(bill):
    currency, total = bill.currency_id, bill.amount_total
    return currency.format(total) if currency else str(total)


class Attention(models.Model):
    _inherit = "l10n_pl_ksef.attention"

    @api.model
    def _sources(self):
        _ = self.env._
        bill = "l10n_pl_ksef.bill"
        return [
            *super()._sources(),
            Source(
                "bill_error",
                _("Bill That Could Not Be Made"),
                bill,
                self._bills("bill.state = 'error'"),
                lambda bill: f"{bill.seller_name}: {bill.status_message}",
                _("Try Again"),
                "action_make_bill",
                title=_named,
            ),
            Source(
                "bill_link",
                _("Bill to Link"),
                bill,
                self._bills("bill.state = 'proposed'"),
                lambda bill: _(
                    "%(seller)s: the bill %(name)s entered by hand looks the same.",
                    seller=bill.seller_name,
                    name=bill.proposed_move_id.display_name,
                ),
                _("Link"),
                "action_link",
                title=_named,
            ),
            Source(
                "bill_new",
                _("Bill to Look At"),
                bill,
                self._bills(
                    "bill.state = 'new' AND (bill.role != 'Subject2' "
                    "OR company.l10n_pl_ksef_make_bills IS NOT TRUE)"
                ),
                lambda bill: _(
                    "%(seller)s, %(amount)s: new from KSeF, nothing has been made of "
                    "it yet.",
                    seller=bill.seller_name,
                    amount=_total(bill),
                ),
                _("Make Bill"),
                "action_make_bill",
                title=_named,
            ),
        ]

    @api.model
    def _bills(self, condition):
        """Return the query of purchases in the environment connected to now.

        :param condition: SQL of this file, nothing from outside
        """
        return SQL(
            """
            SELECT bill.id, bill.company_id, bill.stored_at AS since
              FROM l10n_pl_ksef_bill bill
              JOIN res_company company ON company.id = bill.company_id
              JOIN l10n_pl_ksef_connection connection
                ON connection.company_id = bill.company_id AND connection.active
               AND connection.environment = bill.environment
             WHERE bill.role != 'Subject1' AND %s
            """,
            SQL(condition),
        )
