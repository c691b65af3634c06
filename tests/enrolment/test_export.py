"""A certificate leaves Odoo with its key: only as the company allows, and told."""

import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ...ksef_api.certificate import load
from .case import EnrolmentCase

PASSWORD = "bardzo-dlugie-haslo"


class TestExport(EnrolmentCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.certificate = self.connect().certificate_id
        self.company.l10n_pl_ksef_may_export = True
        self.user = self.new_user("anna", "account_manager", password="anna-anna")

    def window(self, user=None, **typed):
        action = self.certificate.with_user(user or self.user).action_export()
        window = self.env[action["res_model"]].with_user(user or self.user)
        window = window.browse(action["res_id"])
        window.write({"password": PASSWORD, "repeated": PASSWORD, **typed})
        return window

    def download(self, window):
        url = window.action_export()["params"]["url"]
        self.env.flush_all()
        self.authenticate("anna", "anna-anna")
        return self.url_open(url, timeout=300)

    def test_the_archive_opens_with_the_password_only(self):
        answer = self.download(self.window())
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            files = {name[-3:]: archive.read(name) for name in archive.namelist()}
        loaded = load(files["crt"], files["key"], PASSWORD)
        self.assertEqual(loaded.serial, self.certificate.serial)
        self.assertEqual(load(files["p12"], None, PASSWORD).serial, loaded.serial)
        self.assertIn(b"ENCRYPTED", files["key"])

    def test_it_is_written_down_and_told(self):
        self.download(self.window())
        self.certificate.invalidate_recordset()
        message = self.certificate.message_ids[0]
        self.assertEqual(message.author_id, self.user.partner_id)
        self.assertIn("exported", message.body)
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        told = notices.search([("type", "=", "certificate_exported")])
        self.assertEqual(told.res_id, self.certificate.id)
        self.assertIn(self.user.name, told.details)

    @mute_logger("odoo.http")
    def test_the_file_is_there_once(self):
        window = self.window()
        self.assertEqual(self.download(window).status_code, 200)
        url = f"/l10n_pl_ksef/certificate/{window.id}"
        answer = self.url_open(url, timeout=300)
        self.assertNotIn("zip", answer.headers["Content-Type"])
        self.assertFalse(window.sudo().password)

    def test_it_is_off_until_the_company_allows_it(self):
        window = self.window()
        self.company.l10n_pl_ksef_may_export = False
        with self.assertRaises(UserError):
            self.certificate.with_user(self.user).action_export()
        with self.assertRaises(UserError):
            window.action_export()
        with self.assertRaises(UserError):
            window._take_file()
        self.assertFalse(
            self.env["res.company"].create({"name": "Nowa"}).l10n_pl_ksef_may_export
        )

    def test_only_an_accounting_administrator_may(self):
        bookkeeper = self.new_user("ewa", "account_user")
        with self.assertRaises(AccessError):
            self.window(bookkeeper)

    def test_a_short_password_and_two_that_differ_are_refused(self):
        with self.assertRaises(UserError):
            self.window(password="krotkie", repeated="krotkie").action_export()
        with self.assertRaises(UserError):
            self.window(repeated="inne-dlugie-haslo").action_export()
