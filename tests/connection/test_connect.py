import base64
import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ...ksef_api import certificate as x509
from ...ksef_api import signed_file, xades
from ..common import KsefCase


class ConnectCase(KsefCase):
    def window(self, **values):
        """Return the window that connects the company, filled in."""
        company = values.pop("company", self.company)
        action = company._l10n_pl_ksef_ask_connection()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.write({"environment": "test", **values})
        return window

    def settle(self, connection):
        """Let the cron ask KSeF until it has decided."""
        connection = connection.sudo()
        for _poll in range(6):
            if connection.state not in ("ordered", "processing"):
                break
            connection._advance_authorisation()
        return connection

    def sessions(self, state="alive"):
        """Return the logins that KSeF knows for the company's NIP."""
        rows = self.sandbox.control("GET", f"/auth-sessions?nip={self.nip}")
        rows = rows["sessions"] if isinstance(rows, dict) else rows
        return [row for row in rows if row["state"] == state]

    def to_sign(self):
        """Return the window for signing, with a file that has been downloaded."""
        action = self.window(method="signed_file").action_next()
        sign = self.env[action["res_model"]].browse(action["res_id"])
        sign.action_download()
        return sign

    def signed(self, sign):
        """Return the downloaded file as a signing program would give it back."""
        return self.sign(base64.b64decode(sign.connection_id.sudo().request_file))

    def sign(self, request):
        given = self.sandbox.certificate(self.nip)
        signer = x509.load(
            given["certificate_pem"].encode(),
            given["key_pem"].encode(),
            given["password"],
        )
        return xades.sign(request, signer)


class TestConnectByToken(ConnectCase):
    def test_a_token_connects_and_is_never_shown_again(self):
        token = self.sandbox.token(self.nip)
        window = self.window(method="token", token=token)
        self.assertNotIn(token, window.token)
        window.action_next()
        connection = self.settle(window.connection_id)
        self.assertEqual(connection.state, "connected", connection.status_message)
        self.assertFalse(window.token)
        self.assertEqual(len(self.sessions()), 1)

    def test_an_unknown_token_is_told_on_the_connection(self):
        window = self.window(method="token", token="20260101-EC-ABC|nip-1|00ff")
        window.action_next()
        connection = self.settle(window.connection_id)
        self.assertEqual(connection.state, "failed")
        self.assertIn("token", connection.status_message)

    def test_without_a_token_it_is_asked_for(self):
        with self.assertRaisesRegex(UserError, "Enter the KSeF token"):
            self.window(method="token").action_next()
        self.assertFalse(self.company._l10n_pl_ksef_connection())

    def test_an_ended_login_is_renewed_by_the_cron(self):
        window = self.window(method="token", token=self.sandbox.token(self.nip))
        window.action_next()
        connection = self.settle(window.connection_id)
        connection._session_ended()
        self.assertEqual(self.settle(connection).state, "connected")


