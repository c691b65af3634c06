import base64
from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import format_date

from ...ksef_api import fa3
from .importing import ImportCase

ACCOUNT = "61109010140000071219812874"
OTHER_ACCOUNT = "27114020040000300201355387"
MAIL = """From: supplier@example.com
To: {to}
Subject: Faktura
Message-Id: <{id}@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="XX"

--XX
Content-Type: text/plain; charset=utf-8

W zalaczeniu faktura.
--XX
Content-Type: application/xml; name="faktura.xml"
Content-Disposition: attachment; filename="faktura.xml"
Content-Transfer-Encoding: base64

{content}
--XX--
"""


@tagged("post_install_l10n", "post_install", "-at_install")
class TestImport(ImportCase):
    """An FA(3) file from a disk or a mail is a vendor bill."""

    def test_dropped_on_the_purchase_journal(self):
        bill = self.drop(self.document())
        self.assertBill(bill, 123, 23)
        self.assertEqual(bill.ref, "FV/1/11/2026")
        self.assertEqual(str(bill.invoice_date), "2026-11-02")
        self.assertEqual(bill.state, "draft")
        self.assertRecordValues(
            bill.invoice_line_ids,
            [
                {
                    "name": "Towar 1",
                    "quantity": 1,
                    "price_unit": 100,
                    "product_uom_id": self.env.ref("uom.product_uom_unit").id,
                    "tax_ids": self.tax("kraj_23").ids,
                }
            ],
        )
        self.assertIn("faktura.xml", bill.message_ids.attachment_ids.mapped("name"))
        bill.action_post()
        self.assertEqual(bill.state, "posted")

    def test_dropped_where_the_kind_is_not_known_yet(self):
        raw = fa3.write(self.document())
        attachment = self.env["ir.attachment"].create({"name": "f.xml", "raw": raw})
        action = self.journal.create_document_from_attachment(attachment.ids)
        self.assertBill(self.env["account.move"].browse(action["res_id"]), 123, 23)

    def mailed(self, raw):
        """Mail a file to the journal; return what became of it."""
        domain = self.env["mail.alias.domain"].create({"name": "mail.example.com"})
        self.company.alias_domain_id = domain
        self.journal.write({"alias_name": "faktury"})
        mail = MAIL.format(
            to="faktury@mail.example.com",
            id="1",
            content=base64.encodebytes(raw).decode(),
        )
        bill = self.env["mail.thread"].message_process("account.move", mail)
        return self.env["account.move"].browse(bill)

    def test_mailed_to_the_journal(self):
        bill = self.mailed(fa3.write(self.document()))
        self.assertBill(bill, 123, 23)
        self.assertEqual(bill.journal_id, self.journal)
        self.assertEqual(bill.partner_id.name, "Nowy Dostawca S.A.")

    def test_another_buyer_is_told_and_no_bill_is_made(self):
        document = self.document()
        document.buyer.identification.nip = "9999999999"
        with self.assertRaisesRegex(UserError, "9999999999"):
            self.drop(document)

    def test_a_mailed_file_of_another_buyer_is_a_bill_to_look_at(self):
        document = self.document()
        document.buyer.identification.nip = "9999999999"
        bill = self.mailed(fa3.write(document))
        self.assertFalse(bill.invoice_line_ids)
        self.assertIn("9999999999", self.told(bill))

    def test_vendor_is_made_with_address_and_account(self):
        account = fa3.BankAccount(number=ACCOUNT)
        bill = self.drop(self.document(payment=fa3.Payment(accounts=[account])))
        self.assertRecordValues(
            bill.partner_id,
            [
                {
                    "vat": f"PL{self.supplier_nip}",
                    "street": "ul. Długa 1",
                    "zip": "80-001",
                    "city": "Gdańsk",
                    "email": "biuro@example.com",
                    "is_company": True,
                }
            ],
        )
        self.assertEqual(bill.partner_bank_id.acc_number, ACCOUNT)
        self.assertFalse(bill.partner_bank_id.allow_out_payment)
        again = self.drop(self.document(number="FV/2"))
        self.assertEqual(again.partner_id, bill.partner_id)

    def test_another_account_of_a_known_vendor_is_told_not_taken(self):
        first = self.document(
            payment=fa3.Payment(accounts=[fa3.BankAccount(number=ACCOUNT)])
        )
        known = self.drop(first).partner_id
        second = self.document(
            number="FV/2",
            payment=fa3.Payment(accounts=[fa3.BankAccount(number=OTHER_ACCOUNT)]),
        )
        bill = self.drop(second)
        self.assertEqual(bill.partner_id, known)
        self.assertEqual(known.bank_ids.mapped("acc_number"), [ACCOUNT])
        self.assertFalse(bill.partner_bank_id)
        self.assertIn(OTHER_ACCOUNT, bill.activity_ids.note)

    # --- dates and payment ---------------------------------------------------

    def test_of_several_due_dates_the_first_counts_and_all_are_told(self):
        days = [date(2026, 12, 1), date(2026, 11, 15)]
        payment = fa3.Payment(due=[fa3.Due(on=day) for day in days])
        bill = self.drop(self.document(payment=payment))
        self.assertEqual(str(bill.invoice_date_due), "2026-11-15")
        days = ", ".join(format_date(self.env, day) for day in reversed(days))
        self.assertIn(days, self.told(bill))

    def test_dates_and_terms(self):
        rule = fa3.DueRule(count=14, unit="dni", event="data wystawienia")
        bill = self.drop(
            self.document(
                sale_date=date(2026, 10, 30),
                payment=fa3.Payment(
                    due=[fa3.Due(rule=rule)],
                    partial=fa3.PartialPayment.IN_PART,
                    instalments=[
                        fa3.Instalment(
                            amount=Decimal("23.00"), paid_on=date(2026, 11, 3)
                        )
                    ],
                ),
            )
        )
        self.assertEqual(str(bill.taxable_supply_date), "2026-10-30")
        self.assertGreaterEqual(bill.date, bill.invoice_date)
        self.assertEqual(str(bill.invoice_date_due), "2026-11-16")
        self.assertIn(self.company.currency_id.format(23), self.told(bill))

    def test_vat_is_not_deducted_before_the_invoice_was_received(self):
        bill = self.drop(self.document(issue_date=date(2026, 10, 31)))
        self.assertEqual(bill.date, date(2026, 10, 31))
        bill.sudo().l10n_pl_ksef_received_on = "2026-11-02"
        bill.invoice_date = "2026-10-30"
        self.assertGreaterEqual(bill.date, date(2026, 11, 2))

    # --- files that are no good ----------------------------------------------

    def test_hostile_files_make_nothing(self):
        good = fa3.write(self.document())
        entities = b"<!DOCTYPE f [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        laughs = b"<!DOCTYPE f [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"
        declaration, rest = good.split(b"?>", 1)
        files = {
            "nothing": b"",
            "cut": good[:700],
            "entities": declaration + b"?>" + entities + rest,
            "laughs": declaration + b"?>" + laughs + rest.replace(b"Towar 1", b"&b;"),
            "number": good.replace(b"<P_15>123.00<", b"<P_15>NaN<"),
            "missing": good.replace(b"<P_2>FV/1/11/2026</P_2>", b""),
            "encoding": good.decode().replace("Nowy", "Żółty").encode("iso-8859-2"),
        }
        for name, raw in files.items():
            with self.subTest(name):
                with self.assertRaises(UserError) as caught:
                    self.drop(raw, f"{name}.xml")
                self.assertNotIn("root:", str(caught.exception))
        self.assertFalse(
            self.env["account.move"].search([("journal_id", "=", self.journal.id)])
        )
