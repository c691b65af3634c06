"""Kinds of people with a browser, in Polish, and how often they click.

Sales people are in ``tests/rights``: Odoo keeps the form of an invoice from them.
"""

from odoo.tests import new_test_user, tagged

from ..connection.test_tours_connect import DASHBOARD, TourCase

# Looks into the invoice on the page of the portal until the number stands there.
SEES = """
const look = () => {{
    const paper = document.querySelector("iframe#invoice_html");
    const text = paper?.contentDocument?.body?.innerText || "";
    text.includes("{number}") ? console.log("test successful") : setTimeout(look, 200);
}};
look();
"""
ROLES = {
    "administrator": "account.group_account_manager",
    "accountant": "account.group_account_user",
    "billing": "account.group_account_invoice",
    "auditor": "account.group_account_readonly",
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursPeople(TourCase):
    def setUp(self):
        super().setUp()
        self.connect()
        self.company.l10n_pl_ksef_send_on_validation = True

    def as_a(self, role, tour, url):
        """Walk ``tour`` as somebody who has this role and no other."""
        user = new_test_user(
            self.env,
            role,
            groups=ROLES[role],
            password=role,
            lang="pl_PL",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.company.sudo().l10n_pl_ksef_welcomed_user_ids |= user
        self.mine = self.invoice(post=False, invoice_user_id=user.id)
        self.start_tour(url.format(id=self.mine.id), f"l10n_pl_ksef_{tour}", login=role)
        self.env.invalidate_all()

    def sent(self):
        self.process(self.company._l10n_pl_ksef_connection())
        return self.mine.l10n_pl_ksef_state

    def test_an_administrator_confirms_with_one_click(self):
        self.as_a("administrator", "one_click", "/odoo/customer-invoices/{id}")
        self.assertEqual(self.sent(), "accepted")

    def test_an_accountant_confirms_with_one_click(self):
        self.as_a("accountant", "one_click", "/odoo/customer-invoices/{id}")
        self.assertEqual(self.sent(), "accepted")

    def test_who_only_invoices_confirms_with_one_click(self):
        self.as_a("billing", "one_click", "/odoo/customer-invoices/{id}")
        self.assertEqual(self.sent(), "accepted")

    def test_an_auditor_reads_all_and_is_offered_nothing(self):
        self.invoice(("Bez podstawy", 1, 100, self.tax_zw))
        self.process(self.company._l10n_pl_ksef_connection())
        self.as_a("auditor", "auditor", DASHBOARD)
        self.assertEqual(self.mine.state, "draft")

    def test_a_customer_finds_the_number_in_the_portal(self):
        invoice = self.invoice()
        self.process(self.company._l10n_pl_ksef_connection())
        new_test_user(
            self.env, "klient", groups="base.group_portal", password="klient"
        ).partner_id.parent_id = invoice.partner_id
        self.browser_js(
            f"/my/invoices/{invoice.id}",
            SEES.format(number=invoice.l10n_pl_ksef_number),
            login="klient",
        )

    def test_fifty_are_sent_with_three_clicks(self):
        self.company.l10n_pl_ksef_send_on_validation = False
        moves = self.env["account.move"].union(*(self.invoice() for _ in range(50)))
        self.welcomed()
        self.tour("three_clicks", "/odoo/customer-invoices")
        self.process(self.company._l10n_pl_ksef_connection())
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
