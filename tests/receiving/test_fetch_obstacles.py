"""No fault at any step of a fetch is the end of it."""

from datetime import datetime
from unittest.mock import patch

import psycopg2

from odoo.tools import mute_logger

from ...ksef_api import errors
from ...ksef_api.client import KsefClient
from ...models.connection.verdict_final import FINAL_CODES
from ...models.receiving import export as receiving_export
from ..sending.test_nothing_final import FAULTS, TYPED
from .case import ReceivingCase

QUIET = mute_logger(
    "odoo.addons.l10n_pl_ksef.models.receiving.step",
    "odoo.addons.l10n_pl_ksef.models.receiving.make",
    "odoo.addons.l10n_pl_ksef.models.concurrency",
)
# Steps of a fetch, each with where it is done; few are downloaded, many come packed.
FEW = {
    "list": (KsefClient, "query_invoices"),
    "file": (KsefClient, "download_invoice"),
}
MANY = {
    "list": (KsefClient, "query_invoices"),
    "order": (KsefClient, "start_export"),
    "status": (KsefClient, "export_status"),
    "download": (receiving_export, "download_package"),
    "metadata": (receiving_export, "read_metadata"),
    "files": (receiving_export, "read_package"),
}


class TestFetchObstacles(ReceivingCase):
    def walk(self, steps, count):
        self.company.l10n_pl_ksef_make_bills = False
        self.sandbox.knobs(polls_before_ready=0)
        self.issue_many(count)
        for step, (target, name) in steps.items():
            for kind, make in {**TYPED, **FAULTS}.items():
                with self.subTest(step=step, error=kind.__name__):
                    self.meet(target, name, make())

    def meet(self, target, name, error):
        """Fetch a period while ``error`` happens at a step, then without it."""
        self.bills.search([("company_id", "=", self.company.id)]).unlink()
        fetch = self.fetches._ask_period(
            self.connection,
            ["Subject2"],
            self.env.user,
            "PermanentStorage",
            datetime(2026, 11, 1),
            datetime(2027, 1, 1),
        )
        with patch.object(target, name, side_effect=error):
            self.steps(fetch, 4)
        self.assertIn(fetch.state, ("waiting", "ordered", "done"))
        self.steps(fetch, 8)
        self.assertEqual(fetch.state, "done", fetch.status_message)
        bills = self.bills.search([("company_id", "=", self.company.id)])
        bills.retry_at = False
        fetch._download_few(self.connection)
        self.assertInboxIsLedger(bills)
        self.assertTrue(all(bills.mapped("has_file")))

    def steps(self, fetch, count):
        for _step in range(count):
            self.connection.next_call_at = False
            if fetch.due_at:
                fetch._step()

    def test_who_asks_while_a_fetch_is_running_makes_no_pause_of_it(self):
        self.issue_many(1)
        fetches = self.fetches._ask(self.connection, ["Subject2"], self.env.user)
        due = fetches.due_at
        conflict = psycopg2.errors.SerializationFailure
        with patch.object(type(fetches), "_go_on", side_effect=conflict):
            self.assertFalse(fetches._step())
        self.assertEqual((fetches.due_at, fetches.fail_count), (due, 0))
        self.assertFalse(fetches.status_message)
        self.steps(fetches, 4)
        self.assertEqual(
            self.bills.search_count([("company_id", "=", self.company.id)]), 1
        )

    @QUIET
    def test_no_error_ends_the_fetching_of_a_few(self):
        self.walk(FEW, 2)

    @QUIET
    def test_no_error_ends_the_fetching_of_a_package(self):
        self.walk(MANY, 7)

    def test_a_code_ends_a_period_when_the_table_says_so(self):
        for code in (*sorted(FINAL_CODES["fetch"]), 21001, 29999):
            with self.subTest(code=code):
                fetch = self.fetches._ask_period(
                    self.connection,
                    ["Subject2"],
                    self.env.user,
                    "PermanentStorage",
                    datetime(2026, 11, 1),
                    datetime(2027, 1, 1),
                )
                error = errors.InvalidRequest(codes=[code])
                with patch.object(KsefClient, "query_invoices", side_effect=error):
                    fetch._step()
                is_final = fetch.state == "failed"
                self.assertEqual(is_final, code in FINAL_CODES["fetch"])

    @QUIET
    def test_what_does_not_pass_soon_is_told_once(self):
        fetch = self.fetches._follow(self.connection)
        full = OSError(28, "No space left on device")
        with patch.object(KsefClient, "query_invoices", side_effect=full):
            self.steps(fetch, 6)
        notices = self.env["l10n_pl_ksef.notice"].search([("type", "=", "held_up")])
        self.assertEqual(notices.mapped("res_id"), self.company.ids)
        self.assertIn("No space left", notices.details)

    @QUIET
    def test_a_file_that_the_file_store_lost_is_fetched_again(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.issue_many(1)
        bill = self.receive(self.connection)
        file = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", bill._name),
                    ("res_field", "=", "xml_file"),
                    ("res_id", "=", bill.id),
                ]
            )
        )
        file.raw = b""
        self.env.invalidate_all()
        bill.action_make_bill()
        self.assertEqual((bill.state, bill.has_file), ("new", False))
        bill = self.receive(self.connection)
        self.assertEqual(bill.state, "imported", bill.status_message)
