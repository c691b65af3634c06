from odoo.tests import tagged

from ..common import BrowserCase
from .case import ReceivingCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMorning(ReceivingCase, BrowserCase):
    """The accountant's morning, in a browser."""

    def setUp(self):
        super().setUp()
        self.company.l10n_pl_ksef_make_bills = False
        self.user = self.new_user("morning", "account_manager", lang="pl_PL")
        self.user.password = "morning"
        self.company.sudo().l10n_pl_ksef_welcomed_user_ids = self.user

    def walk(self, name):
        url = "/odoo/action-account.open_account_journal_dashboard_kanban"
        self.start_tour(url, f"l10n_pl_ksef_{name}", login="morning")

    def test_twelve_new_ones_are_looked_at_booked_and_posted(self):
        self.issue_many(12)
        bills = self.receive(self.connection)
        self.walk("morning")
        opened = bills.filtered(lambda bill: bill.invoice_number == "M/000012")
        self.authenticate("morning", "morning")
        action = opened.with_user(self.user).action_picture()
        self.assertEqual(self.url_open(action["url"]).content[:5], b"%PDF-")
        made = bills.filtered("move_id")
        self.assertEqual(sorted(made.mapped("progress")), ["draft", "draft", "posted"])

    def test_a_morning_takes_no_more_than_four_clicks(self):
        self.issue_many(4)
        bills = self.receive(self.connection)
        self.walk("morning_clicks")
        self.assertEqual(set(bills.mapped("progress")), {"posted"})