class TestConnectBySignedFile(ConnectCase):
    def refusal(self, sign, content):
        sign.signed_file = base64.b64encode(content)
        with self.assertRaises(UserError) as caught:
            sign.action_upload()
        self.assertNotEqual(sign.connection_id.state, "connected")
        return str(caught.exception)

    def test_a_signed_file_connects(self):
        sign = self.to_sign()
        self.assertEqual(sign.state, "to_sign")
        sign.signed_file = base64.b64encode(self.signed(sign))
        sign.action_upload()
        connection = self.settle(sign.connection_id)
        self.assertEqual(connection.state, "connected", connection.status_message)
        self.assertEqual(len(self.sessions()), 1)

    def test_the_time_to_sign_is_five_minutes(self):
        left = self.to_sign().sign_until - fields.Datetime.now()
        self.assertTrue(timedelta(minutes=4) < left <= timedelta(minutes=5))

    def test_after_five_minutes_a_new_file_is_needed(self):
        sign = self.to_sign()
        content = self.signed(sign)
        sign.connection_id.sudo().sign_until -= timedelta(minutes=6)
        self.assertIn("5 minutes are over", self.refusal(sign, content))

    def test_the_file_of_an_earlier_download_is_refused(self):
        sign = self.to_sign()
        earlier = self.signed(sign)
        sign.action_download()
        self.assertIn("earlier download", self.refusal(sign, earlier))

    def test_a_file_changed_after_signing_is_refused(self):
        sign = self.to_sign()
        changed = self.signed(sign).replace(self.nip.encode(), b"1111111111")
        self.assertIn("not valid", self.refusal(sign, changed))

    def test_an_unsigned_file_is_refused(self):
        sign = self.to_sign()
        request = base64.b64decode(sign.connection_id.sudo().request_file)
        self.assertIn("no signature", self.refusal(sign, request))

    def test_a_pdf_is_refused(self):
        self.assertIn("not a signed XML", self.refusal(self.to_sign(), b"%PDF-1.7"))

    def test_entities_are_refused(self):
        bomb = b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
        self.assertIn("refused", self.refusal(self.to_sign(), bomb))

    def test_every_fault_has_a_sentence_of_its_own(self):
        reasons = set(re.findall(r'"([a-z_]+)"', signed_file.__doc__))
        source = Path(signed_file.__file__).read_text()
        reasons |= set(re.findall(r'SignatureError\("([a-z_]+)"', source))
        connection = self.env["l10n_pl_ksef.connection"]
        sentences = {reason: connection._fault_sentence(reason) for reason in reasons}
        unknown = [r for r, text in sentences.items() if f"({r})" in text]
        self.assertFalse(unknown)
        self.assertEqual(len(set(sentences.values())), len(reasons))

    def test_when_the_login_ends_only_a_person_can_sign_again(self):
        sign = self.to_sign()
        sign.signed_file = base64.b64encode(self.signed(sign))
        sign.action_upload()
        connection = self.settle(sign.connection_id)
        connection._session_ended()
        self.assertEqual(connection.state, "expired")

    def test_the_instructions_name_settings_and_providers(self):
        sign = self.to_sign()
        names = ("XAdES", "enveloped", "SHA-256", "CenCert", "Szafir", "Certum")
        names += ("Sigillum", "EuroCert", "PWPW")
        for lang, profile in (("en_US", "rusted profile"), ("pl_PL", "rofil zaufany")):
            with self.subTest(lang):
                self.env.user.lang = lang
                html = self.env["ir.actions.report"]._render_qweb_html(
                    "l10n_pl_ksef.report_sign_instructions", sign.connection_id.ids
                )[0]
                text = " ".join(etree.HTML(html).itertext())
                for word in (*names, profile):
                    self.assertIn(word, text)


class TestConnectAnswers(ConnectCase):
    def test_production_needs_to_be_confirmed(self):
        window = self.window(environment="production", method="token", token="a")
        with self.assertRaisesRegex(UserError, "Confirm that you mean production"):
            window.action_next()

    def test_a_wrong_nip_is_refused(self):
        with self.assertRaisesRegex(UserError, "control digit"):
            self.window(nip="1234567890").action_next()

    def test_the_certificate_window_takes_over_what_was_entered(self):
        action = self.window(connection_name="Oddział").action_next()
        upload = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(upload.connection_name, "Oddział")
        self.assertEqual(upload.environment, "test")

    def test_who_may_only_invoice_cannot_connect(self):
        clerk = self.new_user("clerk")
        with self.assertRaises(AccessError):
            self.env["l10n_pl_ksef.connect"].with_user(clerk).create({})

    def test_changing_the_environment_ends_the_login_before(self):
        self.connect()
        self.assertEqual(len(self.sessions()), 1)
        window = self.window(
            environment="demo", method="token", token="20260101-EC-ABC|nip-1|00ff"
        )
        self.assertEqual(window.replaced_environment, "test")
        refused = self.env["l10n_pl_ksef.connection"]
        with patch.object(type(refused), "_advance_authorisation"):
            window.action_next()
        self.assertFalse(self.sessions())
        self.company.invalidate_recordset(["l10n_pl_ksef_environment"])
        self.assertEqual(self.company.l10n_pl_ksef_environment, "demo")

    def test_disconnecting_ends_the_login_in_ksef_and_erases_the_tokens(self):
        connection = self.connect()
        connection.action_disconnect()
        self.assertFalse(self.sessions())
        self.assertFalse(connection.access_token_sealed)
        self.assertFalse(connection.refresh_token_sealed)
        self.assertFalse(connection.active)


