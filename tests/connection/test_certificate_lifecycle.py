import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ...ksef_api import xades
from ...ksef_api.certificate import load
from ...models.connection.live_record import CHANGED
from ..common import KsefCase


class TestDelete(KsefCase):
    def test_deleting_the_used_certificate_ends_the_connection_and_keeps_history(self):
        connection = self.connect()
        document = self.env["l10n_pl_ksef.document"]._queue(self.invoice())
        self.process(connection)
        self.assertEqual(document.state, "accepted")
        certificate = connection.certificate_id
        serial = certificate.serial
        self.assertTrue(certificate.is_in_use)
        certificate.action_delete()
        self.assertFalse(certificate.exists())
        self.assertFalse(connection.active)
        self.assertFalse(connection.refresh_token_sealed)
        self.assertIn(serial, connection.message_ids[0].body)
        self.assertTrue(document.exists().upo_file)
        self.assertEqual(alive(self), 0)

    def test_deleting_an_unused_certificate_stops_nothing(self):
        first = self.connect().certificate_id
        connection = self.connect()
        self.assertFalse(first.is_in_use)
        first.action_delete()
        self.assertEqual(connection.state, "connected")
        self.assertTrue(connection.active)

    def test_who_only_invoices_may_not_delete(self):
        certificate = self.connect().certificate_id
        user = self.new_user("fakturzystka")
        with self.assertRaises(AccessError):
            certificate.with_user(user).action_delete()
        with self.assertRaises(AccessError):
            certificate.with_user(user).unlink()


def alive(case):
    """Return how many logins of the company live in KSeF."""
    path = f"/auth-sessions?nip={case.nip}"
    sessions = case.sandbox.control("GET", path)["sessions"]
    return len([session for session in sessions if session["state"] == "alive"])


class ReplaceCase(KsefCase):
    def let_cron_work(self):
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        for _round in range(5):
            connections.search([("active", "in", (True, False))]).retry_at = False
            connections._cron_authorise()


class TestReplace(ReplaceCase):
    """A newer certificate takes over without a gap."""

    def test_the_old_connection_works_until_the_new_certificate_is_authorised(self):
        old = self.connect()
        self.sandbox.knobs(auth_polls=3)
        wizard = self.upload()
        wizard.action_add()
        new = wizard.connection_id.sudo()
        self.assertEqual(new.state, "processing")
        self.assertEqual(self.company._l10n_pl_ksef_connection(), old)
        self.assertTrue(old._call(lambda client: client.context_limits()))
        document = self.env["l10n_pl_ksef.document"]._queue(self.invoice())
        self.process(old)
        self.assertEqual(document.state, "accepted")
        self.let_cron_work()
        self.assertEqual(new.state, "connected")
        self.assertEqual(self.company._l10n_pl_ksef_connection(), new)
        self.assertFalse(old.active)
        self.assertFalse(old.refresh_token_sealed)
        self.assertEqual(alive(self), 1)

    def test_what_was_sent_before_is_asked_about_afterwards(self):
        old = self.connect()
        self.sandbox.knobs(polls_before_ready=50)
        documents = self.env["l10n_pl_ksef.document"]
        document = documents._queue(self.invoice())
        self.process(old, rounds=1)
        self.assertEqual(document.state, "sent")
        new = self.connect()
        self.sandbox.knobs(polls_before_ready=0)
        self.process(new, rounds=60)
        self.assertEqual(document.state, "accepted")

    def test_a_refused_newcomer_leaves_the_old_connection_alone(self):
        old = self.connect()
        wizard = self.upload()
        serial = wizard._load().serial
        self.sandbox.control("POST", f"/certificates/{serial}", {"status": "Revoked"})
        wizard.action_add()
        for _poll in range(3):
            wizard.connection_id.sudo()._advance_authorisation()
        self.assertEqual(wizard.state, "failed")
        self.assertEqual(wizard.connection_id.certificate_id.status, "revoked")
        self.assertEqual(self.company._l10n_pl_ksef_connection(), old)
        self.assertEqual(old.state, "connected")

    def test_disconnecting_ends_what_was_to_take_over_as_well(self):
        old = self.connect()
        self.sandbox.knobs(auth_polls=3)
        wizard = self.upload()
        wizard.action_add()
        old.action_disconnect()
        self.let_cron_work()
        self.assertFalse(self.company._l10n_pl_ksef_connection())

    def test_a_refused_certificate_can_be_tried_again(self):
        self.connect()
        wizard = self.upload()
        serial = wizard._load().serial
        path = f"/certificates/{serial}"
        self.sandbox.control("POST", path, {"status": "Blocked"})
        wizard.action_add()
        certificate = wizard.connection_id.certificate_id
        for _poll in range(3):
            wizard.connection_id.sudo()._advance_authorisation()
        self.assertEqual(certificate.status, "revoked")
        self.sandbox.control("POST", path, {"status": "Active"})
        certificate.action_authorise()
        self.let_cron_work()
        connection = self.company._l10n_pl_ksef_connection()
        self.assertEqual(connection.certificate_id, certificate)
        self.assertEqual(connection.state, "connected")


