"""Self-billing: bills that the company issues in its vendors' names."""

from decimal import Decimal
from runpy import run_path

from odoo.exceptions import UserError
from odoo.tools import file_path

from ...ksef_api import fa3
from ...models.times import warsaw_today
from ..invoice.case import Fa3Case


class SelfBillingCase(Fa3Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor_nip = cls.supplier.vat.removeprefix("PL")
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Samofakturowanie",
                "code": "SF",
                "type": "purchase",
                "is_self_billing": True,
                "default_account_id": cls.company_data["default_account_expense"].id,
                "company_id": cls.company.id,
            }
        )
        cls.bought_23, cls.bought_8 = (
            cls.env.ref(f"account.{cls.company.id}_vz_kraj_{rate}")
            for rate in ("23", "8")
        )

    def bill(self, *lines, **values):
        """Return a posted bill; a line is ``(name, quantity, price, tax)``."""
        return self.invoice(
            *(lines or [("Mleko", 100, 2, self.bought_8)]),
            partner=self.supplier,
            **{
                "move_type": "in_invoice",
                "journal_id": self.journal.id,
                **values,
            },
        )

    def permit(self):
        """The vendor lets the company issue invoices in its name."""
        self.sandbox.control(
            "POST",
            "/permissions",
            {
                "nip": self.vendor_nip,
                "subject_nip": self.nip,
                "permissions": ["SelfInvoicing"],
            },
        )


class TestSelfBilledDocument(SelfBillingCase):
    def test_the_vendor_is_the_seller_and_the_company_the_buyer(self):
        move = self.bill(
            ("Mleko", 100, 2, self.bought_8), ("Transport", 1, 150, self.bought_23)
        )
        document = self.document(move)
        self.assertEqual(document.seller.identification.nip, self.vendor_nip)
        self.assertEqual(document.seller.identification.name, self.supplier.name)
        self.assertEqual(document.buyer.identification.nip, self.nip)
        body = document.body
        self.assertTrue(body.annotations.self_billing)
        self.assertEqual(body.number, move.name)
        self.assertEqual((body.net_8, body.vat_8), (Decimal(200), Decimal(16)))
        self.assertEqual((body.net_23, body.vat_23), (Decimal(150), Decimal("34.5")))
        self.assertEqual(body.total, Decimal("400.5"))

    def test_it_is_paid_to_the_vendors_account(self):
        number = "61109010140000071219812874"
        self.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": self.supplier.id}
        )
        (account,) = self.document(self.bill()).body.payment.accounts
        self.assertEqual(account.number, number)

    def test_the_companys_registers_are_not_the_sellers(self):
        self.company.l10n_pl_ksef_regon = "123456785"
        self.assertIsNone(self.document(self.bill()).footer)

    def test_a_credit_note_corrects_it(self):
        move = self.bill()
        credit = move._reverse_moves([{"invoice_date": "2026-11-03", "ref": "Zwrot"}])
        credit.action_post()
        body = self.document(credit).body
        self.assertEqual(body.kind, fa3.InvoiceKind.CORRECTION)
        self.assertEqual(body.correction.invoices[0].number, move.name)
        self.assertEqual(body.total, Decimal(-216))
        self.assertTrue(body.annotations.self_billing)

    def test_an_exempt_vendor_needs_the_legal_basis(self):
        exempt = self.env.ref(f"account.{self.company.id}_vz_kraj_zw")
        self.assertEqual(exempt.l10n_pl_ksef_rate, "zw")
        move = self.bill(("Szkolenie", 1, 100, exempt))
        (problem,) = move._l10n_pl_ksef_problems()
        self.assertEqual(problem.record, exempt)
        exempt.l10n_pl_ksef_exemption = "art. 43 ust. 1 pkt 29"
        body = self.document(move).body
        self.assertEqual(body.net_exempt, Decimal(100))
        self.assertEqual(body.annotations.exemption.act, "art. 43 ust. 1 pkt 29")

    def test_what_the_vendor_lacks_is_told(self):
        self.supplier.write({"vat": False, "country_id": False})
        told = [problem.text for problem in self.bill()._l10n_pl_ksef_problems()]
        self.assertEqual(
            told,
            [
                "The vendor's NIP (tax ID) is missing or not valid.",
                "The vendor's address needs a country.",
            ],
        )


