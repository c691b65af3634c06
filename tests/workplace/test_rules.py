from dataclasses import replace

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from ...ksef_api import fa3
from ..common import make_nip
from .case import WorkplaceCase


class TestRules(WorkplaceCase):
    """What rules ask, and what follows from them."""

    def setUp(self):
        super().setUp()
        self.use("rules")

    def lines_of(self, row):
        return row.move_id.invoice_line_ids

    def test_the_vendors_bills_go_to_the_account_of_the_rule(self):
        self.rule("Fuel", partner_id=self.vendor.id, account_id=self.fuel.id)
        ours, others = self.arrive(self.document(), self.of_vendor("Inny"))
        self.assertEqual(self.lines_of(ours).account_id, self.fuel)
        self.assertNotEqual(self.lines_of(others).account_id, self.fuel)

    def test_the_bill_says_which_rule_did_what_and_why(self):
        self.rule("Fuel", partner_id=self.vendor.id, account_id=self.fuel.id)
        (row,) = self.arrive(self.document())
        text = row.move_id.l10n_pl_ksef_rule_text
        for part in ("By rule “Fuel”", f"vendor is {self.vendor.name}", self.fuel.code):
            self.assertIn(part, text)

    def test_for_each_thing_the_first_rule_that_says_it_counts(self):
        journal = self.journal.copy()
        self.rule("2", sequence=2, account_id=self.office.id, journal_id=journal.id)
        self.rule("1", sequence=1, account_id=self.fuel.id)
        (row,) = self.arrive(self.document())
        self.assertEqual(self.lines_of(row).account_id, self.fuel)
        self.assertEqual(row.move_id.journal_id, journal)

    def test_what_a_rule_says_of_a_line_is_for_such_lines_only(self):
        lines = [
            self.line(1, name="Benzyna PB95"),
            self.line(2, name="Papier", gtu=fa3.Gtu("GTU_12")),
        ]
        self.rule("Text", line_text="pb95; on", account_id=self.fuel.id)
        self.rule("Code", line_code="gtu_1", account_id=self.office.id)
        (row,) = self.arrive(
            self.document(lines=lines, net_23=200, vat_23=46, total=246)
        )
        self.assertMade(row)
        self.assertEqual(
            self.lines_of(row).mapped("account_id"), self.fuel | self.office
        )

    def test_every_condition_has_to_be_fulfilled(self):
        terms = fa3.Terms(orders=[fa3.PurchaseOrder(number="ZAM/7")])
        third = fa3.ThirdParty(
            identification=fa3.ThirdPartyIdentification(
                internal_id=f"{self.nip}-00017", name="Oddział Kraków"
            ),
            address=self.document().buyer.address,
            role=fa3.ThirdPartyRole.RECEIVER,
        )
        document = replace(self.document(terms=terms), third_parties=[third])
        fulfilled = {
            "partner_id": self.vendor.id,
            "unit": "00017",
            "number": "zam/7",
            "kind": "sale",
            "currency_id": self.env.ref("base.PLN").id,
            "amount_from": 123,
            "amount_to": 123,
            "line_text": "towar",
        }
        missed = {
            "partner_id": self.company.partner_id.id,
            "unit": "00018",
            "number": "ZAM/8",
            "kind": "correction",
            "currency_id": self.env.ref("base.EUR").id,
            "amount_from": 124,
            "amount_to": 122,
            "line_text": "usługa",
            "line_code": "GTU_01",
        }
        rule = self.rule(account_id=self.fuel.id, **fulfilled)
        (row,) = self.arrive(document)
        self.assertEqual(self.lines_of(row).account_id, self.fuel)
        for name, value in missed.items():
            with self.subTest(name):
                rule.write({**fulfilled, "amount_from": 0, "amount_to": 0, name: value})
                (row,) = self.arrive(document)
                self.assertFalse(row.move_id.l10n_pl_ksef_rule_text)

    def test_a_tax_is_taken_among_those_of_the_rate_only(self):
        wanted = self.tax("kraj_23").copy({"name": "23% (cars)"})
        self.rule(tax_id=wanted.id)
        at_8 = self.document(
            lines=[self.line(rate="8")],
            net_23=None,
            vat_23=None,
            net_8=100,
            vat_8=8,
            total=108,
        )
        row, other = self.arrive(self.document(), at_8)
        self.assertEqual(self.lines_of(row).tax_ids, wanted)
        self.assertEqual(self.lines_of(other).tax_ids, self.tax("kraj_8"))

    def test_product_analytic_distribution_and_total_of_the_document(self):
        product = self.env["product.product"].create({"name": "Paliwo"})
        plan = self.env["account.analytic.plan"].create({"name": "Auta"})
        car = self.env["account.analytic.account"].create(
            {"name": "WA 12345", "plan_id": plan.id, "company_id": self.company.id}
        )
        share = {str(car.id): 100.0}
        self.rule(product_id=product.id, analytic_distribution=share)
        (row,) = self.arrive(self.document())
        line = self.lines_of(row)
        self.assertEqual(
            (line.product_id, line.analytic_distribution), (product, share)
        )
        self.assertEqual(row.move_id.amount_total, 123)

    def test_an_invoice_to_be_ignored_gets_no_bill_unless_somebody_wants_it(self):
        self.rule("Not us", partner_id=self.vendor.id, is_ignored=True)
        (row,) = self.arrive(self.document())
        self.assertEqual((row.state, row.move_id.id), ("ignored", False))
        self.assertIn("Not us", row.rule_text)
        row.action_restore()
        row.action_make_bill()
        self.assertMade(row)

    def test_rules_of_another_company_and_those_switched_off_count_for_nothing(self):
        other = self.env["res.company"].create({"name": "Inna"})
        self.rules.create({"name": "X", "company_id": other.id, "is_ignored": True})
        self.rule("Y", is_ignored=True, active=False)
        (row,) = self.arrive(self.document())
        self.assertMade(row)
        self.company.l10n_pl_ksef_use_rules = False
        self.rule("Z", is_ignored=True)
        (row,) = self.arrive(self.document())
        self.assertMade(row)

    def test_a_rule_is_tried_on_the_last_invoices_before_it_is_saved(self):
        self.arrive(self.document(), self.document(number="2"), self.of_vendor("Inny"))
        form = Form(self.rules.with_company(self.company))
        form.name = "Tried"
        self.assertIn("3 of the last 3", form.trial_text)
        form.partner_id = self.vendor
        self.assertIn("2 of the last 3", form.trial_text)
        self.assertEqual(len(form.trial_ids), 2)

    def test_only_administrators_write_rules(self):
        rule = self.rule(account_id=self.fuel.id)
        billing = rule.with_user(self.person("billing"))
        self.assertTrue(billing.name)
        with self.assertRaises(AccessError):
            billing.name = "Mine"

    # --- make a rule of this -------------------------------------------------

    def correct(self, row, user, **values):
        """``user`` changes the first line of a row's bill."""
        line = self.lines_of(row)[0]
        row.move_id.with_user(user).write(
            {"invoice_line_ids": [Command.update(line.id, values)]}
        )
        return row.move_id.with_user(user)

    def test_what_a_person_corrected_becomes_a_rule_with_one_click(self):
        (row,) = self.arrive(self.document())
        self.assertFalse(row.move_id.l10n_pl_ksef_rule_proposal)
        move = self.correct(row, self.person("clerk"), account_id=self.fuel.id)
        self.assertIn(self.fuel.name, move.l10n_pl_ksef_rule_proposal)
        move.action_l10n_pl_ksef_make_rule()
        self.assertFalse(move.l10n_pl_ksef_rule_proposal)
        (row,) = self.arrive(self.document(number="2"))
        self.assertEqual(self.lines_of(row).account_id, self.fuel)
        move = self.correct(row, self.person("clerk2"), account_id=self.office.id)
        move.action_l10n_pl_ksef_make_rule()
        rules = self.rules.search([("company_id", "=", self.company.id)])
        self.assertEqual(rules.account_id, self.office)

    def test_one_line_of_several_becomes_a_rule_on_its_text(self):
        lines = [self.line(1, name="Benzyna"), self.line(2, name="Papier")]
        values = {"lines": lines, "net_23": 200, "vat_23": 46, "total": 246}
        (row,) = self.arrive(self.document(**values))
        move = self.correct(row, self.person("clerk"), account_id=self.fuel.id)
        move.action_l10n_pl_ksef_make_rule()
        rule = self.rules.search([("company_id", "=", self.company.id)])
        self.assertRecordValues(
            rule,
            [
                {
                    "partner_id": self.vendor.id,
                    "line_text": "Benzyna",
                    "account_id": self.fuel.id,
                }
            ],
        )
        (row,) = self.arrive(self.document(number="2", **values))
        self.assertEqual(self.lines_of(row)[0].account_id, self.fuel)

    def test_a_correction_that_is_no_rule_is_not_proposed_again(self):
        (row,) = self.arrive(self.document())
        move = self.correct(row, self.person("clerk"), account_id=self.fuel.id)
        move.action_l10n_pl_ksef_no_rule()
        self.assertFalse(move.l10n_pl_ksef_rule_proposal)


