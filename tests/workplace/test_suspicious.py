from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...ksef_api import fa3
from ..common import make_nip
from ..receiving.case import ReceivingCase
from .case import WorkplaceCase

ACCOUNT = "PL61109010140000071219812874"
OTHER = "PL27114020040000300201355387"


class TestSigns(WorkplaceCase):
    """Signs are told, not judged."""

    def setUp(self):
        super().setUp()
        self.company.name = "My"
        self.use("signs")
        self.known = self.env["account.move"].create(
            [self.entered(number) for number in range(3)]
        )
        self.known.action_post()

    def entered(self, number, price=100):
        return {
            "move_type": "in_invoice",
            "partner_id": self.vendor.id,
            "ref": f"OLD/{number}",
            "invoice_date": "2026-10-01",
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Towar",
                        "price_unit": price,
                        "tax_ids": [Command.set(self.tax("kraj_23").ids)],
                    }
                )
            ],
        }

    def signs(self, document):
        (row,) = self.arrive(document, make=False)
        return (row.signs or "").split()

    def test_a_usual_invoice_of_a_known_vendor_has_none(self):
        self.assertEqual(self.signs(self.document()), [])

    def test_a_vendor_from_whom_nothing_was_bought(self):
        self.assertEqual(self.signs(self.of_vendor("Inny", number="I")), ["new_vendor"])

    def test_an_account_that_the_vendor_does_not_have_here(self):
        self.env["res.partner.bank"].create(
            {"acc_number": ACCOUNT, "partner_id": self.vendor.id}
        )
        for number, signs in ((ACCOUNT, []), (OTHER, ["account"])):
            account = fa3.BankAccount(number=number.removeprefix("PL"))
            payment = fa3.Payment(accounts=[account])
            document = self.document(payment=payment, number=number[:9])
            self.assertEqual(self.signs(document), signs)

    def test_an_amount_far_from_the_usual(self):
        document = self.document(
            lines=[self.line(net="400.00")],
            net_23=400,
            vat_23=92,
            total=492,
        )
        self.assertEqual(self.signs(document), ["amount"])

    def test_the_number_or_amounts_of_another_vendor(self):
        self.arrive(self.document(number="A/1"), make=False)
        same_number = self.of_vendor(
            "X",
            number="A/1",
            lines=[self.line(net="50.00")],
            net_23=50,
            vat_23=Decimal("11.50"),
            total=Decimal("61.50"),
        )
        self.assertEqual(self.signs(same_number), ["new_vendor", "number"])
        same_amounts = self.of_vendor("Y", number="Y/1")
        self.assertEqual(self.signs(same_amounts), ["new_vendor", "amounts"])
        long_ago = self.of_vendor("Z", number="A/1", issue_date=date(2026, 6, 1))
        self.assertEqual(self.signs(long_ago), ["new_vendor"])

    def test_our_name_is_wrong(self):
        document = self.document()
        other = replace(document.buyer.identification, name="Całkiem Inna")
        document = replace(
            document, buyer=replace(document.buyer, identification=other)
        )
        self.assertEqual(self.signs(document), ["name"])

    def test_legal_forms_are_one_name_however_written(self):
        self.company.name = "My Spółka z ograniczoną odpowiedzialnością"
        document = self.document()
        same = replace(document.buyer.identification, name="MY sp. z o.o.")
        document = replace(document, buyer=replace(document.buyer, identification=same))
        self.assertEqual(self.signs(document), [])

    def test_a_correction_that_moves_to_another_buyer(self):
        before = fa3.BuyerBefore(
            identification=fa3.Identification(nip=self.nip, name="My")
        )
        correction = fa3.Correction(
            invoices=[
                fa3.CorrectedInvoice(issue_date=date(2026, 11, 1), number="OLD/1")
            ],
            buyers_before=[before],
        )
        document = self.document(
            kind=fa3.InvoiceKind.CORRECTION,
            correction=correction,
            number="KOR/1",
        )
        other = fa3.Identification(nip=make_nip("other"), name="Inny")
        document = replace(
            document, buyer=replace(document.buyer, identification=other)
        )
        self.assertEqual(self.signs(document), ["moved_away"])

    def test_what_the_list_of_vat_payers_says_is_told_once_it_is_known(self):
        account = fa3.BankAccount(number=ACCOUNT.removeprefix("PL"))
        document = self.document(payment=fa3.Payment(accounts=[account]))
        (row,) = self.arrive(document, make=False)
        self.assertFalse(row.signs_text)
        self.env["l10n_pl_ksef.white.list"].sudo().create(
            {
                "nip": self.supplier_nip,
                "day": "2026-11-20",
                "state": "exempt",
                "accounts": OTHER.removeprefix("PL"),
            }
        )
        row.invalidate_recordset()
        self.assertIn("not on the list of VAT payers", row.signs_text)
        self.assertIn("no active VAT payer", row.signs_text)

    def test_who_is_not_in_the_list_is_not_called_more_than_that(self):
        (row,) = self.arrive(self.document(), make=False)
        self.env["l10n_pl_ksef.white.list"].sudo().create(
            {"nip": self.supplier_nip, "day": "2026-11-20", "state": "absent"}
        )
        row.invalidate_recordset()
        self.assertIn("not in the list of VAT payers", row.signs_text)
        self.assertNotIn("no active VAT payer", row.signs_text)

    def test_the_list_is_looked_into_once_for_all_rows(self):
        documents = [self.of_vendor(f"V{n}", number=f"V{n}") for n in range(12)]
        rows = self.arrive(*documents, make=False)

        def cost(some):
            self.env.flush_all()
            self.env.invalidate_all()
            # What any list reads is there already.
            some.mapped("seller_nip")
            some.company_id.mapped("name")
            before = self.env.cr.sql_log_count
            some.mapped("signs_text")
            return self.env.cr.sql_log_count - before

        cost(rows[:2])
        self.assertEqual(cost(rows[:2]), cost(rows))

    def test_they_are_told_on_the_row_and_on_the_bill(self):
        (row,) = self.arrive(self.of_vendor("Inny", number="I"))
        self.assertIn("before", row.signs_text)
        self.assertEqual(row.move_id.l10n_pl_ksef_signs_text, row.signs_text)

    def test_queries_do_not_grow_with_the_batch(self):
        few = [self.of_vendor(f"F{n}", number=f"F{n}") for n in range(2)]
        many = [self.of_vendor(f"M{n}", number=f"M{n}") for n in range(20)]
        self.arrive(*few, make=False)
        costs = []
        for documents in (few, many):
            rows = self.arrive(*documents, make=False)
            read = {row: fa3.read(self.file_of(row)).document for row in rows}
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows._note_signs(read)
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(costs[1], costs[0] + 1)


