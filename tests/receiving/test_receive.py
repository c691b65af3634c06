from datetime import datetime

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...models.receiving.step import LONGEST_WINDOW
from ..common import make_nip
from .case import ReceivingCase

EXPORT = "l10n_pl_ksef.export"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReceive(ReceivingCase):
    """What is in KSeF is in the inbox, once."""

    def fetch_row(self, role="Subject2"):
        return self.fetches.search(
            [("company_id", "=", self.company.id), ("role", "=", role)]
        )

    def test_few_are_listed_and_downloaded_one_by_one(self):
        self.issue_many(3)
        bills = self.receive(self.connection)
        self.assertInboxIsLedger(bills)
        self.assertEqual(set(bills.mapped("state")), {"imported"})
        self.assertEqual(self.calls("invoiceExport"), 0)
        self.assertEqual(self.calls("invoiceDownload"), 3)

    def test_many_come_in_a_package(self):
        self.issue_many(12)
        bills = self.receive(self.connection)
        self.assertInboxIsLedger(bills)
        self.assertEqual(set(bills.mapped("state")), {"imported"})
        self.assertEqual(self.calls("invoiceExport"), 1)
        self.assertEqual(self.calls("invoiceDownload"), 0)
        export = self.env[EXPORT].sudo().search([])
        self.assertRecordValues(export, [{"state": "done", "invoice_count": 12}])
        self.assertFalse(export.key_sealed)
        self.assertFalse(export._folder().exists())

    def test_truncated_packages_go_on_where_they_ended(self):
        self.sandbox.knobs(export_cap=7, query_cap=7)
        self.issue_many(30)
        self.sandbox.clock(5)
        bills = self.receive(self.connection, rounds=20)
        self.assertInboxIsLedger(bills)

    def test_several_parts_make_one_package(self):
        self.sandbox.knobs(export_part_bytes=2000)
        self.issue_many(12)
        self.assertInboxIsLedger(self.receive(self.connection))
        self.assertGreater(self.env[EXPORT].sudo().search([]).part_count, 3)

    def test_a_part_with_a_wrong_hash_is_fetched_again(self):
        self.sandbox.knobs(export_part_bytes=2000)
        self.sandbox.fault(
            method="GET", path="/storage/.*export-parts/2", action="corrupt"
        )
        self.issue_many(12)
        self.assertInboxIsLedger(self.receive(self.connection))
        self.assertEqual(len(self.env[EXPORT].sudo().search([])), 1)

    def test_a_package_that_stays_bad_is_ordered_again(self):
        self.sandbox.fault(
            method="GET", path="/storage/.*export-parts/1", action="corrupt", times=6
        )
        self.issue_many(12)
        self.assertInboxIsLedger(self.receive(self.connection, rounds=12))
        states = self.env[EXPORT].sudo().search([], order="id").mapped("state")
        self.assertEqual(states, ["failed", "done"])

    def test_an_expired_package_is_ordered_again(self):
        for state in ("210", "410"):
            with self.subTest(state):
                self.sandbox.knobs(export_state=state)
                self.issue_many(12, first=1 if state == "210" else 100)
                self.receive(self.connection, rounds=3)
                row = self.fetch_row()
                self.assertGreater(row.fail_count, 0)
                self.sandbox.knobs(export_state="")
                self.assertInboxIsLedger(self.receive(self.connection))
                self.assertFalse(self.fetch_row().fail_count)

    def test_a_lost_answer_to_the_order_costs_another_order(self):
        self.sandbox.fault(method="POST", path="/invoices/exports", action="drop_after")
        self.issue_many(12)
        self.assertInboxIsLedger(self.receive(self.connection))
        states = self.env[EXPORT].sudo().search([], order="id").mapped("state")
        self.assertEqual(states, ["failed", "done"])

    def test_while_the_mark_stands_still_nothing_is_skipped(self):
        self.receive(self.connection)
        before = self.fetch_row().position
        self.sandbox.knobs(hwm_frozen=before)
        self.sandbox.clock(60)
        self.issue_many(2)
        self.assertFalse(self.receive(self.connection))
        self.assertEqual(self.fetch_row().position, before)
        self.sandbox.knobs(hwm_frozen="2026-01-01T00:00:00+00:00")
        self.assertFalse(self.receive(self.connection))
        self.assertEqual(self.fetch_row().position, before)
        self.sandbox.knobs(hwm_frozen="")
        self.sandbox.clock(120)
        self.assertInboxIsLedger(self.receive(self.connection))

    def test_one_that_shows_late_is_not_missed(self):
        self.issue_many(4, spread_seconds=50, late_share=0.5, late_seconds=100)
        for offset in range(0, 200, 20):
            self.sandbox.clock(offset)
            bills = self.receive(self.connection)
        self.assertInboxIsLedger(bills)

    def test_the_same_invoice_in_two_windows_and_two_roles_is_one_row(self):
        self.company.l10n_pl_ksef_fetch_third = True
        number = self.sandbox.issue(self.document("FV/1", third=self.nip))
        bill = self.receive(self.connection)
        self.sandbox.clock(60)
        self.sandbox.control("POST", f"/invoices/{number}/again")
        self.sandbox.clock(120)
        self.assertEqual(self.receive(self.connection), bill)
        self.assertEqual((bill.role, bill.roles), ("Subject2", "Subject2,Subject3"))
        self.assertEqual(len(bill.move_id), 1)

    def test_the_checkpoint_survives_a_new_connection(self):
        self.issue_many(1)
        self.receive(self.connection)
        before = self.fetch_row().position
        self.sandbox.clock(60)
        connection = self.connect()
        self.assertNotEqual(connection, self.connection)
        self.receive(connection)
        self.assertGreater(self.fetch_row().position, before)

    def test_third_parties_wait_in_the_inbox(self):
        self.company.l10n_pl_ksef_fetch_third = True
        self.sandbox.issue(
            self.document("FV/1", buyer=make_nip("else"), third=self.nip)
        )
        bill = self.receive(self.connection)
        self.assertRecordValues(bill, [{"state": "new", "role": "Subject3"}])
        bill.action_make_bill()
        self.assertEqual(bill.state, "imported")

    def test_inbox_only(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.issue_many(2)
        bills = self.receive(self.connection)
        self.assertEqual(bills.mapped("state"), ["new", "new"])
        bills[0].action_ignore()
        bills[1].action_make_bill()
        self.assertEqual(bills.mapped("state"), ["ignored", "imported"])
        bills[0].action_restore()
        self.assertEqual(bills[0].state, "new")

    def test_intervals_under_a_quarter_are_refused(self):
        with self.assertRaises(ValidationError):
            self.company.l10n_pl_ksef_fetch_interval = 14

    def test_a_rate_limit_puts_off_and_loses_nothing(self):
        self.sandbox.fault(
            method="POST", path="query/metadata", action="rate_limit", retry_after=900
        )
        self.issue_many(2)
        fetches = self.fetches
        fetches._follow(self.connection)
        fetches._work()
        row = self.fetch_row()
        self.assertEqual(row.due_at, self.connection.next_call_at)
        self.assertInboxIsLedger(self.receive(self.connection))

    def test_too_many_packages_at_once_only_put_off(self):
        for _order in range(10):
            key, encryption = self.connection._new_encryption()
            self.fetches._follow(self.connection)
            query = self.fetch_row()._query()
            self.connection._call(lambda c, q=query, e=encryption: c.start_export(q, e))
        self.issue_many(12)
        self.fetches._work()
        self.assertEqual(self.fetch_row().state, "waiting")
        self.assertTrue(self.fetch_row().status_message)
        self.sandbox.knobs(polls_before_ready=0)
        self.assertInboxIsLedger(self.receive(self.connection))

    def test_a_period_is_fetched_in_windows_and_ends(self):
        self.issue_many(12)
        fetch = self.fetches.create(
            {
                **self.fetches._follow_values(self.connection, "Subject2"),
                "kind": "period",
                "position": "2026-01-01T00:00:00+00:00",
                "date_from": "2026-01-01",
                "date_to": "2027-01-01",
            }
        )
        self.company.l10n_pl_ksef_fetch_automatically = False
        bills = self.receive(self.connection, rounds=20)
        self.assertEqual(fetch.state, "done")
        self.assertInboxIsLedger(bills)
        self.assertEqual((fetch.new_count, fetch.file_count), (12, 12))

    def test_years_without_fetching_are_caught_up_in_windows(self):
        self.fetches._follow(self.connection)
        row = self.fetch_row()
        row.position = "2025-01-01T00:00:00+00:00"
        self.issue_many(1)
        self.assertInboxIsLedger(self.receive(self.connection))
        self.assertGreater(row.position, "2026")
        windows = (fields.Datetime.now() - datetime(2025, 1, 1)) // LONGEST_WINDOW
        self.assertGreaterEqual(self.calls("invoiceMetadata"), windows)

    def test_a_bill_of_another_buyer_is_never_booked(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.issue_many(1)
        bill = self.receive(self.connection)
        bill.sudo().buyer_nip = make_nip("else")
        bill.action_make_bill()
        self.assertEqual(bill.state, "error")
        self.assertIn(make_nip("else"), bill.status_message)

    def test_a_package_whose_key_is_lost_is_ordered_again(self):
        self.issue_many(12)
        self.receive(self.connection, rounds=1)
        export = self.env[EXPORT].sudo().search([])
        self.assertEqual(export.state, "ordered")
        export.key_sealed = "v1:another:AAAA"
        self.assertInboxIsLedger(self.receive(self.connection, rounds=20))

    def test_old_packages_are_forgotten_checkpoints_are_not(self):
        self.issue_many(12)
        self.receive(self.connection)
        exports = self.env[EXPORT].sudo()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE l10n_pl_ksef_export SET write_date = '2026-01-01';"
            "UPDATE l10n_pl_ksef_fetch SET write_date = '2026-01-01'"
        )
        self.env.invalidate_all()
        exports._forget_old()
        self.assertFalse(exports.search([]))
        self.assertTrue(self.fetch_row())