class TestGoOn(ConnectCase):
    def test_validating_asks_for_the_certificate_and_the_invoice_waits(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        invoice = self.invoice(post=False)
        action = invoice.action_post()
        self.assertEqual(action["res_model"], "l10n_pl_ksef.certificate.upload")
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(window.move_ids, invoice)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.l10n_pl_ksef_state, "queued")

    def test_who_cannot_connect_is_not_stopped_when_validating(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        clerk = self.new_user("clerk")
        invoice = self.invoice(post=False).with_user(clerk)
        self.assertFalse(invoice.action_post())
        self.assertEqual(invoice.state, "posted")

    def test_with_a_closed_window_the_invoices_are_sent_by_the_cron(self):
        invoice = self.invoice()
        action = invoice.action_l10n_pl_ksef_send()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.unlink()
        connection = self.connect()
        self.process(connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_a_wish_to_fetch_outlives_the_window(self):
        journal = self.company._l10n_pl_ksef_bill_journal()
        action = journal.action_l10n_pl_ksef_fetch()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.write({"environment": "test", **self._certificate_of(self.upload())})
        with patch.object(type(window), "_go_on"):
            window.action_add()
        connection = self.settle(window.connection_id)
        self.assertEqual(connection.state, "connected")
        self.assertFalse(connection.fetch_for_id)
        fetches = self.env["l10n_pl_ksef.fetch"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertIn(self.env.user, fetches.user_id)

    def _certificate_of(self, upload):
        names = ("certificate_file", "key_file", "password")
        return {name: upload[name] for name in names}


class TestSettingsPage(ConnectCase):
    def test_an_accounting_administrator_needs_no_system_rights(self):
        manager = self.new_user("manager", "account_manager")
        self.assertFalse(manager.has_group("base.group_system"))
        pages = self.env["l10n_pl_ksef.settings"].with_user(manager)
        with Form(pages) as page:
            page.l10n_pl_ksef_send_on_validation = True
        self.assertTrue(self.company.l10n_pl_ksef_send_on_validation)

    def test_who_may_only_invoice_changes_nothing(self):
        clerk = self.new_user("clerk")
        with self.assertRaises(AccessError):
            self.env["l10n_pl_ksef.settings"].with_user(clerk).create(
                {"l10n_pl_ksef_send_on_validation": True}
            )

    def test_a_company_of_others_stays_as_it_is(self):
        other = self.env["res.company"].create(
            {"name": "Cudza", "country_id": self.env.ref("base.pl").id}
        )
        manager = self.new_user("manager", "account_manager")
        with self.assertRaises(AccessError):
            self.env["l10n_pl_ksef.settings"].with_user(manager).create(
                {"company_id": other.id, "l10n_pl_ksef_send_on_validation": False}
            )

    def test_both_pages_show_the_same_settings(self):
        ours = self.env["l10n_pl_ksef.settings"].get_view(view_type="form")["arch"]
        odoos = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        path = "//block[starts-with(@name, 'l10n_pl_ksef')]//setting/@id"
        settings = etree.fromstring(ours).xpath(path)
        self.assertIn("l10n_pl_ksef_connection", settings)
        self.assertIn("l10n_pl_ksef_send_on_validation", settings)
        self.assertEqual(settings, etree.fromstring(odoos).xpath(path))


class TestWelcome(ConnectCase):
    def greeting(self, user):
        company = self.env["res.company"].with_user(user)
        return company.with_company(self.company).l10n_pl_ksef_greeting()

    def test_it_comes_once_and_the_banner_stays(self):
        manager = self.new_user("manager", "account_manager")
        self.assertTrue(self.greeting(manager)["welcome"])
        self.env["res.company"].with_user(manager).l10n_pl_ksef_welcomed()
        self.assertFalse(self.greeting(manager)["welcome"])
        self.assertTrue(self.greeting(manager)["banner"])

    def test_a_connected_company_needs_neither(self):
        self.connect()
        greeting = self.greeting(self.env.user)
        self.assertFalse(greeting["welcome"] or greeting["banner"])

    def test_companies_elsewhere_are_left_alone(self):
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.company.country_id = self.env.ref("base.de")
        self.assertFalse(self.greeting(self.env.user)["banner"])

    def test_an_invoicing_user_is_not_asked(self):
        clerk = self.new_user("clerk")
        self.assertFalse(self.greeting(clerk)["banner"])
