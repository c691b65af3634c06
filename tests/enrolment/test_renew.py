"""Renewed by nobody: ordered in time, tried, put in place, the old one revoked."""

from datetime import timedelta

from odoo import fields

from .case import EnrolmentCase

A_DAY = 24 * 3600


class RenewCase(EnrolmentCase):
    def ends_in(self, days):
        """Move the local KSeF's clock until certificates made now end in ``days``, less
        an hour, and let Odoo log in anew, as it does every week."""
        self.sandbox.clock((730 - days) * A_DAY + 3600)
        connection = self.company._l10n_pl_ksef_connection()
        connection._order_authorisation()
        self.settle(connection)
        self.sandbox.control("DELETE", "/calls")

    def both(self):
        """Connect with certificates of both types."""
        self.connect()
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        return self.current("authentication"), self.current("offline")


class TestRenewal(RenewCase):
    def test_sixty_days_before_the_end_both_are_replaced_with_no_failed_call(self):
        old = self.both()
        self.ends_in(60)
        self.let_cron_work(rounds=3)
        self.assertEqual(self.failed_calls(), [])
        new = self.current("authentication"), self.current("offline")
        self.assertFalse(set(new) & set(old))
        self.assertEqual([one._works() for one in new], [True, True])
        self.assertEqual(self.orders().mapped("purpose"), ["renewal", "renewal"])
        # The old ones are valid for a week more.
        self.assertEqual(len(self.in_ksef()), 4)

    def test_a_day_earlier_nothing_is_ordered(self):
        self.both()
        self.ends_in(62)
        self.let_cron_work(rounds=2)
        self.assertFalse(self.orders())

    def test_the_days_are_a_setting(self):
        self.both()
        self.company.l10n_pl_ksef_renew_days = 90
        self.ends_in(80)
        self.let_cron_work(rounds=3)
        self.assertEqual(len(self.orders()), 2)

    def test_it_is_ordered_once(self):
        self.both()
        self.ends_in(50)
        self.let_cron_work(rounds=6)
        self.assertEqual(len(self.orders()), 2)
        self.assertEqual(len(self.in_ksef()), 4)

    def renewed(self):
        old = self.both()
        self.ends_in(60)
        self.let_cron_work(rounds=3)
        return old

    def a_week_passes(self):
        for order in self.orders():
            order.revoke_at -= timedelta(days=7)
        self.let_cron_work(rounds=2)

    def test_the_old_ones_are_revoked_when_the_new_ones_worked_for_a_week(self):
        old = self.renewed()
        self.let_cron_work(rounds=2)
        self.assertEqual([one.state for one in old], ["valid", "valid"])
        self.a_week_passes()
        self.assertEqual([one.state for one in old], ["revoked", "revoked"])
        revoked = self.in_ksef("Revoked")
        self.assertEqual(set(revoked), {one.serial for one in old})

    def test_while_the_new_one_does_not_work_the_old_one_is_not_revoked(self):
        old = self.renewed()
        new = self.current("offline")
        new.state = "revoked"
        self.a_week_passes()
        self.assertEqual(old[1].state, "valid")

    def test_an_offline_code_on_paper_keeps_its_certificate_until_it_is_in_ksef(self):
        self.both()
        old = self.current("offline")
        invoice = self.invoice(invoice_date=fields.Date.today())
        action = invoice.action_l10n_pl_ksef_issue_offline()
        self.env[action["res_model"]].browse(action["res_id"]).action_issue()
        self.ends_in(60)
        self.let_cron_work(rounds=3)
        self.assertNotEqual(self.current("offline"), old)
        self.a_week_passes()
        self.assertEqual(old.state, "valid")
        document = invoice.l10n_pl_ksef_document_ids[:1]
        self.assertEqual(self.verify(document.certificate_link), "verified")

    def test_after_a_refusal_it_is_asked_for_again_the_next_day(self):
        self.connect()
        self.ends_in(60)
        self.sandbox.fault(
            method="POST",
            path="/certificates/enrollments$",
            action="status",
            status=400,
            code=25006,
        )
        self.let_cron_work(rounds=1)
        self.enrolments._cron_enrol()
        self.assertEqual(self.orders().mapped("state"), ["failed"])
        self.orders().retry_at -= timedelta(days=1)
        self.enrolments._cron_enrol()
        self.assertEqual(self.orders().mapped("state"), ["failed", "done"])

    def test_the_old_certificate_is_not_told_to_expire_when_the_next_is_there(self):
        self.renewed()
        self.env["l10n_pl_ksef.notification"]._cron_watch()
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        told = [("type", "=", "certificate_expires")]
        self.assertFalse(notices.search(told))


class TestEndedEarly(RenewCase):
    """`PUT /testdata/certificates/{serial}`: KSeF lets a certificate end early."""

    def end_early(self, certificate):
        """End it at once; KSeF has no other way than its own call for that."""
        connection = self.company._l10n_pl_ksef_connection()
        end = fields.Datetime.now() - timedelta(minutes=1)
        connection._call(
            lambda client: client._call(
                "PUT",
                f"/testdata/certificates/{certificate.serial}",
                payload={"validTo": f"{end.isoformat()}+00:00"},
            )
        )
        # A minute passes.
        self.certificates().checked_at = "2026-01-01 00:00:00"

    def test_what_people_see_is_told_within_a_minute(self):
        connection = self.connect()
        certificate = connection.certificate_id
        self.end_early(certificate)
        self.env["l10n_pl_ksef.certificate"]._check_in_ksef()
        self.assertEqual(certificate.status, "expired")
        self.assertTrue(certificate.status_message)
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        told = notices.search([("type", "=", "certificate_expires")])
        self.assertEqual(told.res_id, certificate.id)
        cron = self.env.ref("l10n_pl_ksef.ir_cron_enrol")
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "minutes"))

    def test_the_open_login_orders_the_next_one_at_once(self):
        connection = self.connect()
        self.end_early(connection.certificate_id)
        self.let_cron_work(rounds=3)
        self.assertEqual(self.orders().mapped("state"), ["done"])
        self.assertTrue(self.current("authentication")._works())

    def test_what_waits_goes_on_when_the_next_one_is_there(self):
        connection = self.connect()
        self.end_early(connection.certificate_id)
        self.sandbox.control("POST", "/auth-sessions/revoke", {"nip": self.nip})
        connection.access_valid_until = "2026-01-01 00:00:00"
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        for _round in range(3):
            connection.write({"retry_at": False, "next_call_at": False})
            connections._cron_authorise()
        self.assertEqual(connection.state, "failed")
        invoice = self.invoice()
        self.env["l10n_pl_ksef.document"]._queue(invoice)
        self.process(connection)
        self.assertEqual(invoice.l10n_pl_ksef_state, "queued")
        self.sign_once()
        self.assertEqual(self.orders().mapped("state"), ["done", "done"])
        self.process(self.company._l10n_pl_ksef_connection())
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
