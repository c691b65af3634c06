from odoo import Command
from odoo.tests import new_test_user, tagged

from ..common import make_nip
from .case import ReceivingCase

COMPANIES = 50


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCompanies(ReceivingCase):
    """One database with many companies: each gets its own, and its turn."""

    def make_companies(self, count=1):
        """Return companies with a connection each."""
        companies = self.env["res.company"].create(
            [
                {
                    "name": f"Spółka {number}",
                    "vat": f"PL{make_nip(f'company {number}')}",
                    "country_id": self.env.ref("base.pl").id,
                    "currency_id": self.env.ref("base.PLN").id,
                    "l10n_pl_ksef_send_on_validation": False,
                    "l10n_pl_ksef_make_bills": False,
                }
                for number in range(count)
            ]
        )
        self.env.user.company_ids += companies
        for company in companies:
            self.connect(company)
        return companies

    def nip_of(self, company):
        return company.vat.removeprefix("PL")

    def test_fifty_companies_in_one_run_of_the_cron(self):
        self.connection.action_disconnect()
        companies = self.make_companies(COMPANIES)
        self.sandbox.knobs(rate_limits="production")
        for number, company in enumerate(companies):
            for ordinal in range(1 + number % 3):
                self.sandbox.issue(
                    self.document(f"{number}/{ordinal}", buyer=self.nip_of(company))
                )
        self.sandbox.control("DELETE", "/calls")
        self.fetches._cron_fetch()
        for number, company in enumerate(companies):
            bills = self.bills.search([("company_id", "=", company.id)])
            self.assertEqual(len(bills), 1 + number % 3)
            self.assertInboxIsLedger(bills, self.nip_of(company))
            self.assertEqual(set(bills.mapped("buyer_nip")), {self.nip_of(company)})
        refused = [
            call
            for call in self.sandbox.control("GET", "/calls")["items"]
            if call["status"] == 429
        ]
        self.assertFalse(refused)
        due = self.fetches.search([("company_id", "in", companies.ids)])
        self.assertEqual(len(due), COMPANIES)
        self.assertTrue(all(row.due_at > row.finished_at for row in due))

    def test_thousands_of_one_company_do_not_make_the_others_wait(self):
        busy, quiet = self.company, self.make_companies()
        self.issue_many(60)
        self.sandbox.issue(self.document("1", buyer=self.nip_of(quiet)))
        self.sandbox.knobs(export_cap=10, query_cap=10)
        fetches = self.fetches
        fetches._follow(fetches.env["l10n_pl_ksef.connection"]._connected())
        order, step = [], type(fetches)._step

        def noted(row):
            order.append(row.company_id)
            return step(row)

        self.patch(type(fetches), "_step", noted)
        fetches._work([("company_id", "in", (busy + quiet).ids)])
        self.assertEqual(set(order[:2]), {busy, quiet})
        self.assertEqual(len(self.bills.search([("company_id", "=", quiet.id)])), 1)

    def test_nobody_sees_another_companys_inbox(self):
        quiet = self.make_companies()
        self.issue_many(1)
        self.receive(self.connection)
        other = new_test_user(
            self.env,
            "other",
            "account.group_account_invoice",
            company_id=quiet.id,
            company_ids=[Command.set(quiet.ids)],
        )
        for model in ("bill", "fetch", "export", "sales.check"):
            self.assertFalse(
                self.env[f"l10n_pl_ksef.{model}"].with_user(other).search([])
            )
