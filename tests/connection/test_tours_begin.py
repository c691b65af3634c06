"""An accountant begins something that needs KSeF, in Chromium and in Polish."""

from odoo.tests import tagged

from ...models.connection.call import TEST_STATUS_URL
from ...models.connection.res_company_register import WSDL_URL
from ...models.times import warsaw_today
from .test_tours_connect import DASHBOARD, TourCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursBegin(TourCase):
    def setUp(self):
        super().setUp()
        self.give_certificate()

    def test_the_offline_certificate_has_its_own_window(self):
        self.welcomed()
        self.give_certificate(usage="offline")
        self.tour("offline_certificate")
        certificates = self.env["l10n_pl_ksef.certificate"]
        found = certificates._newest(self.company, "offline")
        self.assertEqual(found.status, "added")
        self.assertEqual(found.create_uid, self.accountant)

    def test_an_invoice_is_issued_offline_while_a_failure_lasts(self):
        self.welcomed()
        self.connect()
        invoice = self.invoice(invoice_date=warsaw_today())
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(TEST_STATUS_URL, self.sandbox.latarnia_url)
        self.sandbox.control("POST", "/latarnia", {"status": "FAILURE"})
        self.env["l10n_pl_ksef.outage"]._cron_ask()
        self.give_certificate(usage="offline")
        self.tour("issue_offline", f"/odoo/customer-invoices/{invoice.id}")
        self.assertEqual(invoice.l10n_pl_ksef_state, "offline")
        document = invoice.l10n_pl_ksef_document_ids
        self.assertEqual(document.outage_id.category, "failure")

    def test_the_welcome_screen_leads_to_the_certificate(self):
        self.tour("welcome_add", DASHBOARD)
        self.assertEqual(self.connection().state, "connected")

    def test_validating_goes_on_after_the_certificate(self):
        self.welcomed()
        self.company.l10n_pl_ksef_send_on_validation = True
        invoice = self.invoice(post=False)
        self.tour("validate_goes_on", f"/odoo/customer-invoices/{invoice.id}")
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_many_chosen_invoices_are_sent_after_the_certificate(self):
        self.welcomed()
        invoices = self.invoice() | self.invoice()
        self.tour("list_goes_on", "/odoo/customer-invoices")
        self.assertEqual(set(invoices.mapped("l10n_pl_ksef_state")), {"accepted"})

    def test_the_send_window_leads_to_the_certificate(self):
        self.welcomed()
        invoice = self.invoice()
        self.tour("wizard_goes_on", f"/odoo/customer-invoices/{invoice.id}")
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_deleting_a_certificate_says_what_will_stop(self):
        self.welcomed()
        self.connect()
        self.tour("delete_certificate", "/odoo/action-l10n_pl_ksef.action_certificate")
        self.assertFalse(self.env["l10n_pl_ksef.certificate"].search([], limit=1))
        self.assertFalse(self.connection())

    def test_changing_the_environment_says_what_becomes_of_the_old_one(self):
        self.welcomed()
        self.connect()
        self.tour("change_environment")
        self.assertEqual(self.connection().environment, "test")

    def test_company_data_come_from_gus(self):
        self.welcomed()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(WSDL_URL, self.sandbox.gus_wsdl_url)
        self.sandbox.company(self.nip, "Firma z GUS", city="Kraków", zip="30-001")
        self.tour("company_data")
        self.assertEqual(self.company.name, "Firma z GUS")

    def test_a_notification_is_switched_off(self):
        self.welcomed()
        self.tour("notifications", "/odoo/ksef-notifications")
        notifications = self.env["l10n_pl_ksef.notification"].sudo()
        choices = notifications._of_user(self.accountant, self.company)
        self.assertEqual(len(choices.filtered(lambda c: not c.is_wanted)), 1)
