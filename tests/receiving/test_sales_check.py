from ..common import make_nip
from .case import ReceivingCase


class TestSalesCheck(ReceivingCase):
    """The monthly check: each line says why, and has its button."""

    def setUp(self):
        super().setUp()
        self.company.l10n_pl_ksef_fetch_seller = True
        self.clerk = self.new_user("fakturzystka")

    def lines(self, place):
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.env["l10n_pl_ksef.sales.check"].with_user(self.clerk)
        return lines.search([("place", "=", place)])

    def issued_elsewhere(self, number):
        buyer = make_nip("customer")
        self.sandbox.issue(self.document(number, seller=self.nip, buyer=buyer))
        self.receive(self.connection)

    def test_what_odoo_has_alone_is_sent_from_here(self):
        invoice = self.invoice()
        (line,) = self.lines("odoo")
        self.assertIn("Nobody has sent it", line.reason)
        line.action_do()
        self.process(self.connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
        self.assertFalse(self.lines("odoo"))

    def test_what_waits_in_odoo_says_for_what(self):
        invoice = self.invoice()
        self.env["l10n_pl_ksef.document"]._queue(invoice)
        self.sandbox.fault(path=".*", action="status", status=503, times=0)
        self.env["l10n_pl_ksef.document"]._process(self.connection)
        self.assertIn("KSeF has not answered", self.lines("odoo").reason)

    def test_what_ksef_has_alone_was_issued_elsewhere(self):
        self.issued_elsewhere("X/1")
        (line,) = self.lines("ksef")
        self.assertIn("other software", line.reason)
        self.assertEqual(line.button, "Ignore")
        line.action_do()
        self.assertFalse(self.lines("ksef"))

    def test_the_same_number_in_odoo_is_pointed_at(self):
        invoice = self.invoice()
        self.issued_elsewhere(invoice.name)
        self.assertIn("Issued Outside KSeF", self.lines("ksef").reason)

    def test_a_consumers_invoice_says_so_and_is_not_missing(self):
        person = self.env["res.partner"].create({"name": "Jan Kowalski"})
        invoice = self.invoice(partner=person)
        self.assertFalse(self.lines("odoo"))
        (line,) = self.lines("none")
        self.assertEqual(line.move_id, invoice)
        self.assertIn("consumer", line.reason)
        self.assertFalse(line.button)
        self.company.l10n_pl_ksef_send_consumers = True
        self.assertEqual(self.lines("odoo").move_id, invoice)

    def test_an_excluded_customers_invoice_says_who_decided(self):
        self.customer.l10n_pl_ksef_is_excluded = True
        self.invoice()
        self.assertIn("Not to KSeF", self.lines("none").reason)
