"""What is scanned by a banking app says what the payment will say."""

from .case import PaymentCase

SAID = "The code for your banking app stands on the payment"


class TestQr(PaymentCase):
    """Euros, for which Odoo makes codes (SEPA)."""

    def setUp(self):
        super().setUp()
        self.euro = self.env.ref("base.EUR")
        self.euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.25,
            }
        )
        self.account = self.env["res.partner.bank"].create(
            {
                "partner_id": self.supplier.id,
                "acc_number": "PL61109010140000071219812874",
                "allow_out_payment": True,
            }
        )
        self.texts = []
        banks = type(self.env["res.partner.bank"])
        self.patch(banks, "_get_error_messages_for_qr", lambda *_a: None)
        self.patch(banks, "_check_for_qr_code_errors", lambda *_a: None)
        self.patch(
            banks,
            "get_available_qr_methods_in_sequence",
            lambda _self: [("sct_qr", "SEPA")],
        )
        self.patch(banks, "_get_qr_code_base64", self.drawn)

    def drawn(self, **values):
        self.texts.append(
            (values["free_communication"], values["structured_communication"])
        )
        return "data:image/png;base64,AA=="

    def in_euros(self, *numbers):
        bills = self.vendor_bills(*({"number": number} for number in numbers))
        bills.button_draft()
        bills.write({"currency_id": self.euro.id, "partner_bank_id": self.account.id})
        bills.action_post()
        return bills

    def shown(self, bills, **values):
        """Return what the window shows, and what the last code says."""
        window = self.window(bills, **values)
        self.texts.clear()
        window.invalidate_recordset(["qr_code"])
        return str(window.qr_code or ""), self.texts and self.texts[-1]

    def test_it_says_what_the_memo_will_say(self):
        bill = self.in_euros("FV/1")
        title = f"{bill.l10n_pl_ksef_number} rata 1"
        shown, text = self.shown(bill, communication="rata 1")
        self.assertIn("<img", shown)
        self.assertEqual(text, (title, ""))
        self.assertEqual(self.pay(bill, communication="rata 1").memo, title)

    def test_without_the_number_it_says_what_was_typed(self):
        bill = self.in_euros("FV/1")
        values = {"communication": "rata 1", "l10n_pl_ksef_choice": "leave"}
        _shown, text = self.shown(bill, **values)
        self.assertEqual(text[0], "rata 1")

    def test_before_the_identifier_is_made_there_is_no_code(self):
        bills = self.in_euros("FV/1", "FV/2")
        shown, _text = self.shown(bills, group_payment=True)
        self.assertIn(SAID, shown)
        self.assertNotIn("<img", shown)
        payment = self.pay(bills, group_payment=True)
        self.assertIn("<img", payment.qr_code)
        self.assertEqual(self.texts[-1], (payment.memo, payment.memo))
        self.assertTrue(
            payment.memo.startswith(payment.l10n_pl_ksef_identifier_id.number)
        )

    def test_several_payments_have_no_code_in_common(self):
        shown, _text = self.shown(self.in_euros("FV/1", "FV/2"), group_payment=False)
        self.assertNotIn("<img", shown)

    def test_while_nothing_is_chosen_there_is_no_code(self):
        bill = self.in_euros("FV/1")
        entered = self.entered_bill(
            bill.partner_id,
            currency_id=self.euro.id,
            partner_bank_id=self.account.id,
        )
        shown, _text = self.shown(bill + entered, group_payment=True)
        self.assertIn(SAID, shown)

    def test_bills_outside_ksef_are_as_ever(self):
        bill = self.entered_bill(
            currency_id=self.euro.id, partner_bank_id=self.account.id
        )
        _shown, text = self.shown(bill)
        self.assertEqual(text, ("FV/BEZ/1", "FV/BEZ/1"))

    def test_the_code_of_an_invoice_asks_for_its_ksef_number(self):
        self.company.qr_code = True
        ours = self.env["res.partner.bank"].create(
            {
                "partner_id": self.company.partner_id.id,
                "acc_number": "PL27114020040000300201355387",
            }
        )
        invoice = self.invoice()
        invoice.button_draft()
        invoice.write({"currency_id": self.euro.id, "partner_bank_id": ours.id})
        invoice.action_post()
        invoice._l10n_pl_ksef_send()
        self.process(self.connection)
        number = invoice.l10n_pl_ksef_number
        self.assertEqual(invoice.payment_reference, number)
        self.assertTrue(invoice._generate_qr_code())
        self.assertEqual(self.texts[-1], (number, number))
