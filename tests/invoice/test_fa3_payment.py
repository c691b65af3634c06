"""How an invoice is paid, what was paid, and to which account."""

from decimal import Decimal

from odoo import Command

from ...ksef_api import fa3
from ...ksef_api.fa3 import PaymentMethod
from ..common import make_nip
from .case import Fa3Case

NRB = "61109010140000071219812874"
FACTORS_NRB = "27114020040000300201355387"


class TestFa3Payment(Fa3Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.bank(cls.company.partner_id, NRB)

    @classmethod
    def bank(cls, partner, number, **values):
        return cls.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": partner.id, **values}
        )

    def payment(self, move):
        return self.document(move).body.payment

    def sold(self, **values):
        return self.invoice(**{"partner_bank_id": self.account.id, **values})

    def pay(self, move, journal, **values):
        window = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        values = {"journal_id": journal.id, "payment_date": "2026-11-02", **values}
        return window.create(values)._create_payments()

    def journal(self, kind):
        return self.env["account.journal"].create(
            {"name": kind, "type": kind, "code": f"K{kind[:3]}"}
        )

    # --- how -----------------------------------------------------------------

    def test_each_payment_has_the_form_of_its_journal(self):
        for kind, method in (
            ("cash", PaymentMethod.CASH),
            ("bank", PaymentMethod.TRANSFER),
            ("credit", PaymentMethod.CARD),
        ):
            move = self.sold()
            self.pay(move, self.journal(kind))
            self.assertEqual(self.payment(move).method, method, kind)

    def test_each_part_payment_has_its_own_form(self):
        move = self.sold()
        self.pay(move, self.journal("cash"), amount=46)
        self.pay(move, self.journal("bank"), amount=100, payment_date="2026-11-03")
        payment = self.payment(move)
        told = [(part.amount, part.method) for part in payment.instalments]
        wanted = [(46, PaymentMethod.CASH), (100, PaymentMethod.TRANSFER)]
        self.assertEqual(told, wanted)
        self.assertEqual(payment.partial, fa3.PartialPayment.IN_PART)
        self.assertEqual(payment.method, PaymentMethod.TRANSFER)

    def test_the_payment_method_tells_more_than_its_journal(self):
        journal = self.journal("bank")
        method = journal.inbound_payment_method_line_ids[:1]
        method.l10n_pl_ksef_payment_method = "7"
        move = self.sold()
        self.pay(move, journal, payment_method_line_id=method.id)
        self.assertEqual(self.payment(move).method, PaymentMethod.MOBILE)

    def test_what_is_to_be_paid_follows_the_nearest_that_tells_how(self):
        self.assertEqual(self.payment(self.sold()).method, PaymentMethod.TRANSFER)
        move = self.sold()
        move.journal_id.l10n_pl_ksef_payment_method = "2"
        self.assertEqual(self.payment(move).method, PaymentMethod.CARD)
        self.customer.l10n_pl_ksef_payment_method = "1"
        self.assertEqual(self.payment(move).method, PaymentMethod.CASH)
        line = self.journal("bank").inbound_payment_method_line_ids[:1]
        move = self.sold(preferred_payment_method_line_id=line.id)
        self.assertEqual(self.payment(move).method, PaymentMethod.TRANSFER)
        move = self.sold(l10n_pl_ksef_payment_method="3")
        self.assertEqual(self.payment(move).method, PaymentMethod.VOUCHER)

    # --- paid ----------------------------------------------------------------

    def test_a_paid_invoice_does_not_ask_for_a_transfer(self):
        move = self.sold(invoice_date_due="2026-11-30")
        self.pay(move, self.journal("cash"))
        payment = self.payment(move)
        self.assertEqual(str(payment.paid_on), "2026-11-02")
        self.assertEqual((payment.accounts, payment.due), ([], []))
        self.assertEqual(payment.method, PaymentMethod.CASH)

    def test_an_invoice_paid_in_parts_is_paid(self):
        move = self.sold()
        self.pay(move, self.journal("cash"), amount=46)
        self.pay(move, self.journal("bank"), amount=200)
        payment = self.payment(move)
        self.assertEqual(payment.partial, fa3.PartialPayment.IN_WHOLE)
        self.assertEqual((payment.accounts, payment.due), ([], []))

    # --- terms ---------------------------------------------------------------

    def term(self, *days, **values):
        share = 100 / len(days)
        lines = [
            Command.create({"value": "percent", "value_amount": share, "nb_days": day})
            for day in days
        ]
        return self.env["account.payment.term"].create(
            {"name": "Warunki", "line_ids": lines, **values}
        )

    def test_terms_in_days_are_told_as_a_rule_too(self):
        terms = self.term(14, 30)
        payment = self.payment(self.sold(invoice_payment_term_id=terms.id))
        told = [(str(due.on), due.rule.count, due.rule.unit) for due in payment.due]
        wanted = [("2026-11-16", 14, "dni"), ("2026-12-02", 30, "dni")]
        self.assertEqual(told, wanted)

    def test_a_discount_for_an_early_payment_is_told(self):
        terms = self.term(
            30, early_discount=True, discount_percentage=2.5, discount_days=7
        )
        payment = self.payment(self.sold(invoice_payment_term_id=terms.id))
        self.assertEqual(payment.cash_discount.amount, "2,5 %")
        self.assertIn("7 dni", payment.cash_discount.conditions)

    # --- accounts ------------------------------------------------------------

    def factor(self):
        factor = self._partner("Faktor S.A.", make_nip("factor"))
        party = Command.create({"partner_id": factor.id, "role": "1"})
        return factor, self.sold(l10n_pl_ksef_party_ids=[party])

    def test_with_a_factor_its_account_stands_in_the_place_of_the_sellers(self):
        factor, move = self.factor()
        self.bank(factor, FACTORS_NRB)
        payment = self.payment(move)
        self.assertEqual(payment.accounts, [])
        self.assertEqual(payment.factor_accounts[0].number, FACTORS_NRB)

    def test_a_factor_without_an_account_is_told(self):
        factor, move = self.factor()
        (problem,) = move._l10n_pl_ksef_problems()
        self.assertIn("pays to the factor", problem.text)
        self.assertEqual((problem.record, problem.field), (factor, "bank_ids"))
        self.assertEqual(self.payment(move).accounts, [])

    def test_an_account_has_its_description(self):
        self.account.l10n_pl_ksef_description = "PLN"
        (account,) = self.payment(self.sold()).accounts
        self.assertEqual(account.description, "PLN")

    def test_a_number_that_is_no_account_is_told(self):
        for number in ("61109010140000071219812875", "PL6110901014", "123-456"):
            account = self.bank(self.company.partner_id, number)
            (problem,) = self.sold(partner_bank_id=account.id)._l10n_pl_ksef_problems()
            self.assertIn("no Polish account number", problem.text)
            self.assertEqual((problem.record, problem.field), (account, "acc_number"))
            self.assertFalse(problem.is_warning)

    def test_an_nrb_and_an_iban_are_accounts(self):
        for number in (f"PL {NRB}", "DE89 3704 0044 0532 0130 00"):
            account = self.bank(self.company.partner_id, number)
            move = self.sold(partner_bank_id=account.id)
            self.assertFalse(move._l10n_pl_ksef_problems())

    def test_an_account_in_a_country_without_iban_is_not_judged(self):
        bank = self.env["res.bank"].create(
            {"name": "First Bank", "country": self.env.ref("base.us").id}
        )
        account = self.bank(self.company.partner_id, "0001234567890", bank_id=bank.id)
        move = self.sold(partner_bank_id=account.id)
        self.assertFalse(move._l10n_pl_ksef_problems())

    def test_split_payment_without_an_account_is_told(self):
        move = self.sold()
        move.write({"partner_bank_id": False, "l10n_pl_ksef_split_payment": True})
        (problem,) = move._l10n_pl_ksef_problems()
        self.assertIn("Split payment is made to a bank account", problem.text)
        self.assertEqual((problem.record, problem.field), (move, "partner_bank_id"))

    def test_an_instalment_of_an_amount_in_grosze(self):
        move = self.sold()
        self.pay(move, self.journal("bank"), amount=0.1)
        (part,) = self.payment(move).instalments
        self.assertEqual(part.amount, Decimal("0.10"))
