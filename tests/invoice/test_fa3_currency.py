from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from .case import Fa3Case


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCurrency(Fa3Case):
    """VAT is told in zlotys, whatever the currency of the invoice and of the books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zloty = cls.env.ref("base.PLN")
        cls.euro = cls.env.ref("base.EUR")
        cls.dollar = cls.env.ref("base.USD")
        (cls.euro | cls.dollar).active = True
        cls.company.currency_id = cls.euro
        cls.env["res.currency.rate"].search([]).unlink()

    def enter_rate(self, currency, of_company, day="2026-11-01"):
        self.env["res.currency.rate"].create(
            {
                "name": day,
                "currency_id": currency.id,
                "company_id": self.company.id,
                "company_rate": of_company,
            }
        )

    def texts(self, move):
        return [problem.text for problem in move._l10n_pl_ksef_problems()]

    def test_books_in_euro_invoice_euro_with_the_rate_and_vat_in_zlotys(self):
        self.enter_rate(self.zloty, 4.2512)
        lines = [("Towar", 1, 100.10, self.tax_23), ("Książka", 3, 7.77, self.tax_5)]
        body = self.document(self.invoice(*lines, currency_id=self.euro.id)).body
        self.assertEqual(body.currency, "EUR")
        rates = {line.exchange_rate for line in body.lines}
        self.assertEqual(rates, {Decimal("4.2512")})
        self.assertEqual(body.vat_23, Decimal("23.02"))
        self.assertEqual(body.vat_23_pln, Decimal("97.86"))
        self.assertEqual(
            (body.vat_5, body.vat_5_pln), (Decimal("1.17"), Decimal("4.97"))
        )

    def test_books_in_euro_invoice_zlotys_as_any_domestic_invoice(self):
        self.enter_rate(self.zloty, 4.25)
        move = self.invoice(("Towar", 1, 100, self.tax_23), currency_id=self.zloty.id)
        body = self.document(move).body
        self.assertEqual((body.currency, body.total), ("PLN", Decimal("123")))
        self.assertEqual((body.vat_23, body.vat_23_pln), (Decimal("23"), None))
        self.assertIsNone(body.lines[0].exchange_rate)

    def test_books_in_euro_need_no_rate_for_an_invoice_in_zlotys(self):
        self.enter_rate(self.zloty, 4.25, "2020-01-01")
        move = self.invoice(("Towar", 1, 100, self.tax_23), currency_id=self.zloty.id)
        self.assertEqual(self.texts(move), [])

    def test_books_in_euro_invoice_dollars_across_the_euro(self):
        self.enter_rate(self.zloty, 4.4)
        self.enter_rate(self.dollar, 1.1)
        move = self.invoice(("Towar", 2, 50, self.tax_23), currency_id=self.dollar.id)
        body = self.document(move).body
        self.assertEqual(body.currency, "USD")
        self.assertEqual(body.lines[0].exchange_rate, Decimal("4"))
        self.assertEqual((body.vat_23, body.vat_23_pln), (Decimal("23"), Decimal("92")))

    def test_the_rule_of_the_right_day_does_not_take_euro_for_zlotys(self):
        self.enter_rate(self.zloty, 4.4)
        self.enter_rate(self.dollar, 1.1)
        move = self.invoice(
            currency_id=self.dollar.id, taxable_supply_date="2026-11-02"
        )
        self.assertIsNone(move._l10n_pl_ksef_rule_exchange_rate())

    def test_the_rate_is_that_of_the_day_of_supply(self):
        self.enter_rate(self.zloty, 4, "2026-10-01")
        self.enter_rate(self.zloty, 5, "2026-11-01")
        move = self.invoice(currency_id=self.euro.id, taxable_supply_date="2026-10-15")
        self.assertEqual(self.document(move).body.lines[0].exchange_rate, Decimal("4"))

    def test_a_rate_entered_on_the_invoice_counts(self):
        self.enter_rate(self.zloty, 4)
        self.enter_rate(self.dollar, 1.1)
        move = self.invoice(currency_id=self.dollar.id, post=False)
        move.invoice_currency_rate = 1.25
        move.action_post()
        rate = self.document(move).body.lines[0].exchange_rate
        self.assertEqual(rate, Decimal("3.2"))

    def test_a_credit_note_takes_the_vat_in_zlotys_back(self):
        self.enter_rate(self.zloty, 4.25)
        move = self.invoice(("Towar", 1, 100, self.tax_23), currency_id=self.euro.id)
        move.l10n_pl_ksef_is_outside = True
        credit = move._reverse_moves([{"invoice_date": "2026-11-03"}])
        credit.action_post()
        body = self.document(credit).body
        self.assertEqual(body.vat_23, Decimal("-23"))
        self.assertEqual(body.vat_23_pln, Decimal("-97.75"))

    def test_without_a_rate_of_the_zloty_a_sentence_comes_before_sending(self):
        move = self.invoice(currency_id=self.euro.id)
        (text,) = self.texts(move)
        self.assertIn("exchange rate of PLN", text)
        self.enter_rate(self.zloty, 4.25)
        self.assertEqual(self.texts(move), [])

    def test_a_currency_that_nobody_entered_a_rate_of_is_named(self):
        self.enter_rate(self.zloty, 4.25)
        move = self.invoice(currency_id=self.dollar.id)
        (text,) = self.texts(move)
        self.assertIn("exchange rate of USD", text)

    def test_books_in_zlotys_do_not_send_dollars_at_one_to_one(self):
        self.company.currency_id = self.zloty
        move = self.invoice(currency_id=self.dollar.id)
        (text,) = self.texts(move)
        self.assertIn("exchange rate of USD", text)

    def test_split_payment_is_judged_in_zlotys(self):
        self.enter_rate(self.zloty, 4)
        coal = self.env["product.product"].create(
            {"name": "Węgiel", "l10n_pl_ksef_annex15": True}
        )
        for price, compulsory in ((3_000, False), (3_100, True)):
            move = self.invoice(currency_id=self.euro.id, post=False)
            move.invoice_line_ids = [
                Command.clear(),
                Command.create(
                    {
                        "product_id": coal.id,
                        "price_unit": price,
                        "tax_ids": [Command.set(self.tax_23.ids)],
                    }
                ),
            ]
            self.assertEqual(move.l10n_pl_ksef_split_payment, compulsory, price)
