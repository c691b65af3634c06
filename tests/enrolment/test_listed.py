"""Certificates in KSeF: listed, revoked, compromised."""

from odoo import fields
from odoo.exceptions import AccessError

from .case import EnrolmentCase


class ListedCase(EnrolmentCase):
    def listed(self):
        """Return ``{serial: row}`` of the list that a person opens."""
        rows = self.env["l10n_pl_ksef.listed.certificate"]
        action = rows.with_company(self.company).action_open()
        found = rows.sudo().search(action["domain"])
        return {row.serial: row for row in found}

    def elsewhere(self):
        """A certificate that Odoo does not have; returns its serial number."""
        return self.sandbox.certificate(self.nip, name="Kasa")["serial"]

    def row_elsewhere(self):
        """The row of a certificate that Odoo does not have."""
        serial = self.elsewhere()
        return self.listed()[serial]

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.certificate = self.connection.certificate_id


class TestListed(ListedCase):
    def test_the_list_tells_here_kept_elsewhere_and_unused(self):
        unused = self.elsewhere()
        self.connect()
        rows = self.listed()
        self.assertEqual(rows[unused].use, "unused")
        self.assertEqual(rows[self.certificate.serial].use, "kept")
        current = self.current("authentication")
        self.assertEqual(rows[current.serial].use, "here")
        self.assertFalse(rows[unused].certificate_id)
        # Somebody logs in with it outside Odoo.
        rows[unused].last_used_at = fields.Datetime.now()
        rows[unused].invalidate_recordset(["use"])
        self.assertEqual(rows[unused].use, "elsewhere")

    def test_the_offline_certificate_that_signs_is_in_use_here(self):
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        self.assertEqual(self.listed()[self.current("offline").serial].use, "here")

    def test_who_only_invoices_may_not_revoke(self):
        user = self.new_user("fakturzystka")
        row = self.listed()[self.certificate.serial]
        with self.assertRaises(AccessError):
            row.with_user(user).action_revoke()


class TestRevoke(ListedCase):
    def window(self, record):
        action = record.action_revoke()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_what_odoo_does_not_have_is_revoked_with_its_reason(self):
        serial = self.elsewhere()
        row = self.listed()[serial]
        window = self.window(row)
        self.assertIn("does not have it", window.what_stops)
        window.reason = "Superseded"
        window.action_revoke()
        self.assertEqual(row.status, "Revoked")
        self.assertEqual(row.revoke_reason, "Superseded")
        self.assertIn(serial, self.in_ksef("Revoked"))

    def test_the_window_says_that_odoo_logs_in_with_it(self):
        window = self.window(self.certificate)
        self.assertIn("logs in", window.what_stops)
        self.assertTrue(window.may_order)

    def test_a_lost_answer_is_asked_about_again(self):
        row = self.row_elsewhere()
        self.sandbox.fault(method="POST", path="/revoke$", action="drop_after")
        message = row._ask_revocation("Unspecified")
        self.assertTrue(message)
        self.assertTrue(row.revoke_asked_at)
        self.connection.next_call_at = False
        self.let_cron_work(rounds=1)
        self.assertEqual((row.status, row.revoke_asked_at), ("Revoked", False))

    def test_a_refusal_is_told_and_not_asked_again(self):
        row = self.row_elsewhere()
        self.sandbox.fault(
            method="POST", path="/revoke$", action="status", status=400, code=25008
        )
        window = self.window(row)
        action = window.action_revoke()
        self.assertEqual(action["res_model"], window._name)
        self.assertTrue(window.message)
        self.assertFalse(row.revoke_asked_at)


class TestCompromise(ListedCase):
    def compromise(self, certificate):
        action = certificate.action_compromised()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertTrue(window.order_new)
        return window

    def test_one_button_revokes_and_orders_new(self):
        window = self.compromise(self.certificate)
        window.action_revoke()
        self.assertEqual(self.certificate.state, "revoked")
        self.assertIn(self.certificate.serial, self.in_ksef("Revoked"))
        new = self.current("authentication")
        self.assertNotEqual(new, self.certificate)
        self.assertTrue(new._works())
        self.assertEqual(self.company._l10n_pl_ksef_connection().state, "connected")

    def test_a_login_that_others_made_with_the_key_is_ended(self):
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        thief = connections.create(
            {
                "company_id": self.company.id,
                "environment": "test",
                "nip": self.nip,
                "certificate_id": self.certificate.id,
                "active": False,
            }
        )
        thief._order_authorisation()
        self.settle(thief)
        self.assertEqual(len(self.sessions()), 2)
        self.compromise(self.certificate).action_revoke()
        self.assertEqual(len(self.sessions()), 1)
        self.assertEqual(self.company._l10n_pl_ksef_connection().state, "connected")

    def test_it_says_which_offline_invoices_were_signed_with_the_old_one(self):
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        old = self.current("offline")
        invoice = self.invoice(invoice_date=fields.Date.today())
        other = self.invoice(invoice_date=fields.Date.today())
        action = invoice.action_l10n_pl_ksef_issue_offline()
        self.env[action["res_model"]].browse(action["res_id"]).action_issue()
        window = self.compromise(old)
        self.assertEqual(window.move_ids, invoice)
        window.action_revoke()
        self.assertIn(invoice.name, "".join(old.message_ids.mapped("body")))
        self.assertNotIn(other.name, "".join(old.message_ids.mapped("body")))
        self.assertNotEqual(self.current("offline"), old)
        self.assertEqual(old.state, "revoked")

    def test_a_lost_answer_to_the_revocation_hinders_no_order(self):
        self.sandbox.fault(method="POST", path="/revoke$", action="drop_after")
        self.compromise(self.certificate).action_revoke()
        self.let_cron_work()
        self.assertEqual(self.certificate.state, "revoked")
        self.assertTrue(self.current("authentication")._works())
