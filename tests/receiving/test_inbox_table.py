from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...ksef_api import fa3
from ...models.receiving.command import MAKE_NOW
from ..common import BrowserCase
from .case import ReceivingCase


class InboxCase(ReceivingCase):
    def setUp(self):
        super().setUp()
        self.company.l10n_pl_ksef_make_bills = False
        self.clerk = self.new_user("clerk", password="clerk")

    def received(self, number, **body):
        """Return the row of one invoice, as a billing user has it."""
        ksef_number = self.sandbox.issue(self.document(number, **body))
        bills = self.receive(self.connection)
        return self.seen(bills.filtered(lambda b: b.ksef_number == ksef_number))

    def seen(self, bills):
        return bills.with_user(self.clerk).with_context(
            allowed_company_ids=self.company.ids
        )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxTable(InboxCase):
    """The inbox as the work table of a billing user."""

    def test_when_it_is_due_is_known_without_a_bill(self):
        days = [fa3.Due(on=date(2026, 12, 1)), fa3.Due(on=date(2026, 11, 16))]
        bill = self.received("FV/1", payment=fa3.Payment(due=days))
        self.assertEqual(bill.due_date, date(2026, 11, 16))

    def test_one_that_says_no_day_has_none(self):
        self.assertFalse(self.received("FV/1").due_date)

    def test_a_made_bill_is_not_a_posted_one(self):
        bill = self.received("FV/1")
        bill.action_make_bill()
        self.assertEqual(bill.progress, "draft")
        bill.move_id.action_post()
        self.assertEqual(bill.progress, "posted")
        bill.move_id.button_draft()
        self.assertEqual(bill.progress, "draft")
        bill.move_id.button_cancel()
        self.assertEqual(bill.progress, "cancelled")

    def test_while_work_goes_on_nothing_is_called_interrupted(self):
        row = self.received("FV/1").sudo()
        row._begin()
        self.assertRecordValues(row, [{"progress": "making", "status_message": False}])

    def test_an_attempt_that_ended_without_a_word_is_called_interrupted(self):
        row = self.received("FV/1").sudo()
        row._begin()
        row._begin()
        self.assertIn("interrupted", row.status_message)
        row._make()
        self.assertRecordValues(row, [{"progress": "draft", "status_message": False}])

    def test_making_tells_with_a_link_what_was_made(self):
        bill = self.received("FV/1")
        notice = bill.action_make_bill()["params"]
        (link,) = notice["links"]
        self.assertEqual(link["url"], f"/odoo/account.move/{bill.move_id.id}")
        self.assertEqual(notice["message"].count("%s"), 1)
        self.assertFalse(notice["sticky"])

    def test_what_could_not_be_made_is_told_with_its_reason(self):
        good = self.received("FV/1")
        self.issue_strange(b"<Faktura/>")
        bad = self.seen(self.receive(self.connection)) - good
        notice = (good | bad).action_make_bill()["params"]
        self.assertEqual(len(notice["links"]), notice["message"].count("%s"))
        self.assertIn(bad.status_message, notice["message"])
        self.assertEqual((notice["type"], notice["sticky"]), ("warning", True))

    def test_a_reason_with_percents_does_not_spoil_the_links(self):
        bill = self.received("FV/1")
        bill.sudo().status_message = "23%s of it"
        message = bill._made_notice(post=False)["params"]["message"]
        self.assertIn("23%%s of it", message)
        self.assertEqual(message.replace("%%", "").count("%s"), 1)

    def test_make_and_post_posts_with_the_rights_of_who_asks(self):
        bill = self.received("FV/1")
        bill.action_make_and_post()
        self.assertEqual(bill.progress, "posted")
        self.assertEqual(bill.move_id.write_uid, self.clerk)

    def test_one_that_somebody_has_to_look_at_stays_a_draft(self):
        # The total of the document is not that of its lines.
        bill = self.received("FV/1", total=fa3.to_grosz(247))
        notice = bill.action_make_and_post()["params"]
        self.assertEqual(bill.progress, "draft")
        self.assertEqual(notice["type"], "warning")

    def test_many_are_made_and_posted_in_the_background(self):
        self.issue_many(MAKE_NOW + 1)
        bills = self.seen(self.receive(self.connection))
        self.assertEqual(bills.action_make_and_post()["params"]["type"], "info")
        self.assertEqual(set(bills.mapped("progress")), {"making"})
        self.bills._cron_make_bills()
        self.assertEqual(set(bills.mapped("progress")), {"posted"})

    def test_nothing_is_posted_for_who_has_left_meanwhile(self):
        self.issue_many(MAKE_NOW + 1)
        bills = self.seen(self.receive(self.connection))
        bills.action_make_and_post()
        self.clerk.sudo().active = False
        self.bills._cron_make_bills()
        self.assertEqual(set(bills.sudo().mapped("progress")), {"draft"})

    def test_ignoring_tells_what_and_making_again_is_one_press(self):
        bill = self.received("FV/1")
        notice = bill.action_ignore()["params"]
        self.assertEqual(notice["links"][0]["url"], f"/odoo/ksef-received/{bill.id}")
        self.assertEqual(bill.progress, "ignored")
        bill.action_restore()
        self.assertEqual(bill.progress, "new")

    def test_without_a_bill_there_is_none_to_open(self):
        with self.assertRaises(UserError):
            self.received("FV/1").action_open_bill()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxPane(InboxCase, BrowserCase):
    def page(self, bill, login):
        self.authenticate(login, login)
        return self.url_open(f"/l10n_pl_ksef/received/{bill.id}")

    def test_the_picture_beside_the_list_needs_no_call_and_runs_nothing(self):
        bill = self.received("FV/<b>1</b>")
        calls = self.sandbox.control("GET", "/calls")["total"]
        page = self.page(bill, "clerk")
        self.assertIn("FV/&lt;b&gt;1&lt;/b&gt;", page.text)
        self.assertIn("sandbox", page.headers["Content-Security-Policy"])
        self.assertEqual(self.sandbox.control("GET", "/calls")["total"], calls)

    def test_another_companys_is_refused(self):
        bill = self.received("FV/1")
        other = self.env["res.company"].create({"name": "Obca"})
        stranger = self.new_user("stranger", password="stranger")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        with mute_logger("odoo.http"):  # Odoo warns of every refusal
            self.assertNotIn("FV/1", self.page(bill, "stranger").text)

    def test_the_table_at_work(self):
        self.clerk.lang = "pl_PL"
        self.issue_many(3)
        bills = self.seen(self.receive(self.connection))
        url = "/odoo/ksef-received"
        self.start_tour(url, "l10n_pl_ksef_inbox", login="clerk")
        self.assertEqual(
            sorted(bills.mapped("progress")), ["draft", "ignored", "posted"]
        )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxOnAPhone(InboxCase, BrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_cards_on_a_phone(self):
        self.clerk.lang = "pl_PL"
        bill = self.received("FV/1")
        self.start_tour(
            "/odoo/ksef-received", "l10n_pl_ksef_inbox_phone", login="clerk"
        )
        self.assertEqual(bill.progress, "draft")
