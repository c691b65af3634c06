"""What people read while KSeF is away, and where they find what waits for them; in
Chromium and in Polish."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.sending import works
from ...wizards import bundle
from ..connection.test_tours_connect import DASHBOARD, LOGIN, TourCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursAttention(TourCase):
    def setUp(self):
        super().setUp()
        self.welcomed()
        self.working = self.connect()

    def invoice_tour(self, name, invoice):
        self.tour(name, f"/odoo/customer-invoices/{invoice.id}")

    def down(self):
        self.sandbox.fault(path=".*", action="status", status=503, times=0)

    def reject(self, invoice):
        self.env["l10n_pl_ksef.document"]._queue(invoice)
        document = invoice.sudo().l10n_pl_ksef_document_ids
        document.write({"state": "rejected", "status_message": "Zły NIP nabywcy."})

    def test_a_minute_without_ksef_is_told_as_it_is_and_is_over_when_it_is(self):
        """After 5 seconds, after a minute, and when KSeF is back."""
        self.down()
        invoice = self.invoice()
        self.invoice_tour("down_5_seconds", invoice)
        self.assertEqual(self.working.trouble, "down")
        began = self.working.trouble_since
        self.due_now()
        self.env["l10n_pl_ksef.document"]._process(self.working)
        self.assertEqual(self.working.trouble_since, began)
        self.invoice_tour("down_60_seconds", invoice)
        self.sandbox.control("DELETE", "/faults")
        self.process(self.working)
        self.invoice_tour("down_is_over", invoice)
        self.tour("settings_without_trouble")

    def test_the_dashboard_leads_to_what_waits_and_its_button_does_it(self):
        missing, rejected = self.invoice(), self.invoice()
        self.reject(rejected)
        self.tour("attention", DASHBOARD)
        self.assertEqual(missing.l10n_pl_ksef_state, "accepted")

    def test_a_lost_authorisation_stands_on_the_dashboard(self):
        self.working.state = "failed"
        self.working._in_trouble("certificate", details="Certyfikat odwołany.")
        self.tour("attention_urgent", DASHBOARD)

    def test_who_only_invoices_sees_it_too(self):
        self.reject(self.invoice())
        self.new_user("fakturzystka", password="fakturzystka", lang="pl_PL")
        self.start_tour(
            DASHBOARD, "l10n_pl_ksef_attention_billing", login="fakturzystka"
        )

    def test_connecting_goes_on_by_itself_when_ksef_takes_seconds(self):
        self.working.action_disconnect()
        self.sandbox.knobs(auth_polls=2)
        self.give_certificate()
        invoice = self.invoice()
        self.tour("connect_in_seconds", f"/odoo/customer-invoices/{invoice.id}")
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_an_open_invoice_follows_its_document(self):
        invoice = self.invoice()
        self.assertEqual(LOGIN, self.accountant.login)
        self.invoice_tour("follows", invoice)

    def test_a_bar_moves_while_people_go_from_page_to_page(self):
        self.patch(works, "MANY", 3)
        queued = self.env["account.move"].union(*(self.invoice() for _ in range(4)))
        documents = self.env["l10n_pl_ksef.document"]._queue(queued)
        documents.retry_at = fields.Datetime.now() + timedelta(minutes=10)
        for _more in range(2):
            self.invoice()
        self.tour("bar_moves", DASHBOARD)

    def test_a_zip_of_many_is_made_while_whoever_asked_is_elsewhere(self):
        self.patch(bundle, "PIECE", 2)
        moves = self.env["account.move"].union(*(self.invoice() for _ in range(3)))
        moves._l10n_pl_ksef_send()
        self.process(self.working)
        self.tour("zip_of_many", "/odoo/customer-invoices")
        self.env["l10n_pl_ksef.bundle"]._cron_make()
        self.tour("zip_is_ready", DASHBOARD)
        self._wait_remaining_requests()
        (window,) = self.env["l10n_pl_ksef.bundle"].sudo().search([])
        self.assertEqual(window.state, "taken")

    def test_the_dashboard_draws_the_month(self):
        self.invoice()._l10n_pl_ksef_send()
        self.process(self.working)
        self.tour("month", DASHBOARD)
