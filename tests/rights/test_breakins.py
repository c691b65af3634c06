"""What people tried over RPC, and must not succeed in."""

import base64
from contextlib import suppress
from datetime import timedelta
from runpy import run_path
from unittest.mock import patch

from odoo import Command, api, fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase
from odoo.tools import file_path, mute_logger

from ...models.times import warsaw_today
from .office import OfficeCase
from .table import models_of_ours

FORBIDDEN_FIELDS = {
    "l10n_pl_ksef_state": "rejected",
    "l10n_pl_ksef_number": "1",
    "l10n_pl_ksef_waiting_mail": {"sending_methods": ["email"]},
    "l10n_pl_edi_status": "rejected",
    "l10n_pl_edi_number": "1",
    "l10n_pl_edi_attachment_file": base64.b64encode(b"<Faktura/>").decode(),
}


class BreakInCase(OfficeCase):
    def rpc(self, user, model, method, *args, company=None, **context):
        """Call as ``user`` through Odoo's door of RPC."""
        company = company or user.company_id
        env = api.Environment(self.env.cr, user.id, {})
        context = {"allowed_company_ids": company.ids, **context}
        return call_kw(env[model], method, list(args), {"context": context})

    def assertRefused(self, *args, error=AccessError, **kwargs):
        with self.undone(), mute_logger("odoo.models", "odoo.addons.base.models"):
            with self.assertRaises(error):
                self.rpc(*args, **kwargs)


class TestLockOverRpc(BreakInCase):
    """A billing user and an invoice that KSeF has."""

    def test_fields_that_decide_on_the_lock_cannot_be_written(self):
        for person in ("billing", "administrator"):
            for name, value in FORBIDDEN_FIELDS.items():
                with self.subTest(person=person, field=name):
                    user = self.people[person]
                    ids = self.accepted.ids
                    self.assertRefused(
                        user, "account.move", "write", ids, {name: value}
                    )

    def test_nor_given_to_a_new_invoice_nor_as_defaults(self):
        user, new = self.people["billing"], {"move_type": "out_invoice"}
        for name, value in FORBIDDEN_FIELDS.items():
            with self.subTest(name):
                given = {**new, name: value}
                self.assertRefused(user, "account.move", "create", given)
                default = {f"default_{name}": value}
                self.assertRefused(user, "account.move", "create", new, **default)

    def test_every_readonly_field_of_ours_is_written_by_code_only(self):
        moves = self.env["account.move"].with_user(self.people["administrator"])
        ours = [
            field
            for field in moves._fields.values()
            if field.name.startswith("l10n_pl_ksef_") and field.store and field.readonly
        ]
        self.assertTrue(ours)
        for field in ours:
            self.assertFalse(moves._has_field_access(field, "write"), field.name)

    def test_what_stands_in_it_cannot_be_written(self):
        line = self.accepted.invoice_line_ids
        term = self.accepted.line_ids.filtered("date_maturity")
        for values in (
            {"l10n_pl_ksef_is_outside": True},
            {"invoice_date_due": "2027-01-31"},
            {"invoice_payment_term_id": self.pay_terms_b.id},
            {"invoice_currency_rate": 2},
            {"ref": "inny numer"},
            {"narration": "inne warunki"},
            {"state": "draft"},
            {"amount_total": 1},
            {"line_ids": [Command.update(term.id, {"balance": 1})]},
            {"invoice_line_ids": [Command.update(line.id, {"price_subtotal": 1})]},
            {"invoice_line_ids": [Command.update(line.id, {"balance": -1})]},
            {"invoice_line_ids": [Command.create({"name": "Nowa", "price_unit": 1})]},
            {"line_ids": [Command.update(term.id, {"date_maturity": "2027-01-31"})]},
            {"invoice_line_ids": [Command.update(line.id, {"price_unit": 1})]},
        ):
            with self.subTest(values):
                self.assertRefused(
                    self.people["billing"],
                    "account.move",
                    "write",
                    self.accepted.ids,
                    values,
                    error=UserError,
                )

    def test_its_file_cannot_be_written_as_an_attachment(self):
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "=", self.accepted.id),
                ("res_field", "=", "l10n_pl_edi_attachment_file"),
            ]
        )
        self.assertTrue(attachment)
        user = self.people["billing"]
        values = {"raw": "<Faktura/>"}
        self.assertRefused(user, "ir.attachment", "write", attachment.ids, values)
        self.assertRefused(user, "ir.attachment", "unlink", attachment.ids)

    def test_after_all_of_that_it_cannot_be_reset(self):
        user = self.people["billing"]
        ids = self.accepted.ids
        self.assertRefused(user, "account.move", "button_draft", ids, error=UserError)
        self.assertRefused(user, "account.move", "button_cancel", ids, error=UserError)

    def test_parts_are_not_moved_onto_it_nor_to_another_company(self):
        user = self.people["billing"]
        party = self.records["l10n_pl_ksef.move.party"]
        for target in (self.accepted, self.foreign_invoice()):
            values = {"move_id": target.id}
            model = party._name
            self.assertRefused(user, model, "write", party.ids, values, error=UserError)

    def foreign_invoice(self):
        """An invoice of the other company."""
        other = self.other_company
        journal = (
            self.env["account.journal"]
            .sudo()
            .create({"name": "S", "code": "S", "type": "sale", "company_id": other.id})
        )
        moves = self.env["account.move"].sudo().with_company(other)
        return moves.create({"move_type": "entry", "journal_id": journal.id})


