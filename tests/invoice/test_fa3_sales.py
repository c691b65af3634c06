"""Invoices of every kind become FA(3) documents that agree with the books."""

from decimal import Decimal

from odoo import Command

from ...ksef_api import fa3
from .case import Fa3Case

# Tax of the chart `pl` -> rate in FA(3), fields of the sums.
RATES = {
    "vs_kraj_23": ("23", "net_23", "vat_23"),
    "vs_kraj_usl_23": ("23", "net_23", "vat_23"),
    "vs_kraj_8": ("8", "net_8", "vat_8"),
    "vs_kraj_5": ("5", "net_5", "vat_5"),
    "vs_kraj_0": ("0 KR", "net_0_domestic", None),
    "vs_zwrot_podróżnych_0": ("0 KR", "net_0_domestic", None),
    "vs_unia": ("0 WDT", "net_0_eu", None),
    "vs_unia_i42": ("0 WDT", "net_0_eu", None),
    "vs_eksp_tow": ("0 EX", "net_0_export", None),
    "vs_kraj_zw": ("zw", "net_exempt", None),
    "vs_stal": ("oo", "net_reverse_charge", None),
    "vs_ekspu": ("np I", "net_abroad", None),
    "vs_dostu": ("np II", "net_eu_services", None),
}


ABROAD = ("0 WDT", "np II")


