import base64
from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from ..ksef_api import fa3
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

    def test_mailed_to_the_journal(self):
        domain = self.env["mail.alias.domain"].create({"name": "mail.example.com"})
        self.company.alias_domain_id = domain
        self.journal.write({"alias_name": "faktury"})
        mail = MAIL.format(
            to="faktury@mail.example.com",
            id="1",
            content=base64.encodebytes(fa3.write(self.document())).decode(),
        )
        self.env["mail.thread"].message_process("account.move", mail)
        bill = self.env["account.move"].search([("ref", "=", "FV/1/11/2026")])
        self.assertBill(bill, 123, 23)
        self.assertEqual(bill.journal_id, self.journal)
        self.assertEqual(bill.partner_id.name, "Nowy Dostawca S.A.")

    def test_another_buyer_is_told(self):
        document = self.document()
        document.buyer.identification.nip = "9999999999"
        bill = self.drop(document)
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

    def test_every_rate_has_its_purchase_tax(self):
        wanted = {
            "23": "kraj_23",
            "8": "kraj_8",
            "5": "kraj_5",
            "0 KR": "kraj_0",
            "zw": "kraj_zw",
            "oo": "stal",
        }
        self.tax("stal").active = True  # archived as the chart makes it
        for rate, tax in wanted.items():
            with self.subTest(rate):
                rule = fa3.RATES[fa3.Rate(rate)]
                vat = Decimal(rule.percent or 0)
                sums = {"net_23": None, "vat_23": None, rule.sums.net: Decimal(100)}
                if rule.sums.vat:
                    sums[rule.sums.vat] = vat
                document = self.document(
                    lines=[self.line(rate=rate)], total=100 + vat, **sums
                )
                bill = self.drop(document)
                self.assertBill(bill, float(100 + vat))
                self.assertEqual(bill.invoice_line_ids.tax_ids, self.tax(tax))

    def test_sellers_from_abroad_have_the_buyer_account_for_vat(self):
        cases = (
            ("DE", "np II", "net_eu_services", "nabu"),
            ("US", "np I", "net_abroad", "impu"),
            ("DE", "0 WDT", "net_0_eu", "unia"),
            ("PL", "np I", "net_abroad", None),
        )
        for country, rate, name, tax in cases:
            with self.subTest(country=country, rate=rate):
                document = self.document(
                    country,
                    lines=[self.line(rate=rate)],
                    net_23=None,
                    vat_23=None,
                    total=Decimal(100),
                    **{name: Decimal(100)},
                )
                bill = self.drop(document)
                self.assertBill(bill, 100)
                expected = self.tax(tax) if tax else self.env["account.tax"]
                self.assertEqual(bill.invoice_line_ids.tax_ids, expected)

    def test_a_rate_without_a_tax_keeps_the_total_and_is_told(self):
        document = self.document(
            lines=[self.line(rate="4")],
            net_23=None,
            vat_23=None,
            net_taxi=Decimal(100),
            vat_taxi=Decimal(4),
            total=Decimal(104),
        )
        bill = self.drop(document)
        self.assertBill(bill, 104, 0)
        self.assertIn("VAT (4)", bill.invoice_line_ids.mapped("name"))
        self.assertIn("4", bill.activity_ids.note)

    def test_gross_lines(self):
        lines = [
            self.line(
                n,
                net="0",
                unit_price_net=None,
                unit_price_gross=Decimal("9.99"),
                gross=Decimal("9.99"),
            )
            for n in (1, 2, 3)
        ]
        for line in lines:
            line.net = None
        # 29.97 gross is 24.37 net and 5.60 VAT
        document = self.document(
            lines=lines,
            net_23=Decimal("24.37"),
            vat_23=Decimal("5.60"),
            total=Decimal("29.97"),
        )
        bill = self.drop(document)
        self.assertBill(bill, 29.97, 5.60)

    def test_discount_quantity_and_what_does_not_fit(self):
        lines = [
            self.line(
                1,
                net="90.00",
                quantity=Decimal(2),
                unit_price_net=Decimal("50.00"),
                discount=Decimal("10.00"),
            ),
            self.line(
                2,
                net="12.35",
                quantity=Decimal("1.23456"),
                unit_price_net=Decimal("10.00"),
                unit="opak.",
            ),
        ]
        document = self.document(
            lines=lines,
            net_23=Decimal("102.35"),
            vat_23=Decimal("23.54"),
            total=Decimal("125.89"),
        )
        bill = self.drop(document)
        self.assertBill(bill, 125.89, 23.54)
        first, second = bill.invoice_line_ids
        self.assertEqual((first.quantity, first.price_unit), (2, 50))
        self.assertAlmostEqual(first.discount, 10)
        self.assertIn("1.23456 opak.", second.name)
        self.assertEqual(second.price_subtotal, 12.35)

    def test_a_discount_that_is_no_round_percentage_keeps_the_net_amount(self):
        line = self.line(
            net="9666.67",
            quantity=Decimal(1),
            unit_price_net=Decimal("10000.00"),
            discount=Decimal("333.33"),
        )
        document = self.document(
            lines=[line],
            net_23=Decimal("9666.67"),
            vat_23=Decimal("2223.33"),
            total=Decimal("11890.00"),
        )
        bill = self.drop(document)
        self.assertBill(bill, 11890, 2223.33)
        (row,) = bill.invoice_line_ids
        self.assertEqual(row.price_subtotal, 9666.67)

    def test_vat_of_the_document_counts(self):
        document = self.document(vat_23=Decimal("23.01"), total=Decimal("123.01"))
        bill = self.drop(document)
        self.assertBill(bill, 123.01, 23.01)
        self.assertEqual(len(bill.invoice_line_ids), 1)
        self.assertIn("23,01", self.told(bill))

    def test_a_total_that_differs_has_a_rounding_line(self):
        bill = self.drop(self.document(total=Decimal("123.40")))
        self.assertBill(bill, 123.40, 23)
        self.assertEqual(bill.invoice_line_ids[-1].price_subtotal, 0.40)
        self.assertTrue(bill.activity_ids)
        bill.action_post()

    def test_foreign_currency_with_the_rate_of_the_document(self):
        line = self.line(exchange_rate=Decimal("4.5"))
        bill = self.drop(
            self.document(currency="EUR", lines=[line], vat_23_pln=Decimal("103.50"))
        )
        self.assertBill(bill, 123, 23)
        self.assertEqual(bill.currency_id.name, "EUR")
        tax_line = bill.line_ids.filtered("tax_line_id")
        self.assertAlmostEqual(tax_line.balance, 103.50, places=2)

    def test_foreign_currency_with_vat_in_zlotys_alone(self):
        document = self.document(
            currency="EUR", lines=[self.line()], vat_23_pln=Decimal("98.21")
        )
        bill = self.drop(document)
        self.assertBill(bill, 123, 23)
        tax_line = bill.line_ids.filtered("tax_line_id")
        self.assertAlmostEqual(tax_line.balance, 98.21, places=2)

    def test_products_by_code_gtin_and_name(self):
        product = self.env["product.product"]
        by_code = product.create({"name": "A", "default_code": "K-1"})
        by_gtin = product.create({"name": "B", "barcode": "5901234123457"})
        by_name = product.create({"name": "Wazon"})
        product.create([{"name": "Stół"}, {"name": "Stół"}])
        vendor = self.drop(self.document()).partner_id
        by_vendor = product.create({"name": "C"})
        self.env["product.supplierinfo"].create(
            {
                "partner_id": vendor.id,
                "product_tmpl_id": by_vendor.product_tmpl_id.id,
                "product_code": "V-9",
            }
        )
        lines = [
            self.line(1, index="K-1"),
            self.line(2, gtin="5901234123457"),
            self.line(3, name="Wazon"),
            self.line(4, name="Stół"),
            self.line(5, index="V-9"),
        ]
        bill = self.drop(
            self.document(
                number="FV/2",
                lines=lines,
                net_23=Decimal(500),
                vat_23=Decimal(115),
                total=Decimal(615),
            )
        )
        self.assertBill(bill, 615, 115)
        self.assertEqual(
            [line.product_id for line in bill.invoice_line_ids],
            [by_code, by_gtin, by_name, product, by_vendor],
        )
        self.assertEqual(bill.invoice_line_ids[0].name, "Towar 1")

    # --- corrections, advances, margin ---------------------------------------

    def correction(self, *lines, net, vat, **body):
        """Return a correcting invoice of FV/1/11/2026."""
        original = fa3.CorrectedInvoice(
            issue_date=date(2026, 11, 2), number="FV/1/11/2026"
        )
        correction = fa3.Correction(reason="Zwrot", invoices=[original])
        values = {
            "number": "KOR/1",
            "kind": fa3.InvoiceKind.CORRECTION,
            "correction": correction,
            "lines": list(lines),
            "net_23": Decimal(net),
            "vat_23": Decimal(vat),
            "total": Decimal(net) + Decimal(vat),
        }
        return self.document(**values | body)

    def test_a_correction_down_is_a_refund_of_its_bill(self):
        bill = self.drop(self.document())
        refund = self.drop(
            self.correction(
                self.line(1, before=True, quantity=Decimal(2), net="100"),
                self.line(1, net="40.00", unit_price_net=Decimal(40)),
                net="-60.00",
                vat="-13.80",
            )
        )
        self.assertBill(refund, 73.80, 13.80, "in_refund")
        self.assertEqual(refund.reversed_entry_id, bill)
        self.assertEqual(refund.l10n_pl_ksef_corrected_ids, bill)
        before, after = refund.invoice_line_ids
        self.assertEqual(before.price_subtotal, 100)
        self.assertEqual((after.quantity, after.price_subtotal), (-1, -40))
        self.assertIn("Zwrot", self.told(refund))

    def test_a_correction_up_is_a_linked_bill(self):
        bill = self.drop(self.document())
        more = self.drop(
            self.correction(
                self.line(1, before=True),
                self.line(1, net="150.00"),
                net="50.00",
                vat="11.50",
            )
        )
        self.assertBill(more, 61.50, 11.50)
        self.assertEqual(more.l10n_pl_ksef_corrected_ids, bill)
        self.assertFalse(more.reversed_entry_id)

    def test_a_collective_correction_has_sums_alone(self):
        refund = self.drop(self.correction(net="-10.00", vat="-2.30"))
        self.assertBill(refund, 12.30, 2.30, "in_refund")
        self.assertIn("FV/1/11/2026", self.told(refund))
        self.assertIn("Zwrot", refund.invoice_line_ids.name)

    def test_a_correction_of_data_alone(self):
        document = self.correction(net="0", vat="0", net_23=None, vat_23=None)
        bill = self.drop(document)
        self.assertBill(bill, 0)
        self.assertEqual(len(bill.invoice_line_ids), 1)

    def test_an_advance_and_its_settlement(self):
        ordered = fa3.OrderLine(
            number=1, name="Stół", net=Decimal(200), rate=fa3.Rate.VAT_23
        )
        advance = self.drop(
            self.document(
                number="ZAL/1",
                kind=fa3.InvoiceKind.ADVANCE,
                lines=[],
                order=fa3.Order(total=Decimal(246), lines=[ordered]),
            )
        )
        self.assertBill(advance, 123, 23)
        self.assertIn("Stół", advance.invoice_line_ids.name)
        self.assertEqual(advance.invoice_line_ids.tax_ids, self.tax("kraj_23"))
        settlement = self.drop(
            self.document(
                number="ROZ/1",
                kind=fa3.InvoiceKind.SETTLEMENT,
                lines=[self.line(name="Stół", net="200.00")],
                advance_invoices=[fa3.AdvanceInvoice(number="ZAL/1")],
            )
        )
        self.assertBill(settlement, 123, 23)
        self.assertEqual(settlement.l10n_pl_ksef_corrected_ids, advance)
        self.assertIn("ZAL/1", settlement.invoice_line_ids[-1].name)

    def test_margin_has_no_tax(self):
        scheme = fa3.Annotations(margin=fa3.Margin(scheme=fa3.MarginScheme.TRAVEL))
        line = self.line(net="1", rate="23")
        line.rate = line.net = line.unit_price_net = None
        line.gross = Decimal("2000.00")
        document = self.document(
            lines=[line],
            annotations=scheme,
            net_23=None,
            vat_23=None,
            net_margin=Decimal(2000),
            total=Decimal(2000),
        )
        bill = self.drop(document)
        self.assertBill(bill, 2000, 0)
        self.assertFalse(bill.invoice_line_ids.tax_ids)

    def test_simplified_without_amounts(self):
        line = self.line()
        line.rate = line.net = line.unit_price_net = None
        bill = self.drop(self.document(kind=fa3.InvoiceKind.SIMPLIFIED, lines=[line]))
        self.assertBill(bill, 123, 23)
        self.assertEqual(bill.invoice_line_ids.name, "Towar 1")

    # --- dates and payment ---------------------------------------------------

    def test_of_several_due_dates_the_first_counts_and_all_are_told(self):
        days = [date(2026, 12, 1), date(2026, 11, 15)]
        payment = fa3.Payment(due=[fa3.Due(on=day) for day in days])
        bill = self.drop(self.document(payment=payment))
        self.assertEqual(str(bill.invoice_date_due), "2026-11-15")
        self.assertIn("2026-11-15, 2026-12-01", self.told(bill))

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
        self.assertIn("23.00 PLN", self.told(bill))

    def test_vat_is_not_deducted_before_the_invoice_was_received(self):
        bill = self.drop(self.document(issue_date=date(2026, 10, 31)))
        self.assertEqual(bill.date, date(2026, 10, 31))
        bill.l10n_pl_ksef_received_on = "2026-11-02"
        bill.invoice_date = "2026-10-30"
        self.assertGreaterEqual(bill.date, date(2026, 11, 2))

    # --- files that are no good ----------------------------------------------

    def test_hostile_files_make_nothing_but_an_empty_bill(self):
        good = fa3.write(self.document())
        entities = b"<!DOCTYPE f [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        laughs = b"<!DOCTYPE f [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"
        declaration, rest = good.split(b"?>", 1)
        files = {
            "cut": good[:700],
            "entities": declaration + b"?>" + entities + rest,
            "laughs": declaration + b"?>" + laughs + rest.replace(b"Towar 1", b"&b;"),
            "number": good.replace(b"<P_15>123.00<", b"<P_15>NaN<"),
            "missing": good.replace(b"<P_2>FV/1/11/2026</P_2>", b""),
            "encoding": good.decode().replace("Nowy", "Żółty").encode("iso-8859-2"),
        }
        for name, raw in files.items():
            with self.subTest(name):
                bill = self.drop(raw, f"{name}.xml")
                self.assertFalse(bill.invoice_line_ids)
                self.assertFalse(bill.partner_id)
                self.assertNotIn("root:", self.told(bill))