class TestDictated(BreakInCase):
    """Any context may be sent: its ``default_…`` fill what a record is made without."""

    def test_no_context_says_that_ksef_has_accepted_an_invoice(self):
        forged = {"state": "accepted", "ksef_number": "1", "environment": "test"}
        context = {f"default_{name}": value for name, value in forged.items()}
        user = self.people["billing"]
        for method, move in (
            ("action_l10n_pl_ksef_send", self.waiting),
            ("action_post", self.draft),
        ):
            move.company_id.sudo().l10n_pl_ksef_send_on_validation = True
            with self.subTest(method), self.undone(), suppress(UserError):
                self.rpc(user, "account.move", method, move.ids, **context)
            documents = self.env["l10n_pl_ksef.document"].sudo()
            with self.undone():
                if method == "action_post":
                    post = self.draft.with_user(user).with_context(**context)
                    post._post(soft=False)
                else:
                    documents.with_context(**context)._queue(move)
                made = move.sudo().l10n_pl_ksef_document_ids
                self.assertTrue(made)
                self.assertNotIn("accepted", made.mapped("state"))
                self.assertFalse(any(made.mapped("ksef_number")))

    def test_what_code_writes_is_proposed_by_no_context(self):
        odoo = ("account.move", "account.payment")
        for model in (*models_of_ours(self.env.registry), *odoo):
            records = self.env[model].sudo()
            names = [
                name
                for name, field in records._fields.items()
                if field.readonly and field.store and field.type not in ("one2many",)
                if model not in odoo or name.startswith("l10n_pl_ksef_")
            ]
            context = {f"default_{name}": False for name in names}
            dictated = records.with_context(**context).default_get(names)
            self.assertEqual(dictated, records.default_get(names), model)

    def test_no_context_brings_an_approval_along(self):
        self.bill.sudo().action_undo()
        values = {"user_id": self.people["administrator"].id, "fingerprint": "x"}
        values["approved_on"] = "2026-11-03"
        context = {
            "default_l10n_pl_ksef_approval_ids": [Command.create(values)],
            "default_l10n_pl_ksef_approver_id": self.people["billing"].id,
            "default_message_ids": [Command.create({"body": "Approved."})],
        }
        with self.undone():
            user = self.people["billing"]
            self.rpc(
                user, self.bill._name, "action_make_bill", self.bill.ids, **context
            )
            move = self.bill.move_id.sudo()
            self.assertTrue(move)
            self.assertFalse(move.l10n_pl_ksef_approval_ids)
            self.assertFalse(move.l10n_pl_ksef_approver_id)
            self.assertNotIn("<p>Approved.</p>", move.message_ids.mapped("body"))


class TestOddFiles(BreakInCase):
    """What a browser never sends: told in a sentence, not in a traceback."""

    def test_what_is_no_file_is_no_file(self):
        user = self.people["administrator"]
        for model, name, method in (
            ("l10n_pl_ksef.certificate.upload", "certificate_file", "action_add"),
            ("l10n_pl_ksef.sign", "signed_file", "action_upload"),
            ("l10n_pl_ksef.office.connect", "nips_file", "action_connect"),
        ):
            given = {**self.given(model), "environment": "test", name: "abc"}
            with self.subTest(model), self.undone():
                with self.assertRaisesRegex(UserError, "did not come whole"):
                    made = self.rpc(user, model, "create", given)
                    self.rpc(user, model, method, [made])

    def test_what_is_no_text_is_no_secret(self):
        user = self.people["administrator"]
        for odd in (["a"], 5, {"a": 1}):
            given = {"environment": "test", "method": "token", "token": odd}
            model = "l10n_pl_ksef.connect"
            self.assertRefused(user, model, "create", given, error=UserError)


