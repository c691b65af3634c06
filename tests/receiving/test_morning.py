from odoo import Command
from odoo.tests import new_test_user, tagged

from ..common import BrowserCase
from .case import ReceivingCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMorning(ReceivingCase, BrowserCase):
    """The accountant's morning, in a browser."""

    def test_twelve_new_ones_are_looked_at_booked_and_posted(self):
        self.company.l10n_pl_ksef_make_bills = False
        user = new_test_user(
            self.env,
            "morning",
            "account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            lang="pl_PL",
        )
        self.company.sudo().l10n_pl_ksef_welcomed_user_ids = user
        self.issue_many(12)
        bills = self.receive(self.connection)
        url = "/odoo/action-account.open_account_journal_dashboard_kanban"
        self.start_tour(url, "l10n_pl_ksef_morning", login=user.login)
        self.assertEqual(set(bills.mapped("state")), {"imported", "new"})
        opened = bills.filtered(lambda bill: bill.invoice_number == "M/000012")
        self.authenticate(user.login, user.login)
        picture = self.url_open(opened.with_user(user).action_picture()["url"])
        self.assertEqual(picture.content[:5], b"%PDF-")
        made = bills.filtered(lambda bill: bill.state == "imported")
        self.assertEqual(len(made), 3)
        self.assertIn("posted", made.move_id.mapped("state"))
