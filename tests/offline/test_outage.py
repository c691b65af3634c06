"""What KSeF announces of its troubles, and what that means for offline invoices."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import Form

from ...models.connection import call as connection_call
from ..common import KsefCase


class TestOutage(KsefCase):
    def setUp(self):
        super().setUp()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(connection_call.TEST_STATUS_URL, self.sandbox.latarnia_url)
        self.connection = self.connect()
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        self.outages = self.env["l10n_pl_ksef.outage"]

    def ask(self, **announced):
        """KSeF announces something; return what is known of its troubles then."""
        self.sandbox.control("POST", "/latarnia", announced)
        self.outages._cron_ask()
        return self.outages.search([], order="start")

    def test_a_failure_lasts_until_its_end_is_announced(self):
        outage = self.ask(status="FAILURE")
        self.assertEqual((outage.category, outage.end), ("failure", False))
        self.assertEqual(self.outages._ongoing("test", self.company), outage)
        self.assertEqual(self.ask(status="AVAILABLE"), outage)
        self.assertTrue(outage.end)
        self.assertFalse(self.outages._ongoing("test", self.company))

    def test_an_unavailability_to_come_is_known_and_not_there_yet(self):
        start = fields.Datetime.now() + timedelta(hours=5)
        outage = self.ask(
            status="MAINTENANCE",
            start=f"{start.isoformat()}Z",
            end=f"{(start + timedelta(hours=2)).isoformat()}Z",
        )
        self.assertEqual(outage.category, "maintenance")
        self.assertFalse(self.outages._ongoing("test", self.company))

    def test_of_two_troubles_the_more_serious_counts(self):
        self.ask(status="MAINTENANCE")
        self.ask(status="TOTAL_FAILURE")
        self.assertEqual(
            self.outages._ongoing("test", self.company).category, "total_failure"
        )

    def test_a_silent_service_changes_nothing(self):
        self.ask(status="FAILURE")
        self.sandbox.fault(path="/latarnia/.*", action="status", status=502, times=0)
        self.assertEqual(len(self.ask(status="AVAILABLE")), 1)
        self.assertTrue(self.outages._ongoing("test", self.company))

    def test_an_administrator_enters_what_stands_in_bip(self):
        manager = self.new_user("manager", "account_manager")
        with Form(self.outages.with_user(manager)) as form:
            form.category = "failure"
            form.environment = "test"
            form.title = "Komunikat w BIP"
        self.assertEqual(
            self.outages._ongoing("test", self.company).title, "Komunikat w BIP"
        )

    def test_the_invoice_shows_it(self):
        move = self.invoice()
        self.assertFalse(move.l10n_pl_ksef_outage_text)
        self.ask(status="FAILURE")
        move.invalidate_recordset()
        self.assertIn("Stan KSeF: FAILURE", move.l10n_pl_ksef_outage_text)

    def test_the_settings_show_it(self):
        self.ask(status="FAILURE")
        settings = self.env["l10n_pl_ksef.settings"].new({"company_id": self.company})
        self.assertIn("Stan KSeF: FAILURE", settings.l10n_pl_ksef_outage_text)

    # --- deadlines -----------------------------------------------------------

    def offline(self):
        """Issue an invoice of Friday, 6 November 2026; return it."""
        move = self.invoice(invoice_date="2026-11-06")
        move._l10n_pl_ksef_issue_offline()
        return move

    def trouble(self, category, start, end=False, **values):
        return self.outages.create(
            {
                "environment": "test",
                "category": category,
                "title": category,
                "start": start,
                "end": end,
                **values,
            }
        )

    @freeze_time("2026-11-06 10:00:00")
    def test_without_a_trouble_it_is_the_next_working_day(self):
        self.assertEqual(self.offline().l10n_pl_ksef_deadline, date(2026, 11, 9))

    @freeze_time("2026-11-06 10:00:00")
    def test_of_an_unavailability_it_is_the_working_day_after_its_end(self):
        outage = self.trouble("maintenance", "2026-11-06 08:00:00")
        move = self.offline()
        self.assertFalse(move.l10n_pl_ksef_deadline)
        self.assertTrue(move.l10n_pl_ksef_is_offline)
        outage.end = "2026-11-09 23:30:00"
        # Tuesday in Warsaw; Wednesday, 11 November, is a holiday.
        self.assertEqual(move.l10n_pl_ksef_deadline, date(2026, 11, 12))

    @freeze_time("2026-11-06 10:00:00")
    def test_of_a_failure_it_is_seven_working_days_after_its_end(self):
        outage = self.trouble("failure", "2026-11-06 08:00:00")
        move = self.offline()
        outage.end = datetime(2026, 11, 6, 15)
        self.assertEqual(move.l10n_pl_ksef_deadline, date(2026, 11, 18))

    def test_a_failure_announced_while_it_waits_moves_the_deadline(self):
        with freeze_time("2026-11-06 10:00:00"):
            move = self.offline()
        with freeze_time("2026-11-09 10:00:00"):
            outage = self.trouble("failure", "2026-11-09 09:00:00")
            self.assertFalse(move.l10n_pl_ksef_deadline)
            outage.end = "2026-11-10 09:00:00"
        self.assertEqual(move.l10n_pl_ksef_deadline, date(2026, 11, 20))
        with freeze_time("2026-11-16 10:00:00"):
            self.trouble("failure", "2026-11-16 09:00:00", "2026-11-16 10:00:00")
        self.assertEqual(move.l10n_pl_ksef_deadline, date(2026, 11, 25))

    def test_a_failure_that_was_over_before_or_came_too_late_moves_nothing(self):
        self.trouble("failure", "2026-11-02 09:00:00", "2026-11-02 12:00:00")
        with freeze_time("2026-11-06 10:00:00"):
            move = self.offline()
        with freeze_time("2026-11-12 10:00:00"):
            self.trouble("failure", "2026-11-12 09:00:00")
        self.trouble("failure", "2026-11-08 09:00:00", environment="demo")
        self.assertEqual(move.l10n_pl_ksef_deadline, date(2026, 11, 9))

    def test_an_unavailability_announced_while_it_waits_moves_nothing(self):
        with freeze_time("2026-11-06 10:00:00"):
            move = self.offline()
        self.trouble("maintenance", "2026-11-07 09:00:00")
        self.assertEqual(move.l10n_pl_ksef_deadline, date(2026, 11, 9))

    def test_a_total_failure_ends_the_duty_to_send(self):
        with freeze_time("2026-11-06 10:00:00"):
            move = self.offline()
        self.trouble("total_failure", "2026-11-07 09:00:00")
        self.assertFalse(move.l10n_pl_ksef_deadline)
        self.assertIn("need not be in KSeF", move.l10n_pl_ksef_offline_text)

    @freeze_time("2026-11-06 10:00:00")
    def test_during_a_total_failure_invoices_are_issued_outside(self):
        self.trouble("total_failure", "2026-11-06 08:00:00")
        move = self.offline()
        self.assertEqual(move.l10n_pl_ksef_state, "outside")
        self.process(self.connection)
        self.assertEqual(move.l10n_pl_ksef_state, "outside")
        self.assertFalse(move.l10n_pl_ksef_can_send)
        self.assertFalse(move._l10n_pl_ksef_qr_link())
        self.assertFalse(self.sandbox.ledger(self.nip))
