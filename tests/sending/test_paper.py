from odoo.addons.account.tests.test_account_move_send import TestAccountMoveSendCommon

from ..common import KsefCase


class TestPaper(KsefCase, TestAccountMoveSendCommon):
    """The customer's PDF and e-mail follow the KSeF number."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.company.l10n_pl_ksef_send_on_validation = True
        self.customer.email = "odbiorca@example.com"

    def slow(self):
        """KSeF needs longer than the Send window waits."""
        self.sandbox.knobs(processing_seconds=3600)

    def answer(self):
        """KSeF has judged, and our crons have run."""
        self.sandbox.knobs(processing_seconds=0)
        self.process(self.connection)
        self.env["account.move"]._l10n_pl_ksef_cron_mail()
        self.env["account.move"]._l10n_pl_ksef_cron_paper()

    def send(self, invoice, **values):
        wizard = self.create_send_and_print(
            invoice, sending_methods=["email"], **values
        )
        return wizard, wizard.action_send_and_print()

    def mails(self, invoice):
        return invoice.message_ids.filtered(
            lambda m: m.message_type == "comment" and m.partner_ids == self.customer
        )

    def content(self, attachment):
        # Odoo's tests make HTML in the place of PDF.
        return attachment.raw.decode()

    def test_a_new_company_mails_after_the_number(self):
        company = self.env["res.company"].create({"name": "Nowa"})
        self.assertTrue(company.l10n_pl_ksef_mail_after_number)

    def test_sent_at_once_the_mail_has_number_and_qr(self):
        invoice = self.invoice()
        self.send(invoice)
        (paper,) = self.mails(invoice).attachment_ids
        self.assertIn(invoice.l10n_pl_ksef_number, self.content(paper))
        self.assertIn("l10n_pl_ksef_qr", self.content(paper))

    def test_the_window_offers_to_wait_and_does_by_itself(self):
        self.slow()
        invoice = self.invoice()
        wizard, action = self.send(invoice)
        self.assertTrue(wizard.l10n_pl_ksef_asks_when)
        self.assertEqual(wizard.l10n_pl_ksef_when, "number")
        self.assertIn("by itself", action["params"]["message"])
        self.assertFalse(self.mails(invoice))
        self.answer()
        (paper,) = self.mails(invoice).attachment_ids
        self.assertIn(invoice.l10n_pl_ksef_number, self.content(paper))

    def test_who_sent_it_is_told_when_it_has_gone_out(self):
        self.slow()
        invoice = self.invoice()
        self.send(invoice)
        told = []
        users = type(self.env["res.users"])
        self.patch(
            users, "_bus_send", lambda user, kind, data: told.append((user, kind))
        )
        self.answer()
        self.assertIn((self.env.user, "simple_notification"), told)

    def test_sent_now_the_stored_pdf_gets_the_number_later(self):
        self.slow()
        invoice = self.invoice()
        self.send(invoice, l10n_pl_ksef_when="now")
        old = invoice.invoice_pdf_report_id
        self.assertTrue(self.mails(invoice))
        self.assertNotIn("l10n_pl_ksef_qr", self.content(old))
        self.answer()
        new = invoice.invoice_pdf_report_id
        self.assertNotEqual(new, old)
        self.assertIn(invoice.l10n_pl_ksef_number, self.content(new))
        self.assertFalse(old.res_field)
        self.assertIn("earlier", old.name)

    def test_sent_again_the_new_pdf_alone_is_attached(self):
        self.slow()
        invoice = self.invoice()
        self.send(invoice, l10n_pl_ksef_when="now")
        first = self.mails(invoice)
        self.sandbox.knobs(processing_seconds=0)
        self.process(self.connection)
        self.send(invoice)
        (paper,) = (self.mails(invoice) - first).attachment_ids
        self.assertIn(invoice.l10n_pl_ksef_number, self.content(paper))

    def test_what_the_portal_and_downloads_give_has_the_number(self):
        self.slow()
        invoice = self.invoice()
        self.send(invoice, l10n_pl_ksef_when="now")
        self.sandbox.knobs(processing_seconds=0)
        self.process(self.connection)
        number = invoice.l10n_pl_ksef_number
        (portal,) = invoice._get_invoice_legal_documents_all(allow_fallback=True)
        self.assertIn(number, portal["content"].decode())
        download = invoice._get_invoice_legal_documents("pdf", allow_fallback=True)
        self.assertIn(number, download["content"].decode())

    def test_a_pdf_that_is_right_is_not_made_again(self):
        invoice = self.invoice()
        self.send(invoice)
        paper = invoice.invoice_pdf_report_id
        self.answer()
        invoice._get_invoice_legal_documents("pdf")
        self.assertEqual(invoice.invoice_pdf_report_id, paper)

    def test_nothing_is_asked_of_an_invoice_that_has_its_number(self):
        invoice = self.invoice()
        self.process(self.connection)
        wizard = self.create_send_and_print(invoice, sending_methods=["email"])
        self.assertFalse(wizard.l10n_pl_ksef_asks_when)