class TestOutsiders(BreakInCase):
    """A vendor's person in the portal reads the bill, not what we think of it."""

    def test_they_read_nothing_of_signs_rules_and_approval(self):
        user, approved_from = self.people["portal"], "l10n_pl_ksef_approval_from"
        for name in (
            "l10n_pl_ksef_approval_text",
            "l10n_pl_ksef_order_text",
            "l10n_pl_ksef_rule_text",
            "l10n_pl_ksef_white_list",
        ):
            ids = self.accepted.ids
            self.assertRefused(user, "account.move", "read", ids, [name])
            told = self.rpc(self.people["billing"], "account.move", "read", ids, [name])
            self.assertIn(name, told[0])
        self.assertRefused(
            user, "res.company", "read", self.company.ids, [approved_from]
        )
        domain = [(approved_from, ">", 0)]
        self.assertRefused(user, "res.company", "search_count", domain)


class TestWaitingMail(BreakInCase):
    """The e-mail that waits for the KSeF number is its author's, with their rights."""

    def setUp(self):
        super().setUp()
        self.customer.email = "odbiorca@example.com"
        self.secret = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "placa.txt",
                    "raw": b"tajne",
                    "res_model": "ir.config_parameter",
                    "res_id": self.env["ir.config_parameter"]
                    .sudo()
                    .search([], limit=1)
                    .id,
                }
            )
        )

    def keep(self, user, **values):
        self.accepted.sudo().l10n_pl_ksef_waiting_mail = {
            "user_id": user.id,
            "sending_methods": ["email"],
            "mail_partner_ids": self.customer.ids,
            "mail_subject": "Faktura",
            "mail_body": "Faktura",
            **values,
        }

    def attachment(self, record):
        return {"id": record.id, "name": record.name, "manual": True}

    def sent(self):
        """Let the cron work; return the e-mails that went out."""
        self.env["account.move"]._l10n_pl_ksef_cron_mail()
        self.assertFalse(self.accepted.sudo().l10n_pl_ksef_waiting_mail)
        return self.accepted.message_ids.filtered(lambda m: m.subject == "Faktura")

    def test_it_goes_out_as_who_wrote_it(self):
        user = self.people["billing"]
        self.keep(user)
        self.assertEqual(self.sent().create_uid, user)

    def test_a_file_that_its_author_may_not_read_is_not_sent(self):
        self.keep(
            self.people["billing"],
            mail_attachments_widget=[self.attachment(self.secret)],
        )
        self.assertFalse(self.sent())
        self.assertIn("could not be sent", str(self.accepted.message_ids[0].body))

    def test_who_has_lost_the_right_sends_nothing(self):
        user = self.people["billing"]
        self.keep(user)
        user.sudo().group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertFalse(self.sent())

    def test_who_has_left_sends_nothing(self):
        user = self.people["billing"]
        self.keep(user)
        user.sudo().active = False
        self.assertFalse(self.sent())

    def test_a_template_of_another_model_is_not_used(self):
        other = (
            self.env["mail.template"]
            .sudo()
            .create(
                {
                    "name": "Użytkownik",
                    "model_id": self.env.ref("base.model_res_users").id,
                    "body_html": "x",
                }
            )
        )
        send = self.env["account.move.send"].with_user(self.people["billing"])
        move = self.accepted.with_user(self.people["billing"])
        checked = send._l10n_pl_ksef_checked(move, {"mail_template": other.id})
        self.assertFalse(checked["mail_template"])

    def test_what_the_author_may_not_read_is_not_even_kept(self):
        self.company.l10n_pl_ksef_mail_after_number = True
        self.sandbox.knobs(processing_seconds=3600)
        self.addCleanup(self.sandbox.knobs, processing_seconds=0)
        window = self.env["account.move.send.wizard"].with_user(self.people["billing"])
        window = window.with_context(
            active_model="account.move", active_ids=self.waiting.ids
        ).create({"sending_methods": ["email"]})
        window.mail_attachments_widget = [self.attachment(self.secret)]
        with self.undone(), self.assertRaises(AccessError):
            window.action_send_and_print()

    def test_an_update_takes_out_what_others_may_have_put_in(self):
        mine = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "zalacznik.txt",
                    "raw": b"x",
                    "res_model": "account.move",
                    "res_id": self.accepted.id,
                }
            )
        )
        files = [self.attachment(self.secret), self.attachment(mine)]
        author = self.people["billing"]
        self.keep(author, author_user_id=author.id, mail_attachments_widget=files)
        script = "l10n_pl_ksef/migrations/19.0.2.0.0/post-waiting-mail.py"
        run_path(file_path(script))["migrate"](self.env.cr, "19.0.1.1.0")
        kept = self.accepted.sudo().l10n_pl_ksef_waiting_mail
        self.assertEqual(kept["user_id"], author.id)
        self.assertEqual([f["id"] for f in kept["mail_attachments_widget"]], [mine.id])


