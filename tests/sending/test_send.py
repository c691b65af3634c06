import base64

from odoo.exceptions import UserError

from odoo.addons.account.tests.test_account_move_send import (
    TestAccountMoveSendCommon,
)

from ...ksef_api import fa3
from ...ksef_api.upo import read_upo
from ..common import KsefCase


class TestSend(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()

    def send(self, invoice):
        invoice._l10n_pl_ksef_send()
        self.process(self.connection)
        return invoice.l10n_pl_ksef_document_ids[:1]

    def test_an_invoice_gets_its_ksef_number_and_upo(self):
        invoice = self.invoice()
        document = self.send(invoice)
        self.assertEqual(
            invoice.l10n_pl_ksef_state, "accepted", document.status_message
        )
        (entry,) = self.sandbox.ledger(self.nip)
        self.assertEqual(invoice.l10n_pl_ksef_number, entry["ksef_number"])
        upo = read_upo(base64.b64decode(document.upo_file))
        self.assertEqual(upo.documents[0].ksef_number, entry["ksef_number"])

    def test_the_results_stand_in_the_fields_of_odoos_own_module(self):
        invoice = self.invoice()
        document = self.send(invoice)
        self.assertEqual(invoice.l10n_pl_edi_status, "accepted")
        self.assertEqual(invoice.l10n_pl_edi_number, document.ksef_number)
        self.assertEqual(invoice.l10n_pl_edi_ref, document.invoice_reference)
        self.assertTrue(invoice.l10n_pl_edi_upo_id)

    def test_the_sums_in_the_document_are_those_of_the_books(self):
        self.tax_zw.l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 29"
        invoice = self.invoice(
            ("A", 3, 33.33, self.tax_23),
            ("B", 1, 10.01, self.tax_8),
            ("C", 7, 0.99, self.tax_5),
            ("D", 1, 5, self.tax_0),
            ("E", 1, 100, self.tax_zw),
        )
        document = self.send(invoice)
        self.assertEqual(document.state, "accepted", document.status_message)
        body = fa3.read(document._xml()).document.body
        total = sum(
            sum(filter(None, (net, vat))) for _s, net, vat, _p in fa3.summary(body)
        )
        self.assertEqual(float(total), invoice.amount_total)
        self.assertEqual(float(body.total), invoice.amount_total)

    def test_a_credit_note_names_the_ksef_number_of_its_original(self):
        invoice = self.invoice()
        self.send(invoice)
        refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        refund.action_post()
        document = self.send(refund)
        self.assertEqual(document.state, "accepted", document.status_message)
        body = fa3.read(document._xml()).document.body
        (original,) = body.correction.invoices
        self.assertEqual(original.ksef_number, invoice.l10n_pl_ksef_number)
        self.assertEqual(float(body.total), -invoice.amount_total)

    def test_what_is_missing_is_told_before_anything_is_sent(self):
        invoice = self.invoice(("A", 1, 10, self.tax_zw))
        document = self.send(invoice)
        self.assertEqual(document.state, "incomplete")
        self.assertIn("legal basis", document.status_message)
        self.assertFalse(self.sandbox.ledger(self.nip))

    def test_an_accepted_invoice_is_never_sent_again(self):
        invoice = self.invoice()
        self.send(invoice)
        told = invoice.action_l10n_pl_ksef_send()
        self.assertIn(invoice.l10n_pl_ksef_number, str(told["params"]))
        self.send(invoice)
        self.assertEqual(len(invoice.l10n_pl_ksef_document_ids), 1)
        self.assertEqual(len(self.sandbox.ledger(self.nip)), 1)

    def test_an_accepted_invoice_cannot_be_reset_to_draft(self):
        invoice = self.invoice()
        self.send(invoice)
        with self.assertRaisesRegex(UserError, "corrected by a credit note"):
            invoice.button_draft()

    def test_a_lost_answer_is_asked_about_and_nothing_is_sent_twice(self):
        self.sandbox.fault(
            method="POST", path="/sessions/online/.*/invoices", action="drop_after"
        )
        invoice = self.invoice()
        invoice._l10n_pl_ksef_send()
        self.assertEqual(invoice.l10n_pl_ksef_state, "unknown")
        self.process(self.connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
        self.assertEqual(len(self.sandbox.ledger(self.nip)), 1)
        self.assertEqual(len(invoice.l10n_pl_ksef_document_ids), 1)

    def test_a_session_that_ksef_forgot_costs_nothing(self):
        self.sandbox.knobs(processing_seconds=3600)
        invoice = self.invoice()
        invoice._l10n_pl_ksef_send()
        self.assertEqual(invoice.l10n_pl_ksef_state, "sent")
        self.sandbox.knobs(processing_seconds=0)
        self.sandbox.fault(path="/sessions/[^/]+/inv", status=400, code=21173)
        self.process(self.connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
        self.assertEqual(len(self.sandbox.ledger(self.nip)), 1)

    def test_a_request_that_never_arrived_is_sent_again(self):
        self.sandbox.fault(
            method="POST", path="/sessions/online/.*/invoices", action="drop_before"
        )
        invoice = self.invoice()
        self.send(invoice)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
        self.assertEqual(len(self.sandbox.ledger(self.nip)), 1)

    def test_429_leaves_the_invoice_waiting_until_the_time_named(self):
        self.sandbox.fault(
            method="POST", path="/sessions/online", action="rate_limit", retry_after=60
        )
        invoice = self.invoice()
        invoice._l10n_pl_ksef_send()
        document = invoice.l10n_pl_ksef_document_ids
        self.assertEqual(document.state, "queued")
        self.assertTrue(self.connection.next_call_at)
        self.process(self.connection)
        self.assertEqual(document.state, "accepted")

    def test_an_invoice_that_ksef_has_already_is_rejected_with_its_number(self):
        invoice = self.invoice()
        self.send(invoice)
        number = invoice.l10n_pl_ksef_number
        other = self.invoice(("Inna", 1, 7, self.tax_23), post=False)
        other.name = invoice.name
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM l10n_pl_ksef_document WHERE move_id = %s", [invoice.id]
        )
        self.env.cr.execute(
            "UPDATE account_move SET name = %s WHERE id = %s",
            [f"{invoice.name}/X", invoice.id],
        )
        self.env.invalidate_all()
        other.action_post()
        document = self.send(other)
        self.assertEqual(document.state, "rejected")
        self.assertEqual(document.status_code, 440)
        self.assertIn(number, document.status_message)

    def test_validation_queues_and_the_cron_sends(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        invoice = self.invoice()
        self.assertEqual(invoice.l10n_pl_ksef_state, "queued")
        self.process(self.connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_what_the_cron_notes_is_in_the_language_of_the_company(self):
        self.company.partner_id.lang = "pl_PL"
        self.company.l10n_pl_ksef_send_on_validation = True
        invoice = self.invoice()
        self.process(self.connection)
        notes = " ".join(invoice.message_ids.mapped("body"))
        self.assertIn(f"Faktura jest w KSeF: {invoice.l10n_pl_ksef_number}", notes)

    def test_reset_to_draft_cancels_what_still_waits(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        invoice = self.invoice()
        invoice.button_draft()
        self.assertEqual(invoice.l10n_pl_ksef_document_ids.state, "cancelled")
        self.assertFalse(invoice.l10n_pl_ksef_state)

    def test_demo_does_not_count_in_another_environment(self):
        invoice = self.invoice()
        self.send(invoice)
        self.env["l10n_pl_ksef.connection"]._connect(
            self.company, "demo", "certificate"
        )
        self.assertFalse(invoice.l10n_pl_ksef_state)
        self.assertFalse(invoice.l10n_pl_edi_number)
        self.assertEqual(invoice.l10n_pl_ksef_document_ids.state, "accepted")


class TestSendWizard(KsefCase, TestAccountMoveSendCommon):
    def test_the_wizard_sends_to_ksef_once_and_shows_one_ksef(self):
        self.connect()
        wizard = self.create_send_and_print(self.invoice())
        self.assertIn("l10n_pl_ksef", wizard.extra_edi_checkboxes)
        self.assertNotIn("pl_ksef", wizard.extra_edi_checkboxes)
        wizard.action_send_and_print(allow_fallback_pdf=False)
        self.assertEqual(wizard.move_id.l10n_pl_ksef_state, "accepted")

    def test_without_a_connection_the_wizard_offers_to_add_the_certificate(self):
        invoice = self.invoice()
        wizard = self.create_send_and_print(invoice)
        alert = wizard.alerts["l10n_pl_ksef_connection"]
        self.assertEqual(alert["level"], "danger")
        self.assertEqual(alert["action"]["context"]["default_move_ids"], invoice.ids)

    def test_sending_without_a_connection_asks_for_the_certificate_then_goes_on(self):
        invoice = self.invoice()
        action = invoice.action_l10n_pl_ksef_send()
        self.assertEqual(action["res_model"], "l10n_pl_ksef.certificate.upload")
        opened = self.env[action["res_model"]].browse(action["res_id"])
        filled = self.upload()
        opened.write(
            {
                "environment": "test",
                "certificate_file": filled.certificate_file,
                "key_file": filled.key_file,
                "password": filled.password,
            }
        )
        opened.action_add()
        for _poll in range(4):
            if opened.state == "processing":
                opened.action_check()
        self.process(opened.connection_id.sudo())
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
