from odoo import Command
from odoo.tests import tagged

from .case import ReceivingCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLinkKnown(ReceivingCase):
    """A bill that bears a KSeF number is the bill of that number."""

    def entered(self, number, **values):
        # Odoo's own module wrote the number.
        made = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": self.customer.id,
                    "ref": "another number",
                    "l10n_pl_edi_number": number,
                    "invoice_line_ids": [
                        Command.create({"name": "Papier", "price_unit": 1})
                    ],
                    **values,
                }
            )
        )
        return made.with_env(self.env)

    def test_it_is_linked_whatever_its_total_vendor_and_number(self):
        number = self.sandbox.issue(self.document("FV/1"))
        move = self.entered(number)
        bill = self.receive(self.connection)
        self.assertEqual((bill.state, bill.move_id), ("imported", move))
        self.assertEqual(move.l10n_pl_ksef_number, number)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")

    def test_a_cancelled_one_is_not_booked_again_either(self):
        number = self.sandbox.issue(self.document("FV/1"))
        move = self.entered(number)
        move.button_cancel()
        bill = self.receive(self.connection)
        self.assertEqual((bill.state, bill.move_id), ("imported", move))

    def test_a_bill_that_somebody_orders_is_not_made_twice(self):
        self.company.l10n_pl_ksef_make_bills = False
        number = self.sandbox.issue(self.document("FV/1"))
        bill = self.receive(self.connection)
        move = self.entered(number)
        bill.action_make_bill()
        self.assertEqual((bill.state, bill.move_id), ("imported", move))

    def test_one_of_another_company_is_not_taken(self):
        number = self.sandbox.issue(self.document("FV/1"))
        other = self.env["res.company"].create({"name": "Inna"})
        self.env["account.chart.template"].try_loading("pl", other, install_demo=False)
        with_other = self.env["account.move"].sudo().with_company(other)
        move = with_other.create(
            {
                "move_type": "in_invoice",
                "partner_id": self.customer.id,
                "l10n_pl_edi_number": number,
            }
        )
        bill = self.receive(self.connection)
        self.assertNotEqual(bill.move_id, move)

    def test_a_copy_of_a_bill_does_not_bear_the_number(self):
        number = self.sandbox.issue(self.document("FV/1"))
        move = self.entered(number)
        copy = move.copy()
        bill = self.receive(self.connection)
        self.assertEqual(bill.move_id, move)
        self.assertFalse(copy.l10n_pl_ksef_number)
