"""What a login may do, who may do what, granting and taking back."""

import base64
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ...ksef_api.errors import NoAnswer
from ..common import KsefCase, make_nip

PESEL = "85010112345"


class PermissionCase(KsefCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.sandbox.knobs(polls_before_ready=0)
        self.office_nip = make_nip("office")

    def grant(self, **values):
        """Order a grant in the window; return the order."""
        window = self.env["l10n_pl_ksef.permission.grant"].create(
            {
                "company_id": self.company.id,
                "who": "employee",
                "known_by": "Pesel",
                "identifier": PESEL,
                "first_name": "Anna",
                "last_name": "Nowak",
                **values,
            }
        )
        action = window.action_grant()
        order = self.env[action["res_model"]].sudo().browse(action["res_id"])
        return self.settle(order)

    def grant_office(self, **values):
        values.setdefault("company_name", "Biuro Rachunkowe")
        return self.grant(
            who="office", identifier=self.office_nip, may_issue=True, **values
        )

    def settle(self, orders):
        """Let the cron follow, as if the time of each had come."""
        for _round in range(5):
            self.connection.next_call_at = False
            orders.retry_at = False
            orders._cron_follow()
        return orders

    def permissions(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["l10n_pl_ksef.permission"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def revoke(self, permissions, **values):
        action = permissions.action_revoke()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.write(values)
        action = window.action_revoke()
        orders = self.env["l10n_pl_ksef.permission.order"].sudo().search([])
        return self.settle(orders.filtered(lambda order: order.action == "revoke"))


class TestOwnRights(PermissionCase):
    def test_the_owner_lacks_nothing(self):
        self.connection.action_ask_rights()
        self.assertIn("Issuing invoices", self.connection.rights_shown)
        self.assertFalse(self.connection.rights_missing)
        self.assertTrue(self.connection.rights_asked_at)

    def lend(self, *permissions):
        """Connect the company by the certificate of an office with these rights."""
        self.sandbox.control(
            "POST",
            "/permissions",
            {
                "nip": self.nip,
                "subject_nip": self.office_nip,
                "permissions": list(permissions),
            },
        )
        self.connection._disconnect()
        self.connection = self.connect(options={"nip": self.office_nip})
        return self.connection

    def upload(self, company=None, **values):
        options = values.get("options") or {}
        if "nip" not in options:
            return super().upload(company, **values)
        given = self.sandbox.certificate(options["nip"])
        window = super().upload(company)
        window.write(
            {
                "certificate_file": _b64(given["certificate_pem"]),
                "key_file": _b64(given["key_pem"]),
                "password": given["password"],
            }
        )
        return window

    def test_what_is_switched_on_and_not_granted_is_told_before_ksef_refuses(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        connection = self.lend("InvoiceRead")
        connection.action_ask_rights()
        self.assertEqual(connection.rights["scopes"], ["InvoiceRead"])
        self.assertIn("sending of invoices", connection.rights_missing)
        self.assertIn("owner can grant", connection.rights_missing)
        self.assertNotIn("fetching", connection.rights_missing)
        for part in (self.nip, self.office_nip, "Issuing invoices"):
            self.assertIn(part, connection.rights_request)
        notices = self.env["l10n_pl_ksef.notice"].search(
            [("type", "=", "permission_missing"), ("res_id", "=", connection.id)]
        )
        self.assertEqual(len(notices), 1)
        self.assertIn(connection.rights_request, notices.details)
        # The same is told once.
        connection.action_ask_rights()
        self.assertEqual(
            self.env["l10n_pl_ksef.notice"].search_count(
                [("type", "=", "permission_missing"), ("res_id", "=", connection.id)]
            ),
            1,
        )

    def test_what_only_some_logins_may_ask_is_no_trouble_of_the_others(self):
        connection = self.lend("InvoiceRead", "InvoiceWrite")
        connection._ask_rights()
        self.assertEqual(len(connection.rights["scopes"]), 2)
        self.assertTrue(connection._refresh_permissions(), "it may not list them")
        self.assertFalse(connection.trouble, connection.status_message)

    def test_what_was_granted_is_missing_no_more(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        connection = self.lend("InvoiceRead")
        connection._ask_rights()
        self.sandbox.control(
            "POST",
            "/permissions",
            {
                "nip": self.nip,
                "subject_nip": self.office_nip,
                "permissions": ["InvoiceWrite"],
            },
        )
        connection.rights_asked_at = False
        connection._cron_rights()
        self.assertFalse(connection.rights_missing)
        self.assertFalse(connection.rights_request)

    def test_a_login_without_any_right_gets_the_sentence_to_send(self):
        self.connection._disconnect()
        window = self.upload(options={"nip": self.office_nip})
        window.action_add()
        connection = window.connection_id.sudo()
        for _poll in range(5):
            connection._advance_authorisation()
        self.assertEqual(connection.state, "failed")
        self.assertIn(self.office_nip, connection.rights_request)
        self.assertIn("Nobody has granted", connection.rights_missing)

    def test_a_token_says_itself_what_it_may(self):
        self.connection._disconnect()
        self.company.l10n_pl_ksef_send_on_validation = True
        token = self.sandbox.token(self.nip, ["InvoiceRead"])
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        connection = connections._connect(
            self.company,
            "test",
            "token",
            ksef_token_sealed=connections._seal_token(token),
        )
        connection._order_authorisation()
        for _poll in range(5):
            connection._advance_authorisation()
        self.assertEqual(connection.state, "connected")
        connection.action_ask_rights()
        self.assertEqual(connection.rights["scopes"], ["InvoiceRead"])
        self.assertIn("cannot be given more", connection.rights_missing)
        self.assertFalse(connection.rights_request)

    def test_vendors_who_have_not_let_us_invoice_for_them_are_named(self):
        journal = self.company_data["default_journal_purchase"].copy(
            {"is_self_billing": True, "name": "Samofakturowanie", "code": "SELF"}
        )
        self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "journal_id": journal.id,
                "partner_id": self.supplier.id,
                "invoice_date": fields.Date.today(),
            }
        )
        self.connection.action_ask_rights()
        self.assertIn(self.supplier.name, self.connection.rights_missing)
        self.sandbox.control(
            "POST",
            "/permissions",
            {
                "nip": self.supplier.vat.removeprefix("PL"),
                "subject_nip": self.nip,
                "permissions": ["SelfInvoicing"],
            },
        )
        self.connection.action_ask_rights()
        self.assertFalse(self.connection.rights_missing)

    def test_attachments_need_the_consent(self):
        companies = type(self.company)
        with patch.object(
            companies, "_l10n_pl_ksef_sends_attachments", lambda company: True
        ):
            self.connection.action_ask_rights()
        self.assertIn("e-Urząd Skarbowy", self.connection.rights_missing)

    def test_who_reads_only_does_not_ask(self):
        auditor = self.new_user("audytor", "account_readonly")
        with self.assertRaises(AccessError):
            self.connection.with_user(auditor).action_ask_rights()


class TestPermissions(PermissionCase):
    def test_an_employee_is_granted_rights_and_loses_them(self):
        order = self.grant(may_issue=True)
        self.assertEqual(order.state, "done", order.status_message)
        listed = self.permissions(subject=PESEL)
        self.assertEqual(set(listed.mapped("scope")), {"InvoiceRead", "InvoiceWrite"})
        self.assertEqual(set(listed.mapped("kind")), {"person"})
        self.assertEqual(listed[0].name, "Anna Nowak")
        told = self.connection.message_ids.mapped("body")
        self.assertTrue(any("Anna Nowak" in body for body in told))
        self.assertFalse(any(PESEL in body for body in told))
        revoked = self.revoke(listed)
        self.assertEqual(revoked.mapped("state"), ["done", "done"])
        self.assertFalse(self.permissions(subject=PESEL))

    def test_an_office_is_granted_rights_that_it_may_pass_on(self):
        self.assertEqual(self.grant_office(can_delegate=True).state, "done")
        listed = self.permissions(subject=self.office_nip)
        self.assertEqual(set(listed.mapped("kind")), {"entity"})
        self.assertEqual(set(listed.mapped("can_delegate")), {True})

    def test_an_office_is_granted_rights_for_itself_only(self):
        self.grant_office(can_delegate=False)
        listed = self.permissions(subject=self.office_nip)
        self.assertEqual(set(listed.mapped("can_delegate")), {False})

    def test_a_customer_may_be_let_issue_our_invoices(self):
        for who, scope in (
            ("self_billing", "SelfInvoicing"),
            ("tax_representative", "TaxRepresentative"),
        ):
            with self.subTest(who):
                order = self.grant(
                    who=who,
                    identifier=self.customer.vat.removeprefix("PL"),
                    company_name=self.customer.name,
                )
                self.assertEqual(order.state, "done", order.status_message)
                (listed,) = self.permissions(scope=scope)
                self.assertEqual(listed.kind, "authorization")
        self.assertEqual(set(self.revoke(listed).mapped("state")), {"done"})
        self.assertFalse(self.permissions(scope="TaxRepresentative"))

    def test_an_offices_people_work_at_its_clients(self):
        client = make_nip("client")
        refused = self.grant(who="staff", target=client)
        self.assertEqual(refused.state, "failed")
        self.assertIn("client must first grant", refused.status_message)
        everywhere = self.grant(who="staff")
        self.assertEqual(everywhere.state, "done", everywhere.status_message)
        (listed,) = self.permissions(kind="indirect")
        self.assertFalse(listed.target)

    def test_what_others_gave_us_is_listed_and_not_ours_to_take_back(self):
        giver = self.customer.vat.removeprefix("PL")
        self.sandbox.control(
            "POST",
            "/permissions",
            {
                "nip": giver,
                "subject_nip": self.nip,
                "permissions": ["SelfInvoicing"],
            },
        )
        self.connection.action_permissions()
        (listed,) = self.permissions(direction="received")
        self.assertEqual((listed.subject, listed.scope), (giver, "SelfInvoicing"))
        with self.assertRaises(UserError):
            listed.action_revoke()

    def test_what_is_wrong_is_told_before_ksef_is(self):
        for values in (
            {"identifier": "85010112349"},
            {"identifier": "12"},
            {"known_by": "Nip", "identifier": "1234567890"},
            {"known_by": "Fingerprint", "identifier": "AB"},
            {"first_name": "A"},
            {"may_read": False},
            {"description": "abc"},
            {"who": "office", "identifier": self.office_nip, "company_name": "X"},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self.grant(**values)
        self.assertFalse(self.env["l10n_pl_ksef.permission.order"].search([]))

    def test_ksef_refuses_rights_of_the_owner_in_a_sentence(self):
        order = self.grant(known_by="Nip", identifier=self.nip)
        self.assertEqual(order.state, "failed")
        self.assertIn("the owner of the company has all rights", order.status_message)

    def test_nobody_locks_himself_out_without_being_told(self):
        self.grant(may_manage=True)
        manager = self.permissions(subject=PESEL, scope="CredentialsManage")
        action = manager.action_revoke()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("Nobody but the owner", window.warning)
        with self.assertRaises(UserError):
            window.action_revoke()
        self.assertTrue(self.permissions(subject=PESEL, scope="CredentialsManage"))
        self.revoke(manager, is_understood=True)
        self.assertFalse(self.permissions(subject=PESEL, scope="CredentialsManage"))

    def test_taking_back_what_odoo_itself_works_by_is_told(self):
        self.grant(may_issue=True)
        listed = self.permissions(subject=PESEL)
        self.company.l10n_pl_ksef_send_on_validation = True
        self.connection.rights = {
            **(self.connection.rights or {"scopes": []}),
            "grants": listed.mapped("grant_id"),
        }
        (told,) = listed._what_stops()
        self.assertIn("by which Odoo itself works", told)
        self.assertIn("sending of invoices", told)

    def test_a_lost_answer_is_looked_up_and_not_asked_twice(self):
        self.sandbox.fault(
            method="POST", path="^/permissions/persons/grants", action="drop_after"
        )
        with mute_logger("odoo.addons.l10n_pl_ksef.models.connection.call"):
            order = self.grant(may_issue=True)
        self.assertEqual(order.state, "done", order.status_message)
        calls = self.sandbox.control("GET", "/calls")["items"]
        asked = [c for c in calls if c["path"].endswith("/persons/grants")]
        self.assertEqual(len([c for c in asked if "query" not in c["path"]]), 1)

    def test_a_row_is_committed_before_the_call(self):
        states = []
        orders = type(self.env["l10n_pl_ksef.permission.order"])
        original = orders._carry_out

        def watched(order, client):
            order.env.flush_all()
            order.env.cr.execute(
                "SELECT state FROM l10n_pl_ksef_permission_order WHERE id = %s",
                [order.id],
            )
            states.append(order.env.cr.fetchone()[0])
            return original(order, client)

        with patch.object(orders, "_carry_out", watched):
            self.grant()
        self.assertEqual(states, ["asking"])

    def test_lists_are_asked_for_by_the_cron_where_the_process_dies_that_knows(self):
        connections = type(self.connection)
        self.connection._refresh_permissions()
        with (
            patch.object(connections, "_refresh_permissions"),
            patch.object(connections, "_ask_rights"),
        ):
            self.assertEqual(self.settle(self.grant()).state, "done")
        self.assertFalse(self.permissions(subject=PESEL))
        self.connection._cron_permissions()
        self.assertTrue(self.permissions(subject=PESEL))
        self.assertFalse(self.connection.rights_asked_at)

    def test_a_conflict_with_another_process_orders_nothing_twice(self):
        """Odoo begins a request anew that meets one; what it ordered is committed."""
        orders = type(self.env["l10n_pl_ksef.permission.order"])

        def conflict(order, client):
            raise psycopg2.errors.SerializationFailure

        with patch.object(orders, "_carry_out", conflict):
            order = self.grant()
        self.assertEqual(len(order.search([])), 1)
        self.settle(order)
        self.assertEqual(order.state, "done", order.status_message)

    def test_the_cron_is_woken_where_the_process_dies_that_ordered(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        orders = self.env["l10n_pl_ksef.permission.order"]
        cron = [("cron_id", "=", orders._follow_cron().id)]
        triggers.search(cron).unlink()
        self.env["l10n_pl_ksef.permission.order"]._place(
            self.connection, action="grant", who="employee", scopes=[]
        )
        self.assertEqual(triggers.search_count(cron), 1)

    def test_what_ksef_has_not_after_a_lost_answer_is_told_again(self):
        orders = type(self.env["l10n_pl_ksef.permission.order"])

        def lost(order, client):
            raise NoAnswer(sent=True)

        with patch.object(orders, "_carry_out", lost):
            order = self.grant()
        self.assertEqual(order.state, "unknown")
        order.asked_at -= timedelta(minutes=3)
        self.settle(order)
        self.assertEqual(order.state, "done", order.status_message)

    def test_accountants_read_and_administrators_change(self):
        self.grant()
        accountant = self.new_user("ksiegowy", "account_user")
        biller = self.new_user("fakturzystka", "account_invoice")
        listed = self.permissions(subject=PESEL)
        self.assertEqual(listed.with_user(accountant).subject, PESEL)
        with self.assertRaises(AccessError):
            listed.with_user(accountant).action_revoke()
        with self.assertRaises(AccessError):
            listed.with_user(biller).read(["subject"])

    def test_a_list_that_may_not_be_seen_is_told_in_a_sentence(self):
        self.connection._disconnect()
        token = self.sandbox.token(self.nip, ["InvoiceRead"])
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        connection = connections._connect(
            self.company,
            "test",
            "token",
            ksef_token_sealed=connections._seal_token(token),
        )
        connection._order_authorisation()
        for _poll in range(5):
            connection._advance_authorisation()
        with self.assertRaisesRegex(UserError, "may not see who may do what"):
            self.env["l10n_pl_ksef.permission"].with_company(
                self.company
            ).action_refresh()


def _b64(text):
    return base64.b64encode(text.encode())
