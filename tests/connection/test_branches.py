import importlib.util
from decimal import Decimal
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ...ksef_api import fa3
from ...models.times import warsaw_today
from ..common import make_nip
from ..receiving.case import ReceivingCase

MIGRATION = "migrations/19.0.2.0.0/post-branches.py"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBranches(ReceivingCase):
    """A branch of the same NIP, or without one, is one taxpayer with its parent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.make_branch("Oddział Kraków", vat=False)
        cls.second = cls.make_branch("Oddział Łódź", vat=cls.company.vat)
        cls.own_nip = make_nip("branch")
        cls.apart = cls.make_branch("Spółka zależna", vat=f"PL{cls.own_nip}")
        cls.all = cls.company | cls.branch | cls.second | cls.apart
        cls.env.user.company_ids |= cls.all
        # Odoo gives branches the chart of accounts at the end of the transaction.
        cls.env.cr.precommit.run()
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.all.ids}
        )

    @classmethod
    def make_branch(cls, name, vat):
        return cls.env["res.company"].create(
            {
                "name": name,
                "parent_id": cls.company.id,
                "vat": vat,
                "street": "ul. Boczna 3",
                "zip": "30-001",
                "city": "Kraków",
                "country_id": cls.env.ref("base.pl").id,
                "l10n_pl_ksef_send_on_validation": True,
            }
        )

    def user_of(self, companies, role="account_invoice"):
        """Return a user of ``companies`` only, the first one being the current one."""
        return new_test_user(
            self.env,
            f"{role}-{companies.ids}",
            f"account.group_{role}",
            company_id=companies[0].id,
            company_ids=[Command.set(companies.ids)],
        )

    def seen_by(self, user, records):
        """Return ``records`` (or a model) as ``user`` has them in the browser."""
        companies = user.company_id | user.company_ids
        return records.with_user(user).with_context(allowed_company_ids=companies.ids)

    def invoice_of(self, company, **values):
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
        return self.invoice(journal_id=journal.id, company_id=company.id, **values)

    # --- who is the taxpayer -------------------------------------------------

    def test_a_branch_of_the_same_nip_or_without_one_is_its_parents_taxpayer(self):
        self.assertEqual(self.branch.l10n_pl_ksef_taxpayer_id, self.company)
        self.assertEqual(self.second.l10n_pl_ksef_taxpayer_id, self.company)
        self.assertEqual(self.apart.l10n_pl_ksef_taxpayer_id, self.apart)
        self.second.vat = f"PL{self.nip[:3]}-{self.nip[3:]}"
        self.assertEqual(self.second.l10n_pl_ksef_taxpayer_id, self.company)

    def test_a_branch_of_a_branch_goes_up_to_the_one_with_the_nip(self):
        companies = self.env["res.company"]
        for parent, taxpayer in (
            (self.branch, self.company),
            (self.second, self.company),
            (self.apart, self.apart),
        ):
            deep = companies.create(
                {"name": f"{parent.name} 2", "parent_id": parent.id}
            )
            self.assertEqual(deep.l10n_pl_ksef_taxpayer_id, taxpayer)

    # --- connection ----------------------------------------------------------

    def test_branches_use_the_connection_and_environment_of_the_parent(self):
        for company in self.branch | self.second:
            self.assertEqual(company._l10n_pl_ksef_connection(), self.connection)
            self.assertEqual(company.l10n_pl_ksef_environment, "test")
        self.assertFalse(self.apart._l10n_pl_ksef_connection())
        self.assertFalse(self.apart.l10n_pl_ksef_environment)

    def test_a_branch_of_the_same_nip_gets_no_connection_of_its_own(self):
        window = self.upload(
            self.company, company_id=self.second.id, options={"password": "haslo-1234"}
        )
        with self.assertRaisesRegex(
            (UserError, ValidationError), "branch with the NIP"
        ):
            window.action_add()

    def test_a_branch_with_its_own_nip_may_have_its_own_connection(self):
        own = self.connect(self.apart)
        self.assertEqual(own.nip, self.own_nip)
        self.assertEqual(self.apart._l10n_pl_ksef_connection(), own)
        self.assertEqual(self.branch._l10n_pl_ksef_connection(), self.connection)

    def test_what_asks_for_a_certificate_in_a_branch_asks_for_the_parents(self):
        self.connection.action_disconnect()
        action = self.branch._l10n_pl_ksef_ask_certificate()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((window.company_id, window.nip), (self.company, self.nip))

    def test_who_works_only_for_a_branch_does_not_connect_the_parent(self):
        self.connection.action_disconnect()
        manager = self.user_of(self.branch, "account_manager")
        with self.assertRaisesRegex(UserError, self.company.name):
            self.seen_by(manager, self.branch)._l10n_pl_ksef_ask_certificate()

    def test_the_welcome_is_for_those_who_can_connect_the_taxpayer(self):
        of_branch = self.user_of(self.branch, "account_manager")
        both = self.user_of(self.branch | self.company, "account_manager")

        def banner(user):
            companies = self.seen_by(user, self.env["res.company"])
            return companies.l10n_pl_ksef_greeting()["banner"]

        self.assertFalse(banner(both))
        self.connection.action_disconnect()
        self.assertTrue(banner(both))
        self.assertFalse(banner(of_branch))

    # --- sending -------------------------------------------------------------

    def test_an_invoice_of_a_branch_goes_through_the_parents_connection(self):
        move = self.invoice_of(self.branch)
        move.action_l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted", move.l10n_pl_ksef_message)
        (held,) = self.sandbox.ledger(self.nip)
        self.assertEqual(held["ksef_number"], move.l10n_pl_ksef_number)
        self.assertTrue(move._l10n_pl_ksef_accepted_document().upo_file)

    def test_who_works_only_for_a_branch_sends_its_invoices_and_sees_them(self):
        user = self.user_of(self.branch)
        move = self.seen_by(user, self.invoice_of(self.branch))
        move.action_l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        document = move.l10n_pl_ksef_document_ids
        self.assertTrue(document.session_id.reference)
        self.assertTrue(move._l10n_pl_ksef_qr_link())

    def test_many_invoices_of_parent_and_branches_go_in_one_package(self):
        self.env["ir.config_parameter"].set_param("l10n_pl_ksef.send_many_above", "2")
        moves = self.env["account.move"]
        for company in (self.company, self.branch, self.second) * 2:
            moves += self.invoice_of(company)
        self.env["l10n_pl_ksef.document"]._queue(moves)
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        self.assertEqual(len(moves.l10n_pl_ksef_document_ids.session_id), 1)

    def test_a_branch_without_a_nip_issues_in_its_taxpayers_name(self):
        self.company.l10n_pl_ksef_footer = "Kapitał zakładowy 5 000 zł"
        document = self.invoice_of(self.branch)._l10n_pl_ksef_invoice()
        seller = document.seller.identification
        self.assertEqual((seller.nip, seller.name), (self.nip, self.company.name))
        self.assertEqual(document.footer.notes[0].text, "Kapitał zakładowy 5 000 zł")
        own = self.invoice_of(self.second)._l10n_pl_ksef_invoice().seller
        self.assertEqual(own.identification.nip, self.nip)
        self.assertEqual(own.identification.name, "Oddział Łódź")

    # --- settings ------------------------------------------------------------

    def test_branches_follow_the_settings_of_the_parent(self):
        self.assertFalse(self.company.l10n_pl_ksef_send_on_validation)
        self.assertFalse(self.invoice_of(self.branch).l10n_pl_ksef_state)
        self.company.l10n_pl_ksef_send_on_validation = True
        self.assertEqual(self.invoice_of(self.branch).l10n_pl_ksef_state, "queued")
        self.company.l10n_pl_ksef_cash_method = True
        self.assertTrue(self.invoice_of(self.branch).l10n_pl_ksef_cash_method)

    def test_the_settings_of_a_branch_lead_to_its_parent(self):
        pages = self.env["l10n_pl_ksef.settings"].with_company(self.branch)
        self.assertEqual(pages.create({}).company_id, self.company)
        page = pages.create({"company_id": self.branch.id})
        self.assertTrue(page.l10n_pl_ksef_is_branch)
        self.assertEqual(page.l10n_pl_ksef_taxpayer_name, self.company.display_name)
        self.assertEqual(page.l10n_pl_ksef_connection_id, self.connection)

    def test_the_parents_offline_certificate_signs_for_its_branches(self):
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        certificate = self.branch._l10n_pl_ksef_offline_certificate()
        self.assertEqual(certificate.company_id, self.company)
        self.assertFalse(self.apart._l10n_pl_ksef_offline_certificate())

    # --- rights --------------------------------------------------------------

    def test_people_of_a_branch_see_the_parents_connection_and_change_nothing(self):
        manager = self.user_of(self.branch, "account_manager")
        connections = self.seen_by(manager, self.env["l10n_pl_ksef.connection"])
        certificates = self.seen_by(manager, self.env["l10n_pl_ksef.certificate"])
        self.assertEqual(connections.search([]), self.connection)
        certificate = certificates.search([])
        self.assertEqual(certificate.company_id, self.company)
        with self.assertRaises(AccessError):
            certificate.unlink()

    def test_people_of_a_branch_see_neither_the_parents_documents_nor_its_inbox(self):
        move = self.invoice_of(self.company)
        move.action_l10n_pl_ksef_send()
        self.sandbox.issue(self.document("FV/1"))
        self.receive(self.connection)
        user = self.user_of(self.branch)
        for model in ("document", "bill", "fetch"):
            records = self.seen_by(user, self.env[f"l10n_pl_ksef.{model}"])
            self.assertFalse(records.search([]))
        with self.assertRaisesRegex(AccessError, self.company.name):
            self.seen_by(user, self.branch)._l10n_pl_ksef_fetch_now()

    def test_people_of_another_company_see_nothing_of_it(self):
        user = self.user_of(self.apart, "account_manager")
        for model in ("connection", "certificate", "session", "document"):
            records = self.seen_by(user, self.env[f"l10n_pl_ksef.{model}"])
            self.assertFalse(records.search([]))

    # --- receiving -----------------------------------------------------------

    def test_bills_of_the_nip_arrive_once_in_the_parent(self):
        self.sandbox.issue(self.document("FV/1"))
        self.branch._l10n_pl_ksef_fetch_now()
        self.fetches._cron_fetch()
        self.receive(self.connection)
        bills = self.bills.search([])
        self.assertEqual(len(bills), 1)
        self.assertEqual(bills.company_id, self.company)
        self.assertEqual(self.fetches.search([]).company_id, self.company)

    def test_a_bill_entered_by_hand_in_a_branch_is_proposed(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        by_hand = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "company_id": self.branch.id,
                "journal_id": journal.id,
                "partner_id": self.supplier.id,
                "ref": "FV/1",
                "invoice_date": "2026-11-02",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Papier",
                            "price_unit": 246,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        self.assertEqual(by_hand.company_id, self.branch)
        self.sandbox.issue(self.document("FV/1"))
        bill = self.receive(self.connection)
        self.assertEqual((bill.state, bill.proposed_move_id), ("proposed", by_hand))
        bill.action_link()
        self.assertEqual((bill.state, bill.move_id), ("imported", by_hand))

    def test_sales_of_branches_are_compared_with_those_in_ksef(self):
        self.company.l10n_pl_ksef_fetch_seller = True
        sent, unsent = self.invoice_of(self.branch), self.invoice_of(self.branch)
        sent.action_l10n_pl_ksef_send()
        self.process(self.connection)
        self.receive(self.connection)
        self.env.flush_all()
        differ = self.env["l10n_pl_ksef.sales.check"].search([])
        self.assertEqual(differ.move_id, unsent)

    # --- troubles ------------------------------------------------------------

    def test_an_announced_outage_is_shown_in_branches(self):
        self.env["l10n_pl_ksef.outage"].create(
            {"environment": "test", "category": "failure", "title": "Awaria KSeF"}
        )
        self.assertIn("Awaria", self.branch._l10n_pl_ksef_outage_sentence())
        self.assertFalse(self.apart._l10n_pl_ksef_outage_sentence())

    def test_what_waits_in_a_branch_is_issued_offline_with_the_parents(self):
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        self.company.l10n_pl_ksef_offline_by_itself = True
        move = self.invoice_of(self.branch, invoice_date=warsaw_today())
        documents = self.env["l10n_pl_ksef.document"].sudo()
        documents._queue(move)
        documents._offline_instead(self.connection)
        self.assertEqual(move.l10n_pl_ksef_state, "offline")

    # --- upgrade -------------------------------------------------------------

    def migrate(self):
        path = Path(__file__).resolve().parents[2] / MIGRATION
        spec = importlib.util.spec_from_file_location("post_branches", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.1.0")

    def give_to_branch(self, branch):
        """Let the connection be a branch's own, as an earlier version had it."""
        self.env.flush_all()
        for table in ("connection", "certificate", "session", "fetch", "bill"):
            self.env.cr.execute(
                f"UPDATE l10n_pl_ksef_{table} SET company_id = %s "
                "WHERE company_id = %s",
                [branch.id, self.company.id],
            )
        self.env.invalidate_all()

    def test_a_branchs_own_connection_becomes_the_parents_at_the_upgrade(self):
        self.sandbox.issue(self.document("FV/1"))
        bill = self.receive(self.connection)
        self.give_to_branch(self.second)
        self.migrate()
        self.assertEqual(self.connection.company_id, self.company)
        self.assertEqual(self.connection.certificate_id.company_id, self.company)
        self.assertEqual(bill.company_id, self.company)
        self.assertEqual(self.second._l10n_pl_ksef_connection(), self.connection)

    def test_of_two_connections_of_one_taxpayer_the_parents_stays(self):
        self.give_to_branch(self.second)
        parents = self.connect()
        self.migrate()
        self.assertEqual(self.second._l10n_pl_ksef_connection(), parents)
        self.assertFalse(self.connection.active)
        self.assertFalse(self.connection.refresh_token_sealed)

    def test_amounts_of_the_document_are_those_of_the_books(self):
        body = self.invoice_of(self.branch)._l10n_pl_ksef_invoice().body
        self.assertEqual(body.total, Decimal("246"))
        self.assertEqual(body.kind, fa3.InvoiceKind.SALE)
