from ..common import KsefCase


class TestRejection(KsefCase):
    """A rejected invoice is corrected and sent again; duplicates are told apart."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.documents = self.env["l10n_pl_ksef.document"].sudo()

    def send(self, invoice):
        invoice._l10n_pl_ksef_send()
        self.process(self.connection)
        return invoice.l10n_pl_ksef_document_ids[:1]

    def taken_by_another(self, invoice):
        """Somebody has used the invoice's number in KSeF; returns the KSeF number."""
        document = self.documents._queue(invoice)
        document._freeze()
        other = document._xml().replace("Usługa".encode(), b"Inna")
        document.state = "cancelled"
        return self.sandbox.issue(other)

    def test_a_rejected_invoice_is_corrected_and_sent_as_a_new_document(self):
        invoice = self.invoice()
        number = self.taken_by_another(invoice)
        rejected = self.send(invoice)
        self.assertEqual(rejected.state, "rejected")
        self.assertIn("is not this one", rejected.status_message)
        self.assertIn(number, rejected.status_message)
        invoice.button_draft()
        invoice.name = f"{invoice.name}A"
        invoice.action_post()
        accepted = self.send(invoice)
        self.assertEqual(accepted.state, "accepted", accepted.status_message)
        self.assertNotEqual(accepted, rejected)
        self.assertEqual(rejected.state, "rejected")
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_a_number_lost_at_an_earlier_attempt_is_recovered(self):
        invoice = self.invoice()
        first = self.documents._queue(invoice)
        first._freeze()
        number = self.sandbox.issue(first._xml())
        first.state = "rejected"
        invoice.button_draft()
        invoice.action_post()
        second = self.send(invoice)
        self.assertEqual(second.state, "accepted", second.status_message)
        self.assertEqual(second.ksef_number, number)
        self.assertEqual(second.xml_hash, first.xml_hash)

    def test_the_original_that_is_not_stored_yet_is_asked_for_again(self):
        invoice = self.invoice()
        first = self.documents._queue(invoice)
        first._freeze()
        number = self.sandbox.issue(first._xml(), delay_seconds=3600)
        document = self.send(invoice)
        self.assertEqual(document.state, "sent")
        self.sandbox.clock(4000)
        self.process(self.connection)
        self.assertEqual(document.ksef_number, number)

    def test_who_may_not_read_finds_the_original_in_its_session(self):
        invoice = self.invoice()
        document = self.documents._queue(invoice)
        document._freeze()
        copy = document.copy({"state": "cancelled"})
        self.send(invoice)
        number = invoice.l10n_pl_ksef_number
        document.state = "cancelled"
        copy.write({"xml_file": document.xml_file, "state": "queued"})
        self.sandbox.fault(path="/invoices/ksef/", action="status", status=403)
        self.process(self.connection)
        self.assertEqual(copy.state, "accepted", copy.status_message)
        self.assertEqual(copy.ksef_number, number)
