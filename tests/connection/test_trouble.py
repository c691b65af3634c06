from contextlib import suppress
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields

from ...ksef_api.errors import KsefError
from ...models.connection.verdict import Verdict
from ...models.times import time_of_day
from ..common import KsefCase

LIMITS = {"method": "GET", "path": "/limits/context"}


class TestTrouble(KsefCase):
    """What a connection shows is true, and leaves when it is over."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.start = fields.Datetime.now()

    def call(self, seconds=0):
        """Ask KSeF for the limits, so many seconds after the test began."""
        with freeze_time(self.start + timedelta(seconds=seconds)):
            # assertRaises would roll back what was noted.
            with suppress(KsefError):
                self.connection._call(lambda client: client.context_limits())
            return self.connection.status_message

    def down(self):
        self.sandbox.fault(path=".*", action="status", status=503, times=0)

    def up(self):
        self.sandbox.control("DELETE", "/faults")

    def test_while_ksef_is_down_nobody_reads_of_limits(self):
        self.down()
        for seconds in (0, 5, 45, 60):
            told = self.call(seconds)
            self.assertIn("KSeF has not answered since", told)
            self.assertIn(time_of_day(self.env, self.start), told)
            self.assertNotIn("limit", told)
        self.assertEqual(self.connection.trouble, "down")

    def test_a_document_that_waits_meanwhile_says_the_same(self):
        self.down()
        invoice = self.invoice()
        invoice._l10n_pl_ksef_send()
        invoice._l10n_pl_ksef_send()
        document = invoice.sudo().l10n_pl_ksef_document_ids
        self.assertIn("KSeF has not answered since", document.waiting_reason)
        self.assertNotIn("limit", document.status_message or "")

    def test_the_first_success_ends_it(self):
        self.down()
        self.call()
        self.up()
        self.assertFalse(self.call(60))
        self.assertFalse(self.connection.trouble)

    def test_the_pause_is_as_long_as_it_has_been_down_within_limits(self):
        self.down()
        paused = []
        for seconds in (0, 40, 200, 4000):
            self.call(seconds)
            moment = self.start + timedelta(seconds=seconds)
            pause = self.connection.next_call_at - moment
            paused.append(round(pause.total_seconds()))
        self.assertEqual(paused, [30, 40, 200, 300])

    def test_a_limit_says_at_what_time_it_goes_on_and_leaves_by_itself(self):
        self.sandbox.fault(**LIMITS, action="rate_limit", retry_after=600)
        told = self.call()
        self.assertIn("limit of calls", told)
        self.assertIn(time_of_day(self.env, self.connection.next_call_at), told)
        self.assertNotIn("600", told)
        with freeze_time(self.start + timedelta(seconds=601)):
            self.connection.invalidate_recordset(["status_message"])
            self.assertFalse(self.connection.status_message)

    def test_an_answer_of_any_kind_shows_that_ksef_is_there(self):
        self.down()
        self.call()
        self.up()
        self.sandbox.fault(**LIMITS, action="status", status=400)
        self.assertFalse(self.call(60))

    def test_a_permission_that_one_call_lacks_is_over_when_that_call_succeeds(self):
        self.sandbox.fault(**LIMITS, action="status", status=403)
        self.call()
        self.assertEqual(self.connection.trouble, "permission")
        self.connection._call(lambda client: client.rate_limits())
        self.assertEqual(self.connection.trouble, "permission")
        self.assertFalse(self.call())

    def test_a_refused_certificate_is_told_as_one_and_since_when(self):
        connection = self.connection
        connection._refused(Verdict("refused", "Unieważniony.", 460))
        self.assertEqual(connection.trouble, "certificate")
        self.assertIn("Unieważniony.", connection.status_message)
        self.assertIn("Since", connection.status_message)
        connection.action_authorise()
        self.assertFalse(connection.trouble)

    def test_what_is_stored_is_in_a_language_that_is_installed(self):
        contact = self.company.partner_id
        for chosen, stored in (
            ("pl_PL", "pl_PL"),
            (False, "pl_PL"),
            ("en_US", "en_US"),
        ):
            contact.lang = chosen
            self.assertEqual(self.company._l10n_pl_ksef_lang(), stored)
