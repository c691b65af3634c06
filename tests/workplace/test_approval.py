from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .case import WorkplaceCase


class TestApproval(WorkplaceCase):
    """One person approves a bill before it is posted or paid."""

    def setUp(self):
        super().setUp()
        self.use("rules", "approval")
        self.boss = self.person("boss")
        self.clerk = self.person("clerk")
        self.company.write(
            {
                "l10n_pl_ksef_approval_from": 100,
                "l10n_pl_ksef_approver_id": self.boss.id,
            }
        )

    def bill(self, user=None, **body):
        """Return the bill of a document that arrived, as ``user`` has it."""
        (row,) = self.arrive(self.document(**body))
        self.assertMade(row)
        return row.move_id.with_user(user or self.clerk)

    def approve(self, move, user=None):
        return move.with_user(user or self.boss).action_l10n_pl_ksef_approve()

    def test_it_is_needed_from_the_amount_on_or_where_a_rule_says_so(self):
        self.assertEqual(self.bill().l10n_pl_ksef_approval, "needed")
        small = {
            "lines": [self.line(net="10.00")],
            "net_23": 10,
            "vat_23": Decimal("2.30"),
            "total": Decimal("12.30"),
            "number": "2",
        }
        self.assertFalse(self.bill(**small).l10n_pl_ksef_approval)
        self.rule(needs_approval=True, approver_id=self.clerk.id)
        bill = self.bill(**{**small, "number": "3"})
        self.assertEqual(bill.l10n_pl_ksef_approval, "needed")
        self.approve(bill, self.clerk)
        self.assertEqual(bill.l10n_pl_ksef_approval, "approved")

    def test_it_cannot_be_posted_by_anybody_in_any_way_before(self):
        bill = self.bill(self.person("manager", "manager"))
        for way in (
            lambda: bill.action_post(),
            lambda: bill._post(soft=True),
            lambda: bill.write({"state": "posted"}),
            lambda: bill.sudo().action_post(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                way()
            self.assertEqual(bill.state, "draft")
        self.approve(bill)
        bill.action_post()
        self.assertEqual(bill.state, "posted")

    def test_none_is_made_posted_by_a_default_of_the_context(self):
        bills = self.env["account.move"].with_user(self.clerk)
        values = {"move_type": "in_invoice", "partner_id": self.vendor.id}
        made = bills.with_context(default_state="posted").create(values)
        self.assertEqual(made.state, "draft")

    def test_nobody_writes_what_decides_on_it(self):
        bill = self.bill()
        with self.assertRaises(AccessError):
            bill.write({"amount_total_signed": 0})
        with self.assertRaises(UserError):
            bill.write({"payment_state": "paid"})
        bill.write({"payment_state": "blocked"})

    def test_a_strange_rate_makes_no_bill_small(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        bill = self.bill()
        bill.write({"currency_id": euro.id, "invoice_currency_rate": 1_000_000})
        self.assertLess(abs(bill.amount_total_signed), 1)
        self.assertEqual(bill.l10n_pl_ksef_approval, "needed")

    def test_receiving_does_not_wait_for_it(self):
        self.vendor.autopost_bills = "always"
        bill = self.bill()
        self.assertEqual(bill.state, "draft")
        self.assertNotIn("could not be posted", self.told(bill))

    def test_it_is_told_who_approved_what_and_when(self):
        bill = self.bill()
        self.approve(bill)
        given = bill.l10n_pl_ksef_approval_ids
        self.assertEqual(given.user_id, self.boss)
        self.assertTrue(given.approved_on)
        self.assertIn("Towar 1", given.summary)
        self.assertIn(self.boss.name, bill.l10n_pl_ksef_approval_text)

    def test_what_changes_afterwards_asks_anew(self):
        line = {"name": "Inny towar"}
        for number, change in enumerate(
            (
                {"invoice_line_ids": "account"},
                {"invoice_line_ids": {"price_unit": 101}},
                {"invoice_line_ids": {"quantity": 2}},
                {"invoice_line_ids": line},
                {"partner_bank_id": "bank"},
            )
        ):
            bill = self.bill(number=f"N{number}")
            self.approve(bill)
            self.assertEqual(bill.l10n_pl_ksef_approval, "approved")
            with self.subTest(change):
                bill.write(self.change(bill, change))
                self.assertEqual(bill.l10n_pl_ksef_approval, "needed")
                with self.assertRaises(UserError):
                    bill.action_post()

    def change(self, bill, change):
        ((field, value),) = change.items()
        if field == "partner_bank_id":
            bank = self.env["res.partner.bank"].create(
                {
                    "acc_number": "PL61109010140000071219812874",
                    "partner_id": self.vendor.id,
                }
            )
            return {field: bank.id}
        if value == "account":
            value = {"account_id": self.other.id}
        return {field: [Command.update(bill.invoice_line_ids.id, value)]}

    def test_only_the_approver_or_an_administrator_approves(self):
        bill = self.bill()
        with self.assertRaises(AccessError):
            self.approve(bill, self.clerk)
        self.assertFalse(bill.l10n_pl_ksef_may_approve)
        self.assertTrue(bill.with_user(self.boss).l10n_pl_ksef_may_approve)
        self.approve(bill, self.person("manager", "manager"))
        self.assertEqual(bill.l10n_pl_ksef_approval, "approved")

    def test_nobody_approves_their_own_when_the_company_says_so(self):
        bill = self.bill(self.boss)
        line = bill.invoice_line_ids
        bill.write({"invoice_line_ids": [Command.update(line.id, {"price_unit": 120})]})
        with self.assertRaises(AccessError):
            self.approve(bill)
        self.company.l10n_pl_ksef_approval_by_other = False
        self.approve(bill)
        self.assertEqual(bill.l10n_pl_ksef_approval, "approved")

    def test_nor_one_in_which_they_changed_anything_that_is_approved(self):
        """Whatever was changed after by somebody else."""
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "PL61109010140000071219812874", "partner_id": self.vendor.id}
        )
        for number, change in enumerate(
            (
                lambda bill: bill.write({"partner_bank_id": bank.id}),
                lambda bill: bill.invoice_line_ids[0].write({"name": "Usługa"}),
                lambda bill: bill.invoice_line_ids[0].unlink(),
            )
        ):
            lines = [self.line(number=1, net="60.00"), self.line(number=2, net="40.00")]
            bill = self.bill(self.boss, lines=lines, number=f"FV/{number}")
            self.assertTrue(bill.l10n_pl_ksef_may_approve)
            change(bill)
            bill.with_user(self.clerk).invoice_line_ids.write({"quantity": 5})
            with self.subTest(number), self.assertRaises(AccessError):
                self.approve(bill)

    def test_approvals_are_written_by_code_only(self):
        bill = self.bill()
        values = {
            "move_id": bill.id,
            "user_id": self.boss.id,
            "approved_on": "2026-11-03",
            "fingerprint": bill._l10n_pl_ksef_fingerprint(),
        }
        for user in (self.clerk, self.boss, self.person("manager", "manager")):
            with self.assertRaises(AccessError):
                self.env["l10n_pl_ksef.approval"].with_user(user).create(values)
        for field in ("l10n_pl_ksef_asks_approval", "l10n_pl_ksef_approver_id"):
            with self.assertRaises(AccessError):
                bill[field] = False

    def test_no_payment_reaches_a_bill_that_was_not_approved(self):
        """It was posted before the company began to approve bills."""
        self.company.l10n_pl_ksef_use_approval = False
        bill = self.bill(self.person("manager", "manager"))
        bill.action_post()
        self.company.l10n_pl_ksef_use_approval = True
        window = (
            self.env["account.payment.register"]
            .with_user(bill.env.user)
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({})
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            window._create_payments()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.vendor.id,
                "amount": 123,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            payment.invoice_ids = bill
        with self.assertRaises(UserError), self.env.cr.savepoint():
            bill.sudo().matched_payment_ids = payment
        with self.assertRaises(UserError), self.env.cr.savepoint():
            entry = self.entry()
            (entry.line_ids + bill.line_ids).filtered(
                lambda line: line.account_type == "liability_payable"
            ).reconcile()
        self.approve(bill)
        window._create_payments()
        self.assertIn(bill.payment_state, ("paid", "in_payment"))

    def entry(self):
        """Return a posted entry that would pay the vendor."""
        payable = self.vendor.with_company(self.company).property_account_payable_id
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": payable.id,
                            "partner_id": self.vendor.id,
                            "debit": 123,
                        }
                    ),
                    Command.create({"account_id": self.fuel.id, "credit": 123}),
                ],
            }
        )
        entry.action_post()
        return entry

    def test_what_the_bank_has_paid_is_reconciled_all_the_same(self):
        self.company.l10n_pl_ksef_use_approval = False
        bill = self.bill()
        bill.action_post()
        self.company.l10n_pl_ksef_use_approval = True
        paid = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "amount": -123,
                "date": "2026-11-04",
                "payment_ref": "FV",
                "partner_id": self.vendor.id,
            }
        )
        payable = bill.line_ids.filtered(
            lambda line: line.account_type == "liability_payable"
        )
        suspense = paid.line_ids.filtered(
            lambda line: line.account_id == paid.journal_id.suspense_account_id
        )
        suspense.account_id = payable.account_id
        (payable + suspense).sudo(False).reconcile()
        self.assertTrue(payable.reconciled)

    def test_those_to_approve_are_found(self):
        bill = self.bill()
        domain = [("l10n_pl_ksef_approval", "in", ["needed"])]
        found = self.env["account.move"].search(domain)
        self.assertIn(bill.id, found.ids)
        self.approve(bill)
        self.assertNotIn(bill.id, self.env["account.move"].search(domain).ids)
