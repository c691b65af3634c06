"""Bills from KSeF that are to be paid."""

from datetime import date

from odoo import Command

from ..common import make_nip
from ..receiving.case import ReceivingCase

BEFORE, AFTER = date(2026, 12, 15), date(2027, 1, 4)


class PaymentCase(ReceivingCase):
    """A connected company with bills of vendors, paid from a bank account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.cash = cls.company_data["default_journal_cash"]
        cls.other_vendor = cls._partner("Drugi Dostawca S.A.", make_nip("second"))

    def vendor_bills(self, *documents):
        """Return posted bills of what vendors issue in KSeF.

        :param documents: words of ``document`` (number, seller, net …) for each
        """
        for words in documents:
            self.issue_strange(self.document(**words), words["number"])
        bills = self.receive(self.connection).move_id
        posted = self.env["account.move"]
        for words in documents:
            bill = bills.filtered(lambda m, w=words: m.ref == w["number"])
            bill.invoice_date = bill.invoice_date or date(2026, 11, 2)
            self.assertEqual(len(bill), 1, words)
            posted += bill
        posted.filtered(lambda m: m.state == "draft").action_post()
        return posted

    def entered_bill(self, partner=None, ref="FV/BEZ/1", **values):
        """Return a posted bill that was entered by hand: it has no KSeF number."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": (partner or self.supplier).id,
                "invoice_date": "2026-11-02",
                "ref": ref,
                "invoice_line_ids": [
                    Command.create({"name": "Papier", "price_unit": 100})
                ],
                **values,
            }
        )
        bill.action_post()
        return bill

    def window(self, bills, **values):
        """Return Odoo's window that registers payments of ``bills``."""
        values.setdefault("payment_date", AFTER)
        values.setdefault("journal_id", self.bank.id)
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bills.ids)
            .create(values)
        )

    def pay(self, bills, **values):
        """Return the payments of ``bills``, registered in Odoo's window."""
        before = self.env["account.payment"].search([])
        self.window(bills, **values).action_create_payments()
        return (self.env["account.payment"].search([]) - before).sorted("id")