class TestFa3Sales(Fa3Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.german = cls._partner(
            "Kunde GmbH",
            "",
            vat="DE123456788",
            country_id=cls.env.ref("base.de").id,
        )

    def test_every_rate_stands_in_its_own_sums(self):
        for name, (rate, net, vat) in RATES.items():
            with self.subTest(name):
                partner = self.german if rate in ABROAD else self.customer
                line = ("Towar", 3, 33.33, self.tax(name))
                move = self.invoice(line, partner=partner)
                body = self.document(move).body
                self.assertEqual(body.lines[0].rate.value, rate)
                self.assertEqual(getattr(body, net), Decimal("99.99"))
                if vat:
                    self.assertEqual(
                        getattr(body, vat), Decimal(f"{move.amount_tax:.2f}")
                    )

    def test_rates_of_former_years(self):
        for percent, net in ((22, "net_23"), (7, "net_8"), (4, "net_taxi")):
            with self.subTest(percent):
                tax = self.tax("vs_kraj_23").copy(
                    {"name": f"{percent}%", "amount": percent}
                )
                body = self.document(self.invoice(("Towar", 1, 50, tax))).body
                self.assertEqual(body.lines[0].rate.value, str(percent))
                self.assertEqual(getattr(body, net), Decimal("50"))

    def test_many_rates_on_one_invoice(self):
        taxes = [self.tax(name) for name in ("vs_kraj_23", "vs_kraj_8", "vs_kraj_zw")]
        lines = [("Towar", 7, 14.29, tax) for tax in taxes]
        body = self.document(self.invoice(*lines)).body
        self.assertEqual([line.number for line in body.lines], [1, 2, 3])

    def test_rounding_per_line_and_for_the_whole_invoice(self):
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method):
                self.company.tax_calculation_rounding_method = method
                lines = [("Drobiazg", 1, 0.07, self.tax_23)] * 9
                self.document(self.invoice(*lines))

    def test_prices_with_vat_included(self):
        tax = self.tax_23.copy(
            {"name": "23% b", "price_include_override": "tax_included"}
        )
        line = self.document(self.invoice(("Towar", 3, 123, tax))).body.lines[0]
        self.assertEqual((line.gross, line.unit_price_gross), (369, 123))

    def test_a_discount_is_shown_beside_the_price_before_it(self):
        move = self.invoice(("Towar", 2, 100, self.tax_23), post=False)
        move.invoice_line_ids.discount = 15
        move.action_post()
        line = self.document(move).body.lines[0]
        self.assertEqual(line.unit_price_net, Decimal("100"))
        self.assertEqual(line.discount, Decimal("30"))
        self.assertEqual(line.net, Decimal("170"))

    def test_foreign_currency_has_the_rate_and_vat_in_zlotys(self):
        euro = self.euro_at(4.25)
        move = self.invoice(
            ("Towar", 1, 100, self.tax_23), currency_id=euro.id, post=True
        )
        body = self.document(move).body
        self.assertEqual(body.currency, "EUR")
        self.assertEqual(body.lines[0].exchange_rate, Decimal("4.25"))
        self.assertEqual(body.vat_23, Decimal("23"))
        self.assertEqual(body.vat_23_pln, Decimal("97.75"))

    def test_each_kind_of_legal_basis_has_its_field(self):
        for kind in ("act", "directive", "other"):
            with self.subTest(kind):
                self.tax_zw.l10n_pl_ksef_exemption_kind = kind
                move = self.invoice(("Usługa", 1, 10, self.tax_zw))
                exemption = self.document(move).body.annotations.exemption
                self.assertEqual(getattr(exemption, kind), "art. 43 ust. 1 pkt 29")

    def test_reverse_charge_and_triangular_are_marked(self):
        reverse = self.document(self.invoice(("Stal", 1, 10, self.tax("vs_stal"))))
        self.assertTrue(reverse.body.annotations.reverse_charge)
        tax = self.tax("vs_unia_triangular")
        sold = self.invoice(("Towar", 1, 10, tax), partner=self.german)
        triangular = self.document(sold)
        self.assertTrue(triangular.body.annotations.triangular)
        self.assertEqual(triangular.seller.vat_prefix, "PL")

    def test_a_service_to_a_business_in_the_union_has_the_buyer_account_for_vat(self):
        line = ("Usługa", 1, 10, self.tax("vs_dostu"))
        service = self.invoice(line, partner=self.german)
        self.assertTrue(self.document(service).body.annotations.reverse_charge)
        self.assertFalse(self.document(self.invoice()).body.annotations.reverse_charge)

    def test_procedures_come_from_the_invoice_the_tax_and_its_tags(self):
        def procedure(tax, **values):
            move = self.invoice(("Towar", 1, 10, tax), **values)
            return self.document(move).body.lines[0].procedure

        self.assertIsNone(procedure(self.tax_23))
        marked = procedure(self.tax_23, l10n_pl_vat_b_mpv_prowizja=True)
        self.assertIs(marked, fa3.Procedure.B_MPV_PROWIZJA)
        triangular = procedure(self.tax("vs_unia_triangular"), partner=self.german)
        self.assertIs(triangular, fa3.Procedure.TT_D)
        self.tax_8.l10n_pl_ksef_procedure = "IED"
        self.assertIs(procedure(self.tax_8), fa3.Procedure.IED)

    def test_each_margin_scheme_is_marked(self):
        tax = self.tax_23.copy(
            {"name": "marża", "amount": 0, "l10n_pl_ksef_rate": "margin"}
        )
        field = self.env["account.move"]._fields["l10n_pl_ksef_margin"]
        for scheme in field.get_values(self.env):
            move = self.invoice(("Obraz", 1, 10, tax), l10n_pl_ksef_margin=scheme)
            margin = self.document(move).body.annotations.margin
            self.assertEqual(margin.scheme.value, scheme)

    def test_due_dates_payments_and_the_account_are_told(self):
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "61109010140000071219812874",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        move = self.invoice(invoice_date_due="2026-11-30", partner_bank_id=account.id)
        payment = self.document(move).body.payment
        self.assertEqual([str(due.on) for due in payment.due], ["2026-11-30"])
        self.assertEqual(payment.accounts[0].number, account.sanitized_acc_number)
        self.assertIsNone(payment.paid_on)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"payment_date": "2026-11-10", "amount": 100})._create_payments()
        payment = self.document(move).body.payment
        self.assertEqual(payment.partial.value, "1")
        (instalment,) = payment.instalments
        self.assertEqual(instalment.amount, Decimal(100))

    def test_elsewhere_people_say_who_accounts_for_the_tax(self):
        tax = self.tax_23.copy({"name": "np", "amount": 0, "l10n_pl_ksef_rate": "np I"})
        move = self.invoice(("Usługa", 1, 10, tax), post=False)
        move.l10n_pl_ksef_reverse_charge = True
        move.action_post()
        self.assertTrue(self.document(move).body.annotations.reverse_charge)

    def test_split_payment_is_for_taxpayers_and_where_there_is_vat(self):
        steel = self.env["product.product"].create(
            {"name": "Stal", "l10n_pl_ksef_annex15": True}
        )
        consumer = self.env["res.partner"].create(
            {"name": "Jan Nowak", "country_id": self.env.ref("base.pl").id}
        )
        for partner, tax in ((consumer, self.tax_23), (self.customer, self.tax_0)):
            move = self.invoice(("Stal", 1, 20000, tax), partner=partner, post=False)
            move.invoice_line_ids.product_id = steel
            move.invoice_line_ids.write(
                {"price_unit": 20000, "tax_ids": [Command.set(tax.ids)]}
            )
            move.action_post()
            annotations = self.document(move).body.annotations
            self.assertFalse(annotations.split_payment)

    def test_a_difference_of_exchange_is_no_payment(self):
        eur = self.env.ref("base.EUR")
        eur.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": eur.id,
                    "name": day,
                    "inverse_company_rate": rate,
                }
                for day, rate in (("2026-10-30", 4.25), ("2026-11-08", 4.5))
            ]
        )
        move = self.invoice(currency_id=eur.id)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"payment_date": "2026-11-10"})._create_payments()
        payment = self.document(move).body.payment
        self.assertEqual(str(payment.paid_on), "2026-11-10")
        self.assertEqual(payment.instalments, [])

    def test_split_payment_is_compulsory_for_annex_15_above_15_000(self):
        product = self.env["product.product"].create(
            {"name": "Węgiel", "l10n_pl_ksef_annex15": True}
        )
        for price, compulsory in ((12_195, False), (12_196, True)):
            with self.subTest(price):
                move = self.invoice(("Węgiel", 1, price, self.tax_23), post=False)
                move.invoice_line_ids.product_id = product
                move.invoice_line_ids.tax_ids = self.tax_23
                move.invoice_line_ids.price_unit = price
                move.action_post()
                body = self.document(move).body
                self.assertEqual(body.annotations.split_payment, compulsory)
                self.assertTrue(body.lines[0].annex15)

    def test_a_margin_scheme_shows_no_vat(self):
        tax = self.tax("vs_kraj_0").copy(
            {"name": "Marża", "l10n_pl_ksef_rate": "margin"}
        )
        move = self.invoice(
            ("Obraz", 1, 500, tax), l10n_pl_ksef_margin="P_PMarzy_3_2", post=True
        )
        body = self.document(move).body
        self.assertEqual(body.annotations.margin.scheme, fa3.MarginScheme.ART)
        self.assertEqual(body.net_margin, Decimal("500"))
        self.assertIsNone(body.lines[0].rate)

    def test_vat_of_another_state_is_oss(self):
        tax = self.tax_23.copy({"name": "19% DE", "amount": 19})
        tax.l10n_pl_ksef_rate = "oss"
        body = self.document(self.invoice(("Książka", 1, 100, tax))).body
        self.assertEqual(body.lines[0].oss_rate, Decimal("19"))
        self.assertEqual((body.net_oss, body.vat_oss), (Decimal("100"), Decimal("19")))

    def test_other_annotations_come_from_the_invoice(self):
        move = self.invoice(
            l10n_pl_ksef_cash_method=True,
            l10n_pl_ksef_self_billing=True,
            l10n_pl_ksef_receipt=True,
        )
        body = self.document(move).body
        self.assertTrue(body.annotations.cash_method)
        self.assertTrue(body.annotations.self_billing)
        self.assertTrue(body.receipt)

    def test_numbers_of_orders_contracts_batches_and_delivery_notes(self):
        move = self.invoice(
            l10n_pl_ksef_order_numbers="ZAM 1, ZAM 2",
            l10n_pl_ksef_contract_numbers="U/7",
            l10n_pl_ksef_batch_numbers="P-1",
            l10n_pl_ksef_wz_numbers="WZ 1,WZ 2",
        )
        body = self.document(move).body
        self.assertEqual([o.number for o in body.terms.orders], ["ZAM 1", "ZAM 2"])
        self.assertEqual([c.number for c in body.terms.contracts], ["U/7"])
        self.assertEqual(body.terms.batch_numbers, ["P-1"])
        self.assertEqual(body.wz_numbers, ["WZ 1", "WZ 2"])

    def test_a_period_takes_the_place_of_the_day_of_supply(self):
        move = self.invoice(
            l10n_pl_ksef_period_from="2026-10-01", l10n_pl_ksef_period_to="2026-10-31"
        )
        body = self.document(move).body
        self.assertEqual(str(body.period.first), "2026-10-01")
        self.assertIsNone(body.sale_date)

    def test_gtu_stands_on_the_line(self):
        product = self.env["product.product"].create(
            {"name": "Usługa", "l10n_pl_vat_gtu": "GTU_12", "default_code": "DORADZ"}
        )
        move = self.invoice(post=False)
        move.invoice_line_ids.product_id = product
        move.invoice_line_ids.tax_ids = self.tax_23
        move.action_post()
        line = self.document(move).body.lines[0]
        self.assertEqual((line.gtu.value, line.index), ("GTU_12", "DORADZ"))

    def test_the_footer_has_the_numbers_in_other_registers(self):
        self.company.write(
            {
                "l10n_pl_ksef_krs": "0000123456",
                "l10n_pl_ksef_regon": "123456785",
                "l10n_pl_ksef_bdo": "000012345",
                "l10n_pl_ksef_footer": "Kapitał zakładowy 5 000 zł",
            }
        )
        footer = self.document(self.invoice()).footer
        self.assertEqual(footer.registries[0].krs, "0000123456")
        self.assertEqual(footer.notes[0].text, "Kapitał zakładowy 5 000 zł")


class TestFa3Missing(Fa3Case):
    def test_all_that_is_missing_is_told_at_once_with_where_to_fill_it_in(self):
        self.tax_zw.l10n_pl_ksef_exemption = False
        self.company.street = False
        self.customer.country_id = False
        move = self.invoice(("Usługa", 1, 10, self.tax_zw))
        problems = move._l10n_pl_ksef_problems()
        self.assertEqual(
            [problem.record for problem in problems],
            [self.company.partner_id, self.customer, self.tax_zw],
        )

    def test_the_button_leads_to_the_first_of_them(self):
        self.tax_zw.l10n_pl_ksef_exemption = False
        self.connect()
        move = self.invoice(("Usługa", 1, 10, self.tax_zw))
        action = move.action_l10n_pl_ksef_send()
        window = self.env[action["res_model"]].browse(action["res_id"])
        (alert,) = window.alerts.values()
        self.assertIn("legal basis", alert["message"])
        self.assertEqual(alert["action"]["params"]["model"], "account.tax")
        self.assertFalse(move.l10n_pl_ksef_document_ids)