class TestSendWindow(BreakInCase):
    def test_sales_people_do_not_issue_in_ksef(self):
        if "sales" not in self.people:
            return  # a database without Sales: there are none
        window = self.env["account.move.send.wizard"].with_user(self.people["sales"])
        window = window.with_context(
            active_model="account.move", active_ids=self.waiting.ids
        ).create({})
        self.assertNotIn("l10n_pl_ksef", window.extra_edi_checkboxes or {})
        window.extra_edi_checkboxes = {"l10n_pl_ksef": {"checked": True}}
        with self.undone():
            with self.assertRaises(UserError):
                window.action_send_and_print()
        self.assertFalse(self.waiting.l10n_pl_ksef_document_ids)

    def test_the_portal_customer_of_the_walk_reads_the_invoice(self):
        # Else its refusals would prove nothing.
        user = self.people["portal"]
        ids = self.waiting.ids
        self.assertTrue(self.rpc(user, "account.move", "read", ids, ["name"]))


class TestWindowsOverRpc(BreakInCase):
    """A window of one's own that names what is another company's."""

    def setUp(self):
        super().setUp()
        self.stranger = self.strangers["administrator"]
        self.names = {
            "company_id": self.company.id,
            "connection_id": self.connection.id,
            "move_ids": [Command.set(self.accepted.ids)],
        }

    def windows(self):
        """Yield (window model, field that names a record of the company, value)."""
        for model in models_of_ours(self.env.registry):
            for name, value in self.names.items():
                if self.env[model].is_transient() and name in self.env[model]._fields:
                    yield model, name, value

    def own(self, model):
        company = {"company_id": self.other_company.id}
        values = {**self.given(model), **company, "move_ids": False}
        values["connection_id"] = False
        known = {k: v for k, v in values.items() if k in self.env[model]._fields}
        return self.env[model].with_user(self.stranger).sudo().create(known)

    def test_it_cannot_be_made_nor_made_by_defaults(self):
        for model, name, value in self.windows():
            with self.subTest(model=model, name=name):
                given = {**self.own(model).copy_data()[0], name: value}
                self.assertRefused(self.stranger, model, "create", given)
                default = {f"default_{name}": value}
                given.pop(name)
                with self.undone(), suppress(AccessError):
                    made = self.rpc(self.stranger, model, "create", given, **default)
                    window = self.env[model].sudo().browse(made)
                    self.assertFalse(window[name] & self.named(name))

    def named(self, name):
        return {
            "company_id": self.company,
            "connection_id": self.connection,
            "move_ids": self.accepted,
        }[name]

    def test_it_cannot_be_written(self):
        for model, name, value in self.windows():
            with self.subTest(model=model, name=name):
                ids = self.own(model).ids
                self.assertRefused(self.stranger, model, "write", ids, {name: value})

    def test_a_form_that_is_being_filled_in_shows_nothing_of_it(self):
        for model, name, value in self.windows():
            with self.subTest(model=model, name=name):
                spec = {field: {} for field in self.env[model]._fields}
                values = {name: value}
                args = ([], values, [name], spec)
                self.assertRefused(self.stranger, model, "onchange", *args)
                default = {f"default_{name}": value}
                args = ([], {}, [], spec)
                self.assertRefused(self.stranger, model, "onchange", *args, **default)

    def test_nobody_opens_the_window_of_a_colleague(self):
        colleague = self.people["system"]
        for model in models_of_ours(self.env.registry):
            if self.env[model].is_transient():
                with self.subTest(model):
                    ids = self.record_for(model, self.people["administrator"]).ids
                    self.assertRefused(colleague, model, "read", ids, ["create_date"])

    def test_a_choice_of_e_mails_stays_its_users(self):
        user = self.people["auditor"]
        choice = self.record_for("l10n_pl_ksef.notification", user)
        values = {"user_id": self.people["administrator"].id}
        self.assertRefused(user, choice._name, "write", choice.ids, values)


