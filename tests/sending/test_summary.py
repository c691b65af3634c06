from ..common import KsefCase


class TestSummary(KsefCase):
    """After *send*: a sentence of one invoice, a count of many."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()

    def told(self, moves):
        return moves.action_l10n_pl_ksef_send()["params"]

    def test_one_that_is_in_ksef_is_named_with_its_number(self):
        invoice = self.invoice()
        told = self.told(invoice)
        self.assertEqual(told["type"], "success")
        self.assertEqual(
            told["message"],
            f"Invoice {invoice.name} is in KSeF, number {invoice.l10n_pl_ksef_number}.",
        )

    def test_many_are_counted_and_nothing_that_is_not_so_is_told(self):
        invoices = self.invoice() | self.invoice()
        self.assertEqual(self.told(invoices)["message"], "In KSeF: 2.")

    def test_sent_again_it_says_where_it_is(self):
        invoice = self.invoice()
        self.told(invoice)
        self.assertIn("is in KSeF", self.told(invoice)["message"])

    def test_one_on_its_way_says_so_and_is_not_sent_again(self):
        self.sandbox.knobs(polls_before_ready=100)
        invoice = self.invoice()
        documents = self.env["l10n_pl_ksef.document"]
        documents._queue(invoice)
        documents._process(self.connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "sent")
        self.assertIn("is on its way to KSeF", self.told(invoice)["message"])
        self.assertEqual(len(invoice.l10n_pl_ksef_document_ids), 1)

    def test_one_that_waits_says_for_what(self):
        self.sandbox.fault(path=".*", action="status", status=503, times=0)
        told = self.told(self.invoice())
        self.assertEqual(told["type"], "info")
        self.assertIn("KSeF has not answered since", told["message"])
        self.assertNotIn("limit", told["message"])

    def test_open_pages_hear_of_the_invoice_once_in_a_commit(self):
        user = self.new_user("fakturzystka")
        heard = []
        users = type(self.env["res.users"])
        self.patch(users, "_bus_send", lambda to, kind, data: heard.append((to, data)))
        self.env.cr.precommit.clear()
        invoices = self.invoice() | self.invoice()
        documents = self.env["l10n_pl_ksef.document"]._queue(invoices)
        documents.write({"state": "sending"})
        self.env.cr.precommit.run()
        mine = [data for to, data in heard if to == user]
        self.assertIn({"model": "account.move", "ids": sorted(invoices.ids)}, mine)
        self.assertEqual(len(mine), 2)
