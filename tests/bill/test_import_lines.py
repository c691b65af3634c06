"""Lines of an FA(3) file on a bill: taxes, prices, currency, products."""

from decimal import Decimal

from odoo.tests import tagged

from ...ksef_api import fa3
from .importing import ImportCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestImportLines(ImportCase):
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
        self.assertRegex(self.told(bill), r"23[.,]01")

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
