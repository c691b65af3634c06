from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date

from ...models.attention.source import Source
from ...models.times import warsaw_today
from ..common import make_nip
from ..receiving.case import ReceivingCase


class TestAttention(ReceivingCase):
    """Everything that waits for people stands on one page, with reason and button."""

    def setUp(self):
        super().setUp()
        self.clerk = self.new_user("fakturzystka")
        self.attention = self.env["l10n_pl_ksef.attention"].with_user(self.clerk)

    def lines(self, kind=None):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("kind", "=", kind)] if kind else []
        return self.attention.search(domain)

    def line(self, kind, record):
        found = self.lines(kind)
        self.assertEqual(found.mapped("res_id"), record.ids)
        self.assertEqual(found.mapped("res_model"), [record._name])
        return found

    def set_aside(self, invoice, state, message="Brak NIP."):
        self.env["l10n_pl_ksef.document"]._queue(invoice)
        document = invoice.sudo().l10n_pl_ksef_document_ids[:1]
        document.write({"state": state, "status_message": message})
        return document

    def test_nothing_waits_at_first(self):
        self.assertFalse(self.lines())

    def test_what_is_to_be_completed_leads_to_the_place(self):
        invoice = self.invoice(("Szkolenie", 1, 100, self.tax_zw), post=False)
        invoice.action_post()
        invoice._l10n_pl_ksef_send()
        line = self.line("incomplete", invoice)
        self.assertIn("legal basis", line.reason)
        self.assertEqual(line.button, "Fill in")
        self.assertEqual(line.action_do()["tag"], "l10n_pl_ksef_show_field")

    def test_what_ksef_rejected_says_why(self):
        invoice = self.invoice()
        self.set_aside(invoice, "rejected", "Zły NIP.")
        line = self.line("rejected", invoice)
        self.assertEqual(line.reason, "Zły NIP.")
        self.assertEqual(line.action_do()["res_id"], invoice.id)

    def test_what_was_never_sent_is_sent_from_here(self):
        invoice = self.invoice()
        line = self.line("missing", invoice)
        self.assertEqual(line.button, "Send to KSeF")
        line.action_do()
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")
        self.assertFalse(self.lines())

    def test_what_need_not_be_in_ksef_is_not_missing(self):
        self.customer.write({"vat": False, "is_company": False})
        self.invoice()
        self.assertFalse(self.lines())
        self.company.l10n_pl_ksef_send_consumers = True
        self.assertEqual(len(self.lines("missing")), 1)

    def test_an_offline_invoice_near_its_deadline_is_urgent(self):
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        invoice = self.invoice(invoice_date=warsaw_today())
        invoice._l10n_pl_ksef_issue_offline()
        document = invoice.sudo().l10n_pl_ksef_document_ids
        document.deadline = warsaw_today() + timedelta(days=9)
        self.assertFalse(self.lines("deadline"))
        document.deadline = warsaw_today()
        line = self.line("deadline", invoice)
        self.assertTrue(line.is_urgent)
        self.assertIn("must be in KSeF by", line.reason)

    def test_what_waits_for_hours_or_for_a_person_stands_here(self):
        invoice = self.invoice()
        self.env["l10n_pl_ksef.document"]._queue(invoice)
        document = invoice.sudo().l10n_pl_ksef_document_ids
        self.assertFalse(self.lines())
        document.write({"needs_person": True, "obstacle_count": 14})
        line = self.line("person", document)
        self.assertTrue(line.reason)
        line.action_do()
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_a_connection_in_trouble_tells_its_reason_to_all(self):
        self.connection._in_trouble("permission", details="Brak uprawnienia.")
        line = self.line("connection", self.connection)
        self.assertIn("Brak uprawnienia.", line.reason)
        self.assertFalse(line.button)
        administrator = self.new_user("szefowa", "account_manager")
        self.assertEqual(line.with_user(administrator).button, "Authorise")
        self.connection._out_of_trouble()
        self.assertFalse(self.lines())

    def test_a_short_silence_of_ksef_needs_nobody(self):
        self.connection._in_trouble("down")
        self.assertFalse(self.lines())
        self.connection.trouble_since -= timedelta(hours=1)
        self.assertTrue(self.lines("connection"))

    def test_a_certificate_that_ends_stands_here_until_there_is_another(self):
        certificate = self.connection.certificate_id
        certificate.valid_to = fields.Datetime.now() + timedelta(days=5)
        line = self.line("certificate", certificate)
        self.assertIn(format_date(self.env, certificate.valid_to.date()), line.reason)
        self.connect()
        self.assertFalse(self.lines())

    def test_invoices_that_wait_for_a_connection_ask_for_one(self):
        self.connection.action_disconnect()
        self.env["l10n_pl_ksef.document"]._queue(self.invoice())
        line = self.line("unconnected", self.company)
        self.assertIn("not connected", line.reason)

    def test_bills_wait_to_be_linked_and_looked_at(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.sandbox.issue(self.document("FV/1"))
        bill = self.receive(self.connection).sudo()
        line = self.line("bill_new", bill)
        self.assertEqual(line.title, "FV/1")
        bill.write({"state": "error", "status_message": "Nie da się."})
        self.assertIn("Nie da się.", self.line("bill_error", bill).reason)
        bill.state = "proposed"
        self.assertEqual(self.line("bill_link", bill).button, "Link")

    def test_the_rule_for_many_is_the_rule_for_one(self):
        """SQL and Python agree on who need not have invoices in KSeF."""
        poland, germany = self.env.ref("base.pl"), self.env.ref("base.de")
        partners = self.env["res.partner"]
        for is_company in (True, False):
            for vat in (False, "/", f"PL{make_nip('x')}"):
                for country in (poland, germany, self.env["res.country"]):
                    for mark in ("l10n_pl_ksef_is_consumer", "name"):
                        partners += partners.create(
                            {
                                "name": "Ktoś",
                                "is_company": is_company,
                                "vat": vat if country != germany else False,
                                "country_id": country.id,
                                mark: "x",
                            }
                        )
        excluded = partners.create({"name": "Nigdy", "l10n_pl_ksef_is_excluded": True})
        moves = self.env["account.move"].union(
            *(self.invoice(partner=p) for p in partners + excluded)
        )
        needed = moves.filtered(lambda move: not move._l10n_pl_ksef_why_unneeded())
        found = moves.browse(self.lines("missing").mapped("res_id"))
        differing = ((needed - found) | (found - needed)).partner_id
        fields_of_rule = ("is_company", "vat", "country_code")
        self.assertFalse(differing.mapped(lambda p: [p[f] for f in fields_of_rule]))
        self.assertTrue(needed)
        self.assertTrue(moves - needed)

    def test_nobody_sees_another_companys(self):
        self.set_aside(self.invoice(), "rejected")
        other = self.setup_other_company(name="Druga Sp. z o.o.")["company"]
        stranger = self.new_user("obcy")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        line = self.lines("rejected")
        self.assertFalse(self.attention.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            line.with_user(stranger).action_do()
        seen = self.attention.with_user(stranger).get_overview()
        self.assertFalse(seen["is_shown"])

    def test_who_only_reads_opens_and_changes_nothing(self):
        self.env["l10n_pl_ksef.document"].sudo().search([]).unlink()
        invoice = self.invoice()
        auditor = self.new_user("audytor", "account_readonly")
        line = self.lines("missing").with_user(auditor)
        self.assertFalse(line.button)
        self.assertEqual(line.action_do()["res_id"], invoice.id)
        self.assertFalse(invoice.l10n_pl_ksef_state)

    def test_many_lines_cost_as_few_queries_as_few(self):
        def cost(count):
            for _number in range(count):
                self.set_aside(self.invoice(), "rejected")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.attention.search([]).mapped("reason")
            return self.env.cr.sql_log_count - before

        cost(1)
        few = cost(2)
        self.assertLessEqual(cost(20), few + 5)

    def test_a_room_adds_a_source_with_one_row(self):
        attention = type(self.env["l10n_pl_ksef.attention"])
        sources = attention._sources
        query = SQL(
            "SELECT id, id AS company_id, create_date AS since FROM res_company "
            "WHERE id = %s",
            self.company.id,
        )

        def more(model):
            source = Source(
                "mine",
                "Mine",
                "res.company",
                query,
                lambda company: f"{company.name} waits.",
            )
            return [*sources(model), source]

        self.patch(attention, "_sources", more)
        line = self.line("mine", self.company)
        self.assertIn("waits.", line.reason)

    def test_the_tile_counts_and_tells_the_urgent(self):
        self.set_aside(self.invoice(), "rejected")
        self.connection._in_trouble("login", details="Zaloguj się.")
        overview = self.attention.get_overview()
        counts = {line["kind"]: line["count"] for line in overview["lines"]}
        self.assertEqual(counts, {"connection": 1, "rejected": 1})
        self.assertEqual(overview["lines"][0]["kind"], "connection")
        self.assertIn("Zaloguj się.", overview["urgent"][0]["reason"])
        self.assertEqual(len(overview["month"]["days"]), warsaw_today().day)

    def test_the_month_shows_what_went_and_came(self):
        self.invoice()._l10n_pl_ksef_send()
        self.process(self.connection)
        self.sandbox.issue(self.document("FV/1"))
        self.receive(self.connection)
        month = self.attention.get_overview()["month"]
        self.assertEqual(sum(month["sent"]), 1)
        self.assertEqual(sum(month["received"]), 1)

    def test_sending_many_shows_how_far_it_is_and_what_went_wrong(self):
        invoices = self.env["account.move"].union(*(self.invoice() for _n in range(12)))
        self.env["l10n_pl_ksef.document"]._queue(invoices)
        documents = invoices.sudo().l10n_pl_ksef_document_ids
        documents[:3].write({"state": "accepted"})
        documents[3].write({"state": "rejected"})
        (work,) = self.attention.get_works()
        self.assertEqual((work["done"], work["total"], work["failed"]), (4, 12, 1))
        documents.write({"state": "accepted"})
        self.assertFalse(self.attention.get_works())

    def test_a_fetch_that_somebody_asked_for_shows_how_far_it_is(self):
        self.company.with_user(self.clerk)._l10n_pl_ksef_fetch_now()
        (work,) = self.attention.get_works()
        self.assertEqual(work["model"], "l10n_pl_ksef.fetch")
        self.receive(self.connection)
        self.assertFalse(self.attention.get_works())

    def test_the_journal_says_how_many_of_its_invoices_need_somebody(self):
        invoice = self.invoice()
        self.set_aside(invoice, "rejected")
        journal = invoice.journal_id.with_user(self.clerk)
        data = journal._get_journal_dashboard_data_batched()
        self.assertEqual(data[journal.id]["l10n_pl_ksef_attention_count"], 1)
        action = journal.action_l10n_pl_ksef_open_attention()
        self.assertEqual(self.attention.search(action["domain"]).res_id, invoice.id)