class TestOutageOfACompany(BreakInCase):
    """An administrator decides for their own company."""

    def setUp(self):
        super().setUp()
        self.stranger = self.strangers["administrator"]
        self.outages = self.env["l10n_pl_ksef.outage"]
        self.mine = self.records["l10n_pl_ksef.outage"]
        self.mine.sudo().write({"end": fields.Datetime.now()})

    def enter(self, user, **values):
        """Enter a total failure of *test* as ``user``."""
        given = {"environment": "test", "category": "total_failure", "title": "BIP"}
        start = fields.Datetime.now() - timedelta(hours=1)
        made = self.rpc(
            user, self.outages._name, "create", {**given, "start": start, **values}
        )
        return self.outages.sudo().browse(made)

    def test_what_one_enters_holds_for_no_other(self):
        entered = self.enter(self.stranger)
        self.assertEqual(entered.company_id, self.other_company)
        self.assertFalse(self.company._l10n_pl_ksef_outage())
        self.assertEqual(self.outages._ongoing("test", self.other_company), entered)
        self.invoice(invoice_date=warsaw_today())._l10n_pl_ksef_issue_offline()

    def test_it_cannot_be_entered_for_another_or_given_to_another(self):
        for company in (self.company.id, False):
            with self.undone(), self.assertRaises(AccessError):
                self.enter(self.stranger, company_id=company)
            ids = self.enter(self.stranger).ids
            model, values = self.outages._name, {"company_id": company}
            self.assertRefused(self.stranger, model, "write", ids, values)

    def test_what_ksef_announced_holds_for_all_and_nobody_writes_it(self):
        announced = self.outages.sudo().create(
            {
                "environment": "test",
                "event": "1",
                "title": "Latarnia",
                "company_id": False,
                "start": fields.Datetime.now() - timedelta(hours=1),
            }
        )
        for company in (self.company, self.other_company):
            self.assertEqual(company.sudo().parent_ids, company)
            self.assertEqual(self.outages._ongoing("test", company), announced)
        user = self.people["administrator"]
        values = {"end": fields.Datetime.now()}
        self.assertRefused(user, announced._name, "write", announced.ids, values)
        self.assertTrue(
            self.rpc(user, announced._name, "read", announced.ids, ["title"])
        )

    def test_it_holds_for_branches(self):
        branch = self.env["res.company"].create(
            {"name": "Oddział", "parent_id": self.company.id}
        )
        entered = self.enter(self.people["administrator"])
        self.assertEqual(self.outages._ongoing("test", branch), entered)

    def test_another_companys_deadlines_do_not_move(self):
        move = self.invoice(invoice_date=warsaw_today())
        move._l10n_pl_ksef_issue_offline()
        before = move.l10n_pl_ksef_deadline
        self.assertTrue(before)
        self.enter(self.stranger, category="failure")
        self.assertEqual(move.l10n_pl_ksef_deadline, before)

    def test_an_update_gives_each_company_the_outages_that_held_for_it(self):
        connection = self.connection.sudo().copy(
            {"company_id": self.other_company.id, "active": True}
        )
        self.assertEqual(connection.environment, "test")
        entered = self.enter(self.people["administrator"])
        self.env.flush_all()
        sql = "UPDATE l10n_pl_ksef_outage SET company_id = NULL WHERE id = %s"
        self.env.cr.execute(sql, entered.ids)
        script = "l10n_pl_ksef/migrations/19.0.2.0.0/post-outage.py"
        run_path(file_path(script))["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        for company in (self.company, self.other_company):
            lasting = self.outages._ongoing("test", company)
            self.assertEqual(lasting.company_id, company)
            self.assertEqual(lasting.category, "total_failure")


class TestPage(BreakInCase, HttpCase):
    """The page with the file to sign."""

    def test_only_administrators_of_the_company_download_the_file(self):
        self.connection.sudo().request_file = base64.b64encode(b"<AuthTokenRequest/>")
        may = {}
        for people in (self.people, self.strangers):
            for user in people.values():
                user.sudo().password = user.login
                self.authenticate(user.login, user.login)
                with mute_logger("odoo.http"):
                    page = self.url_open(f"/l10n_pl_ksef/sign/{self.connection.id}")
                may[user.login] = b"AuthTokenRequest" in page.content
        ids = self.company.id
        expected = {f"administrator_{ids}", f"system_{ids}"}
        self.assertEqual({login for login, seen in may.items() if seen}, expected)


class TestFetchForSomebody(BreakInCase):
    def test_who_has_lost_the_right_does_not_hold_up_the_connection(self):
        self.connection.fetch_for_id = self.people["internal"]
        with patch.object(type(self.env["ir.cron"]), "_trigger", lambda *a, **k: None):
            self.connection.sudo()._on_connected()
        self.assertFalse(self.connection.fetch_for_id)
