from ast import literal_eval
from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo.addons.account.tests.test_account_move_send import (
    TestAccountMoveSendCommon,
)

from ...models.times import warsaw_today
from ..common import KsefCase


class TestScope(KsefCase):
    """Who is sent, and when."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.company.l10n_pl_ksef_send_on_validation = True
        self.consumer = self._partner("Jan Kowalski", "", vat=False, is_company=False)
        self.foreign = self._partner(
            "Ohne Nummer GmbH",
            "",
            vat=False,
            country_id=self.env.ref("base.de").id,
        )

    def state(self, **values):
        return self.invoice(**values).l10n_pl_ksef_state

    def test_businesses_go_by_themselves_and_consumers_by_choice(self):
        self.assertEqual(self.state(), "queued")
        self.assertEqual(self.state(partner=self.foreign), "queued")
        self.assertFalse(self.state(partner=self.consumer))
        self.company.l10n_pl_ksef_send_consumers = True
        self.assertEqual(self.state(partner=self.consumer), "queued")

    def test_a_consumers_invoice_can_be_sent_by_hand(self):
        invoice = self.invoice(partner=self.consumer)
        invoice.action_l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_an_excluded_customer_is_never_sent(self):
        self.customer.l10n_pl_ksef_is_excluded = True
        invoice = self.invoice()
        self.assertFalse(invoice.l10n_pl_ksef_state)
        self.assertFalse(invoice.l10n_pl_ksef_can_send)

    def test_a_journal_may_decide_otherwise_than_the_company(self):
        journal = self.company_data["default_journal_sale"]
        journal.l10n_pl_ksef_send_on_validation = "no"
        self.assertFalse(self.state())
        self.company.l10n_pl_ksef_send_on_validation = False
        journal.l10n_pl_ksef_send_on_validation = "yes"
        self.assertEqual(self.state(), "queued")

    def test_an_invoice_of_a_future_date_waits_for_its_day(self):
        tomorrow = warsaw_today() + timedelta(days=1)
        invoice = self.invoice(invoice_date=tomorrow)
        document = invoice.l10n_pl_ksef_document_ids
        self.assertGreater(document.retry_at, self.env.cr.now() - timedelta(hours=3))
        self.assertIn("date", document.waiting_reason)
        self.process(self.connection, rounds=2)
        self.assertEqual(document.state, "queued")
        self.assertFalse(self.sandbox.ledger(self.nip))

    def test_what_waits_says_why(self):
        document = self.invoice().l10n_pl_ksef_document_ids
        self.assertIn("background", document.waiting_reason)
        self.connection.state = "expired"
        document.invalidate_recordset()
        self.assertIn("not connected", document.waiting_reason)

    def test_each_change_of_state_is_in_the_chatter(self):
        # Odoo's tests for accounting switch tracking off.
        tracked = {"tracking_disable": False, "mail_notrack": False}
        self.env = self.env(context={**self.env.context, **tracked})
        self.connection = self.connection.with_env(self.env).sudo()
        invoice = self.invoice(post=False)
        self.commit_tracking()
        invoice.action_post()
        self.commit_tracking()
        self.process(self.connection)
        self.commit_tracking()
        values = invoice.message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == "l10n_pl_ksef_state"
        )
        new = values.mapped("new_value_char")
        self.assertIn("Waiting to be sent", new)
        self.assertIn("In KSeF", new)

    def commit_tracking(self):
        """What Odoo does at a commit."""
        self.env.flush_all()
        self.env.cr.precommit.run()


class TestPosting(KsefCase):
    """Posting does not depend on KSeF."""

    def test_posting_makes_no_call_and_does_not_mind_an_outage(self):
        self.connect()
        self.company.l10n_pl_ksef_send_on_validation = True
        self.sandbox.control("DELETE", "/calls")
        self.sandbox.fault(path=".*", action="status", status=503, times=0)
        move = self.invoice()
        self.assertEqual((move.state, move.l10n_pl_ksef_state), ("posted", "queued"))
        self.assertFalse(self.sandbox.control("GET", "/calls")["items"])

    def test_the_list_action_sends_many(self):
        connection = self.connect()
        moves = self.invoice() | self.invoice() | self.invoice()
        action = self.env.ref("l10n_pl_ksef.action_send_to_ksef")
        action.with_context(active_model="account.move", active_ids=moves.ids).run()
        self.process(connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})

    def test_without_the_schema_it_goes_out_and_is_marked(self):
        connection = self.connect()
        schema = type(self.env["l10n_pl_ksef.schema"])
        move = self.invoice()
        with patch.object(schema, "_loaded", lambda _self: None):
            move._l10n_pl_ksef_send()
            self.process(connection)
            settings = self.env["l10n_pl_ksef.settings"].new(
                {"company_id": self.company}
            )
            self.assertFalse(settings.l10n_pl_ksef_schema_found)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertFalse(move.l10n_pl_ksef_document_ids.is_validated)

    def test_filters_find_what_they_promise(self):
        connection = self.connect()
        sent, waiting, left = self.invoice(), self.invoice(), self.invoice()
        sent._l10n_pl_ksef_send()
        self.process(connection)
        self.env["l10n_pl_ksef.document"].sudo()._queue(waiting)
        view = self.env["account.move"].get_view(
            self.env.ref("account.view_account_invoice_filter").id, "search"
        )
        filters = {
            node.get("name"): literal_eval(node.get("domain"))
            for node in etree.fromstring(view["arch"]).iter("filter")
            if (node.get("name") or "").startswith("l10n_pl_ksef")
        }
        ours = [("id", "in", (sent | waiting | left).ids)]
        for name, wanted in (
            ("l10n_pl_ksef_accepted", sent),
            ("l10n_pl_ksef_waiting", waiting),
            ("l10n_pl_ksef_missing", left),
        ):
            found = self.env["account.move"].search(ours + filters[name])
            self.assertEqual(found, wanted, name)


class TestMailAfterNumber(KsefCase, TestAccountMoveSendCommon):
    """The customer's e-mail waits for the KSeF number."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.company.l10n_pl_ksef_mail_after_number = True
        self.customer.email = "odbiorca@example.com"

    def mails(self, invoice):
        return invoice.message_ids.filtered(
            lambda m: m.message_type == "comment" and m.partner_ids == self.customer
        )

    def test_the_mail_goes_out_with_the_number_and_only_then(self):
        self.sandbox.knobs(processing_seconds=3600)
        invoice = self.invoice()
        wizard = self.create_send_and_print(
            invoice, sending_methods=["email"], subject="Faktura z numerem"
        )
        wizard.action_send_and_print()
        self.assertEqual(invoice.l10n_pl_ksef_state, "sent")
        self.assertFalse(invoice.invoice_pdf_report_id)
        self.assertFalse(self.mails(invoice))
        self.sandbox.knobs(processing_seconds=0)
        self.process(self.connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
        self.env["account.move"]._l10n_pl_ksef_cron_mail()
        mail = self.mails(invoice)
        self.assertEqual(mail.subject, "Faktura z numerem")
        self.assertTrue(invoice.invoice_pdf_report_id)
        self.env["account.move"]._l10n_pl_ksef_cron_mail()
        self.assertEqual(self.mails(invoice), mail)

    def test_an_accepted_invoice_is_mailed_at_once(self):
        invoice = self.invoice()
        wizard = self.create_send_and_print(invoice, sending_methods=["email"])
        wizard.action_send_and_print()
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
        self.assertTrue(self.mails(invoice))
