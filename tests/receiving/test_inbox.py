from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import make_nip
from .case import ReceivingCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInbox(ReceivingCase):
    """What people do with what was received."""

    def by_hand(self, ref, price=200, **values):
        """Return a vendor bill that somebody entered without KSeF."""
        tax = self.env.ref(f"account.{self.company.id}_vz_kraj_23")
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.supplier.id,
                "ref": ref,
                "invoice_date": "2026-11-02",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Papier",
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
                **values,
            }
        )

    def test_a_bill_entered_by_hand_is_proposed_and_linked_not_doubled(self):
        entered = self.by_hand("fv / 7")
        self.sandbox.issue(self.document("FV/7"))
        bill = self.receive(self.connection)
        self.assertRecordValues(
            bill, [{"state": "proposed", "proposed_move_id": entered.id}]
        )
        bill.action_link()
        self.assertRecordValues(bill, [{"state": "imported", "move_id": entered.id}])
        self.assertEqual(entered.l10n_pl_ksef_number, bill.ksef_number)
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", entered.id)]
        )
        self.assertIn(bill.xml_name, attachments.mapped("name"))

    def test_a_deleted_bill_is_ignored_says_who_deleted_it_and_can_be_restored(self):
        self.sandbox.issue(self.document("FV/7"))
        row = self.receive(self.connection)
        first = row.move_id
        first.unlink()
        self.assertRecordValues(row, [{"state": "ignored", "move_id": False}])
        self.assertIn(self.env.user.name, row.status_message)
        row.action_restore()
        row.action_make_bill()
        self.assertRecordValues(row, [{"state": "imported", "status_message": False}])
        self.assertTrue(row.move_id - first)

    def test_a_fetch_that_another_process_plans_at_once_is_asked_for_again(self):
        # sudo: rows that code alone makes
        fetches = self.env["l10n_pl_ksef.fetch"].sudo()
        values = fetches._follow_values(self.connection, "Subject2")
        known = [(name, "=", values[name]) for name in ("company_id", "role")]
        fetches.search(known).unlink()
        fetches._first(values)
        with mute_logger("odoo.sql_db"), self.assertRaises(ConcurrencyError):
            fetches._first(values)

    def test_another_amount_or_number_is_another_bill(self):
        self.by_hand("FV/7", price=201)
        self.by_hand("FV/8")
        self.sandbox.issue(self.document("FV/7"))
        self.assertEqual(self.receive(self.connection).state, "imported")

    def test_whoever_wants_a_second_bill_gets_it(self):
        self.by_hand("FV/7")
        self.sandbox.issue(self.document("FV/7"))
        bill = self.receive(self.connection)
        bill.action_make_bill()
        self.assertEqual(bill.state, "imported")
        with self.assertRaises(UserError):
            bill.action_link()

    def test_vendors_rule_of_posting_is_kept(self):
        self.supplier.autopost_bills = "always"
        self.sandbox.issue(self.document("FV/1"))
        bill = self.receive(self.connection)
        self.assertEqual(bill.move_id.state, "posted")
        self.supplier.autopost_bills = "never"
        self.sandbox.issue(self.document("FV/2"))
        bills = self.receive(self.connection)
        self.assertEqual((bills - bill).move_id.state, "draft")

    def test_the_chosen_journal_is_used(self):
        standard = self.company_data["default_journal_purchase"]
        journal = standard.copy({"default_account_id": standard.default_account_id.id})
        self.company.l10n_pl_ksef_purchase_journal_id = journal
        self.sandbox.issue(self.document("FV/1"))
        self.assertEqual(self.receive(self.connection).move_id.journal_id, journal)

    def test_books_that_refuse_a_bill_say_why(self):
        journal = self.company_data["default_journal_purchase"].copy()
        journal.default_account_id = False
        self.company.l10n_pl_ksef_purchase_journal_id = journal
        self.sandbox.issue(self.document("FV/1"))
        bill = self.receive(self.connection)
        self.assertEqual(bill.state, "error")
        self.assertIn("account_move_line", bill.status_message)

    def test_a_failed_one_is_tried_again_after_an_update_only(self):
        self.issue_strange(b"<Faktura/>")
        bill = self.receive(self.connection)
        self.assertEqual(bill.state, "error")
        attempts = bill.fail_count
        self.receive(self.connection)
        self.assertEqual(bill.fail_count, attempts)
        bill.sudo().failed_version = "19.0.0.0.1"
        self.receive(self.connection)
        self.assertEqual(bill.fail_count, attempts + 1)

    def test_the_dashboard_counts_what_waits(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.issue_many(12)
        self.receive(self.connection)
        journal = self.company._l10n_pl_ksef_bill_journal()
        data = journal._get_journal_dashboard_data_batched()
        self.assertEqual(data[journal.id]["l10n_pl_ksef_new_count"], 12)

    def test_many_bills_are_made_in_the_background(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.issue_many(12)
        bills = self.receive(self.connection)
        self.assertEqual(bills.action_make_bill()["tag"], "display_notification")
        self.assertEqual(set(bills.mapped("state")), {"new"})
        self.bills._cron_make_bills()
        self.assertEqual(set(bills.mapped("state")), {"imported"})

    def test_the_window_fetches_a_period_and_tells_its_asker(self):
        self.issue_many(2)
        window = self.env["l10n_pl_ksef.fetch.window"].create(
            {"what": "period", "date_from": "2026-01-01", "date_to": "2027-01-31"}
        )
        action = window.action_fetch()
        fetch = self.fetches.browse(action["res_id"])
        self.assertTrue(fetch.is_running)
        self.assertEqual(fetch.user_id, self.env.user)
        self.receive(self.connection)
        self.assertFalse(fetch.is_running)
        self.assertEqual((fetch.state, fetch.found_count), ("done", 2))
        self.assertTrue(fetch.is_answered)

    def test_the_window_proposes_the_month_that_poland_lives_in(self):
        with freeze_time("2026-11-30 23:30:00"):  # 1 December in Warsaw
            window = self.env["l10n_pl_ksef.fetch.window"].create({"what": "period"})
        december = date(2026, 12, 1)
        self.assertEqual((window.date_from, window.date_to), (december, december))

    def test_days_that_no_calendar_of_ksef_has_are_refused_with_a_sentence(self):
        for first, last in (("0001-01-01", "2026-01-31"), ("2026-01-01", "9999-12-31")):
            window = self.env["l10n_pl_ksef.fetch.window"].create(
                {"what": "period", "date_from": first, "date_to": last}
            )
            with self.subTest(first), self.assertRaisesRegex(UserError, "no invoices"):
                window.action_fetch()

    def test_fetching_now_plans_it_and_blocks_nobody(self):
        journal = self.company._l10n_pl_ksef_bill_journal()
        calls = self.sandbox.control("GET", "/calls")["total"]
        action = journal.action_l10n_pl_ksef_fetch()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(self.sandbox.control("GET", "/calls")["total"], calls)
        row = self.fetches.search([("company_id", "=", self.company.id)])
        self.assertEqual((row.user_id, row.is_answered), (self.env.user, False))
        self.receive(self.connection)
        self.assertTrue(row.is_answered)

    def test_auditors_look_and_touch_nothing(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.issue_many(1)
        bill = self.receive(self.connection)
        auditor = new_test_user(
            self.env,
            "auditor",
            "account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        seen = bill.with_user(auditor)
        self.assertEqual(seen.state, "new")
        for action in ("action_make_bill", "action_ignore", "action_link"):
            with self.assertRaises(UserError):
                getattr(seen, action)()
        with self.assertRaises(AccessError):
            seen.action_fetch()

    def test_own_sales_are_checked_both_ways(self):
        self.company.l10n_pl_ksef_fetch_seller = True
        elsewhere = self.sandbox.issue(
            self.document("X/1", seller=self.nip, buyer=make_nip("customer"))
        )
        ours, unsent = self.invoice(), self.invoice()
        ours._l10n_pl_ksef_send()
        self.process(self.connection)
        bills = self.receive(self.connection)
        self.assertEqual(set(bills.mapped("role")), {"Subject1"})
        by_number = {bill.ksef_number: bill for bill in bills}
        self.assertEqual(by_number[elsewhere].state, "new")
        mine = by_number[ours.l10n_pl_ksef_number]
        self.assertEqual((mine.state, mine.sale_move_id), ("imported", ours))
        self.env.flush_all()
        lines = self.env["l10n_pl_ksef.sales.check"].search(
            [("company_id", "=", self.company.id)]
        )
        found = {(line.place, line.number, line.date) for line in lines}
        day = date(2026, 11, 2)
        self.assertEqual(found, {("ksef", "X/1", day), ("odoo", unsent.name, day)})
        opened = {line.action_open()["res_model"] for line in lines}
        self.assertEqual(opened, {"account.move", "l10n_pl_ksef.bill"})

    def test_no_bill_is_ever_made_of_an_own_sale(self):
        self.company.l10n_pl_ksef_fetch_seller = True
        self.sandbox.issue(
            self.document("X/1", seller=self.nip, buyer=make_nip("else"))
        )
        bill = self.receive(self.connection)
        bill.action_make_bill()
        self.assertRecordValues(bill, [{"state": "new", "move_id": False}])