class TestSignAgain(ReplaceCase):
    """So does a newly signed file, in the time before the old one ends."""

    def sign(self, connection):
        """Do in the window what a person does."""
        window = self.env["l10n_pl_ksef.sign"].browse(
            connection.action_sign()["res_id"]
        )
        window.action_download()
        given = self.sandbox.certificate(self.nip)
        signer = load(
            given["certificate_pem"].encode(),
            given["key_pem"].encode(),
            given["password"],
        )
        connection = window.connection_id.sudo()
        request = connection.with_context(bin_size=False).request_file
        signed = xades.sign(base64.b64decode(request), signer)
        return window, base64.b64encode(signed)

    def test_the_old_login_works_until_the_new_file_is_taken(self):
        connections = self.env["l10n_pl_ksef.connection"]
        old = connections._connect(self.company, "test", "signed_file")
        window, signed = self.sign(old)
        window.signed_file = signed
        window.action_upload()
        self.let_cron_work()
        self.assertEqual(old.state, "connected", old.status_message)
        window, signed = self.sign(old)
        self.assertEqual(old.state, "connected")
        self.assertTrue(old._call(lambda client: client.context_limits()))
        window.signed_file = signed
        window.action_upload()
        self.let_cron_work()
        new = self.company._l10n_pl_ksef_connection()
        self.assertNotEqual(new, old)
        self.assertEqual(new.state, "connected")
        self.assertFalse(old.active)
        self.assertEqual(alive(self), 1)


class TestStatus(KsefCase):
    def test_the_calendar_moves_the_status(self):
        certificate = self.connect().certificate_id
        offline = self.offline()
        for days, expected, expected_offline in (
            (60, "authorised", "added"),
            (20, "expires_soon", "expires_soon"),
            (-1, "expired", "expired"),
        ):
            until = fields.Datetime.now() + timedelta(days=days)
            (certificate | offline).valid_to = until
            self.assertEqual(certificate.status, expected)
            self.assertEqual(offline.status, expected_offline)

    def offline(self):
        wizard = self.upload(type="offline", options={"usage": "offline"})
        wizard.action_add()
        return (
            self.env["l10n_pl_ksef.certificate"]
            .sudo()
            .search([("type", "=", "offline")])
        )

    def test_revoked_and_suspended_in_ksef_is_found_out(self):
        certificate = self.connect().certificate_id
        offline = self.offline()
        both = certificate | offline
        self.assertEqual(self.check(both), ["authorised", "added"])
        path = f"/certificates/{offline.serial}"
        self.sandbox.control("POST", path, {"status": "Blocked"})
        self.assertEqual(self.check(both), ["authorised", "revoked"])
        self.assertTrue(offline.status_message)
        self.sandbox.control("POST", path, {"status": "Active"})
        self.assertEqual(self.check(both), ["authorised", "added"])

    def check(self, certificates):
        """Ask KSeF as if a day had passed; return the statuses."""
        certificates.checked_at = False
        self.env["l10n_pl_ksef.certificate"]._check_in_ksef()
        return certificates.mapped("status")

    def test_ksef_is_asked_once_a_day(self):
        self.connect()
        certificates = self.env["l10n_pl_ksef.certificate"]
        certificates._check_in_ksef()
        self.sandbox.control("DELETE", "/calls")
        certificates._check_in_ksef()
        self.assertFalse(self.sandbox.control("GET", "/calls")["total"])

    def test_an_outage_there_changes_no_status(self):
        certificate = self.connect().certificate_id
        self.sandbox.fault(
            method="POST", path="/certificates/query", action="status", status=503
        )
        self.assertEqual(self.check(certificate), ["authorised"])

    def test_open_pages_of_those_who_may_see_it_are_told_of_each_change(self):
        insider = self.new_user("ewa")
        outsider = new_test_user(
            self.env,
            "obcy",
            groups="base.group_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        connection = self.connect()
        self.env.flush_all()
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].sudo().search([("message", "like", CHANGED)])
        channels = "".join(sent.mapped("channel"))
        self.assertIn(f'"res.partner",{insider.partner_id.id}]', channels)
        self.assertNotIn(f'"res.partner",{outsider.partner_id.id}]', channels)
        messages = "".join(sent.mapped("message"))
        self.assertIn(f'"ids":[{connection.certificate_id.id}]', messages)
