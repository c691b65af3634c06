"""An accountant connects a company to KSeF, in Chromium and in Polish."""

import base64

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import BrowserCase
from .test_connect import ConnectCase

LOGIN = "ksiegowa"
SETTINGS = "/odoo/ksef-settings"
DASHBOARD = "/odoo/action-account.open_account_journal_dashboard_kanban"


class TourCase(ConnectCase, BrowserCase):
    """An accountant with a browser."""

    def setUp(self):
        super().setUp()
        self.accountant = self.new_user(
            LOGIN, "account_manager", password=LOGIN, lang="pl_PL"
        )
        self.sandbox.knobs(auth_polls=0, polls_before_ready=0)
        self.cookies = {}

    def give(self, name, content):
        """Lay a file ready for the browser; its tour knows it by a cookie's name."""
        attachment = self.env["ir.attachment"].create(
            {"name": name, "raw": content, "public": True}
        )
        self.cookies[name] = str(attachment.id)

    def give_certificate(self, **options):
        given = self.sandbox.certificate(self.nip, password="haslo-1234", **options)
        self.give("ksef_certificate", given["certificate_pem"].encode())
        self.give("ksef_key", given["key_pem"].encode())

    def welcomed(self):
        self.company.sudo().l10n_pl_ksef_welcomed_user_ids = self.accountant

    def tour(self, name, url=SETTINGS):
        self.start_tour(url, f"l10n_pl_ksef_{name}", login=LOGIN, cookies=self.cookies)

    def connection(self):
        return self.company._l10n_pl_ksef_connection()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursConnect(TourCase):
    def test_a_certificate_is_added_in_the_settings(self):
        self.welcomed()
        self.give_certificate()
        self.tour("certificate")
        self.assertEqual(self.connection().state, "connected")

    def test_a_token_connects(self):
        self.welcomed()
        self.give("ksef_token", self.sandbox.token(self.nip).encode())
        self.tour("token")
        self.assertEqual(self.connection().method, "token")

    def test_a_signed_file_connects(self):
        self.welcomed()
        self.tour("sign_download")
        request = base64.b64decode(self.connection().request_file)
        self.assertIn(self.nip.encode(), request)
        self.give("ksef_signed", self.sign(request))
        self.tour("sign_upload")
        self.assertEqual(self.connection().state, "connected")

    @mute_logger("odoo.http")  # Odoo warns of every refusal
    def test_wrong_answers_are_refused_and_the_window_stays(self):
        self.welcomed()
        self.give_certificate()
        self.tour("refusals")
        self.assertFalse(self.connection())

    @mute_logger("odoo.http")  # Odoo warns of every refusal
    def test_a_wrong_nip_and_unconfirmed_production_are_refused(self):
        self.welcomed()
        self.tour("wrong_answers")
        self.assertFalse(self.connection())

    @mute_logger("odoo.http")  # Odoo warns of every refusal
    def test_an_unsigned_file_is_refused_and_the_window_stays(self):
        self.welcomed()
        self.tour("sign_download")
        request = base64.b64decode(self.connection().request_file)
        self.give("ksef_signed", request)
        self.tour("sign_refused")
        self.assertEqual(self.connection().state, "to_sign")

    def test_the_welcome_screen_is_skipped_once_and_the_banner_stays(self):
        self.tour("welcome", DASHBOARD)
        self.tour("banner", DASHBOARD)

    def test_sending_goes_on_after_the_certificate(self):
        self.welcomed()
        self.give_certificate()
        invoice = self.invoice()
        self.tour("send_goes_on", f"/odoo/customer-invoices/{invoice.id}")
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_fetching_goes_on_after_the_certificate(self):
        self.welcomed()
        self.give_certificate()
        self.tour("fetch_goes_on", DASHBOARD)
        self.assertEqual(self.connection().state, "connected")
        fetches = self.env["l10n_pl_ksef.fetch"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertIn(self.accountant, fetches.user_id)

    def test_disconnecting_asks_and_ends_the_login(self):
        self.welcomed()
        self.connect()
        self.tour("disconnect")
        self.assertFalse(self.connection())
        self.assertFalse(self.sessions())

    def test_open_settings_follow_the_connection(self):
        self.welcomed()
        self.connect()
        self.tour("settings_follow")
        self.assertFalse(self.connection())
