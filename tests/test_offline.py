"""Issued offline: frozen with both QR codes, sent by itself within the deadline."""

from datetime import date, timedelta

import requests

from odoo.exceptions import UserError

from ..models.account_move_scope import warsaw_today
from .common import KsefCase


class TestOffline(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.move = self.invoice()

    def issue(self):
        """Issue the invoice offline; the missing certificate is given on the way."""
        action = self.move.action_l10n_pl_ksef_issue_offline()
        window = self.env[action["res_model"]].browse(action["res_id"])
        given = self.upload(type="offline", options={"usage": "offline"})
        window.write(
            {name: given[name] for name in ("certificate_file", "key_file", "password")}
        )
        self.assertFalse(self.move.l10n_pl_ksef_deadline)
        window.action_add()
        return self.move.l10n_pl_ksef_document_ids

    def test_issued_then_sent(self):
        document = self.issue()
        self.assertEqual(self.move.l10n_pl_ksef_state, "offline")
        self.assertEqual(self.move.l10n_pl_ksef_deadline, date(2026, 11, 3))
        frozen = document.xml_hash
        self.process(self.connection)
        self.assertEqual(self.move.l10n_pl_ksef_state, "accepted")
        self.assertFalse(self.move.l10n_pl_ksef_deadline)
        (held,) = self.sandbox.ledger(self.nip)
        self.assertEqual(held["hash"], frozen)
        links = {
            "found": self.move._l10n_pl_ksef_qr_link(),
            "verified": document.certificate_link,
        }
        for result, link in links.items():
            page = requests.get(link, timeout=10)
            self.assertIn(f'data-result="{result}"', page.text)

    def test_sent_as_offline_on_its_day(self):
        # KSeF would take an older invoice as offline whatever we say.
        self.move = self.invoice(invoice_date=warsaw_today())
        self.issue()
        self.process(self.connection)
        (held,) = self.sandbox.ledger(self.nip)
        self.assertEqual(held["mode"], "Offline")

    def test_both_codes_on_paper(self):
        document = self.issue()
        html = self._html()
        self.assertIn("OFFLINE", html)
        self.assertIn("CERTYFIKAT", html)
        self.assertIn(document.certificate_link, html)
        self.assertIn(self.move._l10n_pl_ksef_qr_link(), html)
        self.process(self.connection)
        html = self._html()
        self.assertNotIn("CERTYFIKAT", html)
        self.assertIn(self.move.l10n_pl_ksef_number, html)

    def _html(self):
        reports = self.env["ir.actions.report"]
        html, _type = reports._render_qweb_html("account.report_invoice", self.move.ids)
        return html.decode()

    def test_stays_as_issued(self):
        self.issue()
        with self.assertRaises(UserError):
            self.move.button_draft()
        with self.assertRaises(UserError):
            self.move.invoice_date = "2026-11-03"
        with self.assertRaises(UserError):
            self.move.action_l10n_pl_ksef_issue_offline()

    def test_date_ahead(self):
        self.move = self.invoice(invoice_date=warsaw_today() + timedelta(days=1))
        with self.assertRaises(UserError):
            self.move.action_l10n_pl_ksef_issue_offline()
