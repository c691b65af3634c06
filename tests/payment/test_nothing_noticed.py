"""A company abroad, and a vendor without KSeF, notice nothing of payments by KSeF."""

from lxml import etree

from odoo import Command
from odoo.tests import Form, new_test_user

from .case import PaymentCase

# What people see of this chapter, by model.
FORMS = {
    "account.move": "account.view_move_form",
    "account.payment": "account.view_account_payment_form",
    "account.payment.register": "account.view_account_payment_register_form",
    "res.partner": "base.view_partner_form",
}
OURS = ("identifier", "title_number", "is_split", "white_list", "list_", "collect")
OURS += ("choice", "_split", "transfers", "duty", "concerns")


class TestNothingNoticed(PaymentCase):
    def setUp(self):
        super().setUp()
        self.sandbox.control("DELETE", "/calls")

    def abroad(self):
        """Return another company, of Germany, with somebody who pays its bills."""
        company = self.env["res.company"].create(
            {"name": "GmbH", "country_id": self.env.ref("base.de").id}
        )
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        user = new_test_user(
            self.env,
            "zahlerin",
            groups="account.group_account_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        return company, user

    def bill_of(self, user, partner):
        move = (
            self.env["account.move"]
            .with_user(user)
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": partner.id,
                    "invoice_date": "2026-11-02",
                    "ref": "R-1",
                    "invoice_line_ids": [
                        Command.create({"name": "Papier", "price_unit": 20_000})
                    ],
                }
            )
        )
        move.action_post()
        return move

    def shown(self, record, user):
        """Return our fields of this chapter that the form of ``record`` shows."""
        record = record.with_user(user)
        view = self.env.ref(FORMS[record._name])
        form = Form(record, view=view.with_user(user))
        names = [
            node.get("name")
            for node in etree.fromstring(record.get_view(view.id, "form")["arch"]).iter(
                "field"
            )
        ]
        ours = {
            name
            for name in names
            if name.startswith("l10n_pl_ksef_") and any(word in name for word in OURS)
        }
        self.assertTrue(ours, "there is nothing to look at")
        return {
            name
            for name in ours
            if name in form._view["fields"]
            and not form._get_modifier(name, "invisible")
            and not form._get_modifier(name, "column_invisible")
        }

    def calls(self):
        return self.sandbox.control("GET", "/calls")["total"]

    def test_a_company_abroad_sees_and_asks_nothing(self):
        company, user = self.abroad()
        # As the default is from 1 December 2026 on.
        company.l10n_pl_ksef_payment_titles = "yes"
        # Even of a Polish vendor, whom the list knows.
        bill = self.bill_of(user, self.supplier)
        window = (
            self.env["account.payment.register"]
            .with_user(user)
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({})
        )
        window.action_create_payments()
        payment = bill.matched_payment_ids
        self.assertEqual(payment.memo, "R-1")
        self.assertEqual(self.shown(bill, user), set())
        self.assertEqual(self.shown(payment, user), set())
        for name in ("concerns", "choice", "split", "list_told", "list_warning"):
            value = window[f"l10n_pl_ksef_{name}"]
            self.assertFalse(value and value != "leave", name)
        self.assertFalse(self.supplier.with_user(user).l10n_pl_ksef_can_collect)
        self.assertEqual(self.calls(), 0)

    def test_its_bank_transactions_are_left_alone(self):
        company, _user = self.abroad()
        bank = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "payment_ref": "5265877635-20270104-0100001AF629-D0",
                "amount": 5,
            }
        )
        self.assertFalse(line.l10n_pl_ksef_found or line.l10n_pl_ksef_match)

    def test_a_bill_of_a_vendor_abroad_is_paid_as_ever(self):
        vendor = self.env["res.partner"].create(
            {"name": "SARL", "country_id": self.env.ref("base.fr").id}
        )
        bill = self.entered_bill(vendor)
        before = self.calls()
        window = self.window(bill)
        self.assertFalse(window.l10n_pl_ksef_concerns or window.l10n_pl_ksef_list_told)
        payment = self.pay(bill)
        self.assertEqual(payment.memo, "FV/BEZ/1")
        self.assertEqual(self.shown(payment, self.env.user), set())
        self.assertEqual(self.calls(), before)

    def test_a_polish_vendor_without_ksef_is_paid_as_ever(self):
        bill = self.entered_bill(self._partner("Bez NIP", "", vat=False))
        self.assertFalse(self.window(bill).l10n_pl_ksef_concerns)
        self.assertEqual(self.pay(bill).memo, "FV/BEZ/1")