class TestNotOurs(WorkplaceCase):
    """An invoice that is not ours stays out of everything."""

    def setUp(self):
        super().setUp()
        self.use("signs")
        self.clerk = self.person("clerk")

    def not_ours(self, rows):
        self.env["l10n_pl_ksef.not.ours"].with_user(self.clerk).create(
            {
                "company_id": self.company.id,
                "bill_ids": [Command.set(rows.ids)],
                "reason": "fraud",
                "note": "Nikt nie zamawiał",
            }
        ).action_not_ours()

    def test_it_is_kept_with_reason_person_and_the_last_day_of_a_report(self):
        (row,) = self.arrive(self.document(), make=False)
        self.not_ours(row)
        self.assertRecordValues(
            row,
            [
                {
                    "state": "not_ours",
                    "not_ours_reason": "fraud",
                    "not_ours_by": self.clerk.id,
                    "report_until": date(2027, 1, 1),
                }
            ],
        )

    def test_another_term_in_the_law_is_another_last_day(self):
        (row,) = self.arrive(self.document(), make=False)
        self.not_ours(row)
        self.env.ref("l10n_pl_ksef.legal_report_abuse_within").days = 30
        self.assertEqual(row.report_until, date(2026, 12, 2))

    def test_no_bill_is_made_of_it_by_anything(self):
        (row,) = self.arrive(self.document(), make=False)
        self.not_ours(row)
        row._make_bills()
        row.with_user(self.clerk).action_make_bill()
        row._link_known()
        self.bills._cron_make_bills()
        self.assertEqual((row.state, row.move_id.id), ("not_ours", False))

    def test_its_file_dropped_on_a_journal_is_refused(self):
        (row,) = self.arrive(self.document(), make=False)
        self.not_ours(row)
        with self.assertRaisesRegex(UserError, "is not ours"):
            self.drop(self.document())

    def test_its_draft_leaves_the_books_and_a_posted_bill_does_not(self):
        row, other = self.arrive(self.document(), self.document(number="2"))
        draft = row.move_id
        self.not_ours(row)
        self.assertFalse(draft.exists())
        other.move_id.action_post()
        with self.assertRaises(UserError):
            self.not_ours(other)
        self.assertEqual(other.state, "imported")

    def test_what_is_ours_after_all_comes_back(self):
        (row,) = self.arrive(self.document(), make=False)
        self.not_ours(row)
        row.with_user(self.clerk).action_ours()
        row._make_bills()
        self.assertMade(row)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestNeverNewAgain(ReceivingCase):
    def test_it_is_never_fetched_as_new_again(self):
        self.company.l10n_pl_ksef_make_bills = False
        self.sandbox.issue(self.document("FV/1"))
        row = self.receive(self.connection)
        row._not_ours("fraud", False)
        fetch = self.fetches.search([("company_id", "=", self.company.id)], limit=1)
        fetch.position = "2026-01-01T00:00:00+00:00"
        self.sandbox.issue(self.document("FV/2"))
        rows = self.receive(self.connection)
        self.assertEqual(rows.mapped("state"), ["not_ours", "new"])