class TestResponsible(WorkplaceCase):
    """Whose bill it is."""

    def setUp(self):
        super().setUp()
        self.use("rules", "responsible")
        self.anna, self.jan = self.person("anna"), self.person("jan")

    def unit(self, name):
        party = fa3.ThirdPartyIdentification(
            internal_id=f"{make_nip('company')}-00017", name=name
        )
        return fa3.ThirdParty(
            identification=party,
            address=self.document().buyer.address,
            role=fa3.ThirdPartyRole.RECEIVER,
        )

    def test_rule_comes_before_unit_and_unit_before_vendor(self):
        self.vendor.user_id = self.jan
        (row,) = self.arrive(self.document())
        self.assertEqual(row.move_id.l10n_pl_ksef_user_id, self.jan)
        self.env["res.partner"].create(
            {
                "name": "Kraków",
                "parent_id": self.company.partner_id.id,
                "l10n_pl_ksef_internal_id": f"{self.nip}-00017",
                "user_id": self.anna.id,
            }
        )
        named = replace(self.document(number="2"), third_parties=[self.unit("K")])
        (row,) = self.arrive(named)
        self.assertEqual(row.user_id, self.anna)
        self.rule(user_id=self.jan.id)
        (row,) = self.arrive(replace(named, body=replace(named.body, number="3")))
        self.assertEqual(row.user_id, self.jan)

    def test_they_have_an_activity_until_the_bill_is_posted(self):
        self.rule(user_id=self.anna.id)
        (row,) = self.arrive(self.document())
        activity = row.move_id.activity_ids.filtered(
            lambda it: it.activity_type_id == self.env.ref("l10n_pl_ksef.activity_bill")
        )
        self.assertEqual(activity.user_id, self.anna)
        row.move_id.action_post()
        self.assertFalse(activity.exists().filtered("active"))

    def test_one_digest_a_day_goes_to_them_alone(self):
        self.person("boss", "manager")
        self.rule(user_id=self.anna.id)
        rows = self.arrive(self.document(), self.document(number="2"))
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        notices = notices.search([("type", "=", "bills_mine")])
        self.assertEqual(notices.mapped("res_id"), rows.ids)
        before = self.env["mail.mail"].search([])
        notices._notify_all()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 1)
        self.assertIn("anna@example.com", mails.email_to)

    def test_a_bill_is_handed_over_with_a_note(self):
        self.rule(user_id=self.anna.id)
        (row,) = self.arrive(self.document())
        window = self.env["l10n_pl_ksef.hand.over"].with_user(self.anna)
        window.create(
            {
                "company_id": self.company.id,
                "move_ids": [Command.set(row.move_id.ids)],
                "user_id": self.jan.id,
                "note": "Paliwo Janka",
            }
        ).action_hand_over()
        self.assertEqual(
            (row.user_id, row.move_id.l10n_pl_ksef_user_id), (self.jan,) * 2
        )
        self.assertIn("Paliwo Janka", self.told(row.move_id))
        self.assertEqual(row.move_id.activity_ids.user_id, self.jan)

    def test_it_is_given_to_nobody_who_does_not_work_here(self):
        (row,) = self.arrive(self.document())
        outsider = new_test_user(self.env, "outsider", groups="base.group_portal")
        window = self.env["l10n_pl_ksef.hand.over"].create(
            {
                "company_id": self.company.id,
                "bill_ids": [Command.set(row.ids)],
                "user_id": outsider.id,
            }
        )
        with self.assertRaisesRegex(UserError, "does not work in this company"):
            window.action_hand_over()

    def test_a_dropped_file_is_nobodys_by_the_context_it_came_with(self):
        self.use("responsible")
        raw = fa3.write(self.document(number="upuszczony"))
        attachments = self.env["ir.attachment"].with_user(self.anna)
        attachment = attachments.create(
            {"name": "fa.xml", "raw": raw, "mimetype": "application/xml"}
        )
        journal = self.company_data["default_journal_purchase"].with_user(self.anna)
        journal = journal.with_context(l10n_pl_ksef_responsible=self.jan.id)
        made = journal._create_document_from_attachment(attachment.ids)
        self.assertEqual(made.ref, "upuszczony")
        self.assertFalse(made.l10n_pl_ksef_user_id)

    def test_a_row_handed_over_before_its_bill_keeps_its_person(self):
        self.rule(user_id=self.anna.id)
        (row,) = self.arrive(self.document(), make=False)
        row._hand_over(self.jan, False)
        row._make_bills()
        self.assertEqual(row.move_id.l10n_pl_ksef_user_id, self.jan)