class TestSelfBilledScope(SelfBillingCase):
    def test_validation_sends_it_as_it_sends_customer_invoices(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        self.assertEqual(self.bill().l10n_pl_ksef_state, "queued")

    def test_other_bills_are_not_ours_to_send(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        move = self.bill(journal_id=self.company_data["default_journal_purchase"].id)
        self.assertFalse(move.l10n_pl_ksef_state)
        self.assertFalse(move.l10n_pl_ksef_can_send)
        with self.assertRaises(UserError):
            move.action_l10n_pl_ksef_send()

    def test_bills_from_ksef_do_not_go_into_the_journal_for_self_billing(self):
        self.journal.sequence = 0
        self.company_data["default_journal_purchase"].sequence = 99
        self.assertNotEqual(self.company._l10n_pl_ksef_bill_journal(), self.journal)

    def test_one_that_was_not_sent_is_found(self):
        self.connect()
        move = self.bill()
        found = self.env["l10n_pl_ksef.sales.check"].search([("place", "=", "odoo")])
        self.assertIn(move, found.move_id)

    def test_an_update_mends_the_rate_of_exempt_purchases(self):
        exempt = self.env.ref(f"account.{self.company.id}_vz_kraj_zw")
        exempt.l10n_pl_ksef_rate = "0 KR"
        script = file_path("l10n_pl_ksef/migrations/19.0.1.1.0/post-migrate.py")
        run_path(script)["migrate"](self.env.cr, "19.0.1.0.0")
        self.assertEqual(exempt.l10n_pl_ksef_rate, "zw")

    def test_a_vendor_abroad_has_no_invoices_in_ksef(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        self.supplier.write(
            {"country_id": self.env.ref("base.de").id, "vat": "DE123456788"}
        )
        self.assertFalse(self.bill().l10n_pl_ksef_state)


class TestSelfBilledSending(SelfBillingCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()

    def send(self, move):
        move._l10n_pl_ksef_send()
        self.process(self.connection)

    def test_with_the_vendors_permission_it_is_in_ksef(self):
        self.permit()
        move = self.bill()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted", move.l10n_pl_ksef_message)
        (row,) = self.sandbox.ledger(self.vendor_nip)
        self.assertEqual(row["ksef_number"], move.l10n_pl_ksef_number)
        self.assertEqual(row["seller_nip"], self.vendor_nip)
        self.assertTrue(move.l10n_pl_ksef_document_ids.upo_file)
        self.assertEqual(self.verify(move._l10n_pl_ksef_qr_link()), "found")

    def test_without_it_people_are_told_to_ask_the_vendor(self):
        move = self.bill()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        self.assertIn("Ask the vendor", move.l10n_pl_ksef_message)
        self.permit()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")

    def test_it_stays_as_ksef_has_it(self):
        self.permit()
        move = self.bill()
        self.send(move)
        self.assertFalse(move.show_reset_to_draft_button)
        with self.assertRaises(UserError):
            move.button_draft()

    def test_fetching_does_not_book_it_twice(self):
        self.permit()
        self.company.l10n_pl_ksef_make_bills = True
        move = self.bill()
        self.send(move)
        (row,) = self.receive(self.connection)
        self.assertEqual((row.state, row.move_id), ("imported", move))
        told = self.env["l10n_pl_ksef.notice"].sudo().search([])
        self.assertNotIn("bills_new", told.mapped("type"))
        of_vendor = [
            ("commercial_partner_id", "=", self.supplier.id),
            ("company_id", "=", self.company.id),
        ]
        self.assertEqual(self.env["account.move"].search(of_vendor), move)

    def test_fetching_knows_it_before_its_answer_came(self):
        self.permit()
        self.company.l10n_pl_ksef_make_bills = True
        move = self.bill()
        move._l10n_pl_ksef_send()
        self.sandbox.clock(60)
        self.assertFalse(move.l10n_pl_ksef_number)
        (row,) = self.receive(self.connection)
        self.assertEqual((row.state, row.move_id), ("imported", move))
        self.process(self.connection)
        self.assertEqual(move.l10n_pl_ksef_number, row.ksef_number)

    def test_offline_the_second_code_tells_for_whom_it_was_issued(self):
        self.permit()
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        move = self.bill(invoice_date=warsaw_today())
        action = move.action_l10n_pl_ksef_issue_offline()
        self.env[action["res_model"]].browse(action["res_id"]).action_issue()
        link = move.l10n_pl_ksef_document_ids.certificate_link
        self.assertIn(f"/Nip/{self.nip}/{self.vendor_nip}/", link)
        self.assertEqual(self.verify(link), "verified")
        self.process(self.connection)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
