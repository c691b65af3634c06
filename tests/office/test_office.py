"""An office with many companies: one page, one certificate, one list of NIPs."""

import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError

from ...models.office import nip_list
from ..common import KsefCase, make_nip


class OfficeCase(KsefCase):
    """``self.company`` is the office; ``self.clients`` are three of its clients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clients = cls.new_clients(3)

    @classmethod
    def new_clients(cls, number, first=0):
        clients = cls.env["res.company"].create(
            [
                {
                    "name": f"Klient {index:03}",
                    "vat": f"PL{make_nip(f'client {index}')}",
                    "country_id": cls.env.ref("base.pl").id,
                    "email": f"klient{index}@example.com",
                }
                for index in range(first, first + number)
            ]
        )
        cls.env.user.company_ids |= clients
        return clients

    def setUp(self):
        super().setUp()
        self.connection = self.connect()
        self.certificate = self.connection.certificate_id

    def nip_of(self, company):
        return company.vat.removeprefix("PL")

    def grant(self, company, *permissions):
        """The client grants the office rights in Aplikacja Podatnika KSeF."""
        self.sandbox.control(
            "POST",
            "/permissions",
            {
                "nip": self.nip_of(company),
                "subject_nip": self.nip,
                "permissions": list(permissions or ("InvoiceRead", "InvoiceWrite")),
            },
        )

    def connect_many(self, companies=None, text=None):
        lines = self.lines(companies) if companies else self.lines().browse()
        action = lines.action_connect()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.environment = "test"
        if text is not None:
            window.nips_file = base64.b64encode(text.encode())
        action = window.action_connect()
        self.log_in()
        return action

    def log_in(self, rounds=5):
        """Let the cron of logins work."""
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        for _round in range(rounds):
            open_ones = connections.search([("state", "in", ("ordered", "processing"))])
            open_ones.retry_at = False
            connections._cron_authorise()

    def lines(self, companies=None):
        companies = companies or self.clients
        return self.env["l10n_pl_ksef.office"].browse(companies.ids)

    def fresh(self, companies=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.lines(companies)


class TestConnectMany(OfficeCase):
    def test_a_list_of_nips_connects_clients_and_says_who_has_not_granted(self):
        granted, lacking, reader = self.clients
        self.grant(granted)
        self.grant(reader, "InvoiceRead")
        text = "Klient;NIP\n" + "".join(
            f"{c.name};{self.nip_of(c)}\n" for c in self.clients
        )
        action = self.connect_many(text=text)
        self.assertEqual(action["domain"], [("id", "in", self.clients.ids)])
        self.env["l10n_pl_ksef.connection"]._cron_rights()
        line = self.fresh(granted)
        self.assertEqual((line.state, line.is_lent), ("connected", True))
        self.assertFalse(line.rights_missing)
        line = self.fresh(lacking)
        self.assertEqual(line.state, "failed")
        for part in (self.nip, self.nip_of(lacking)):
            self.assertIn(part, line.rights_request)
        line = self.fresh(reader)
        self.assertEqual(line.state, "connected")
        self.assertIn("sending of invoices", line.rights_missing)
        report = self.env["l10n_pl_ksef.office"].search(
            [("rights_request", "!=", False), ("id", "in", self.clients.ids)]
        )
        self.assertEqual(report.company_id, lacking | reader)
        # The certificate is there once, and one client's answer is not about it.
        same = [("fingerprint", "=", self.certificate.fingerprint)]
        self.assertEqual(self.certificate.search_count(same), 1)
        self.assertEqual(self.certificate.state, "valid")

    def test_a_client_who_grants_later_is_connected_by_itself(self):
        client = self.clients[0]
        self.connect_many(client)
        connection = client._l10n_pl_ksef_connection()
        self.assertEqual(connection.state, "failed")
        self.grant(client)
        connection.rights_asked_at -= timedelta(days=2)
        connection._cron_rights()
        self.log_in()
        self.assertEqual(connection.state, "connected")
        connection._cron_rights()
        self.assertFalse(connection.rights_request)

    def test_clients_are_written_to(self):
        client, silent, _other = self.clients
        silent.partner_id.email = False
        self.connect_many(client | silent)
        notice = self.fresh(client | silent).action_write()
        self.assertIn(silent.name, notice["params"]["message"])
        mails = self.env["mail.mail"].sudo()
        mail = mails.search([("recipient_ids", "in", client.partner_id.ids)])
        self.assertEqual(len(mail), 1)
        self.assertIn(self.nip, mail.body_html)
        self.assertTrue(self.fresh(client).rights_written_at)
        self.assertFalse(self.fresh(silent).rights_written_at)

    def test_a_bad_list_is_told_in_a_sentence_and_changes_nothing(self):
        good = self.nip_of(self.clients[0])
        before = self.env["l10n_pl_ksef.connection"].search([])
        for text, told in (
            (f"{good}\n1234567890\n", "Line 2: “1234567890” is not a valid NIP"),
            (f"{good}\n{make_nip('nobody')}\n", make_nip("nobody")),
            ("", "Choose a list"),
            ("NIP\n", "no NIP in it"),
            ("Firma;Adres\nA;B\n", "Line 1"),
            ("\0\0", "no list"),
        ):
            with self.subTest(text), self.assertRaisesRegex(UserError, told):
                self.connect_many(text=text)
        self.assertEqual(self.env["l10n_pl_ksef.connection"].search([]), before)

    def test_lists_are_read_as_offices_export_them(self):
        nips = [make_nip(index) for index in range(3)]
        plain = "\n".join(nips)
        for content in (
            plain.encode(),
            f"\ufeffNIP\r\n{plain}\r\n\r\n".encode(),
            f"Nazwa\tNIP\nSpółka\t{nips[0]}\nX\t{nips[1]}\nY\tPL {nips[2]}\n".encode(
                "cp1250"
            ),
            ("Name,NIP\n" + "".join(f'"A, B",{n}\n' for n in nips)).encode(),
            f"{plain}\n{nips[0]}\n".encode(),
        ):
            with self.subTest(content):
                self.assertEqual(nip_list.read(content), nips)
        with self.assertRaises(nip_list.NipListError):
            nip_list.read(b"1" * 1_000_001)


class TestSharedCertificate(OfficeCase):
    def setUp(self):
        super().setUp()
        for client in self.clients:
            self.grant(client)
        self.connect_many(self.clients)
        self.assertEqual(set(self.fresh().mapped("state")), {"connected"})

    def test_taking_it_away_stops_all_and_says_which(self):
        action = self.certificate.action_delete()
        window = self.env[action["res_model"]].browse(action["res_id"])
        for client in self.clients:
            self.assertIn(client.name, window.served)
        self.assertTrue(self.certificate.exists())
        window.action_stop()
        self.assertFalse(self.certificate.exists())
        self.assertEqual(set(self.fresh().mapped("state")), {"none"})
        told = self.env["l10n_pl_ksef.notice"].search(
            [("type", "=", "connection_lost"), ("company_id", "in", self.clients.ids)]
        )
        self.assertEqual(told.company_id, self.clients)
        self.assertIn(self.company.name, told[0].details)

    def test_its_successor_logs_in_for_all(self):
        self.connect()
        newer = self.company._l10n_pl_ksef_connection().certificate_id
        self.assertNotEqual(newer, self.certificate)
        for client in self.clients:
            connection = client._l10n_pl_ksef_connection()
            self.assertEqual(connection.certificate_id, newer)
            connection._order_authorisation()
        self.log_in()
        self.assertEqual(set(self.fresh().mapped("state")), {"connected"})

    def test_revoking_it_says_which_stop_as_well(self):
        window = self.env["l10n_pl_ksef.revoke"].create(
            {"company_id": self.company.id, "certificate_id": self.certificate.id}
        )
        for client in self.clients:
            self.assertIn(client.name, window.what_stops)

    def test_its_owner_alone_orders_the_next_one(self):
        connections = self.env["l10n_pl_ksef.connection"]._connected()
        pairs = list(self.env["l10n_pl_ksef.enrolment"]._in_use(connections))
        logins = [c for c, certificate in pairs if certificate == self.certificate]
        self.assertEqual(logins, [self.connection])

    def as_administrator_of(self, client):
        """Return the environment of an administrator of one client."""
        person = self.new_user("adm_klienta", "account_manager")
        companies = {"company_ids": [Command.set(client.ids)], "company_id": client.id}
        person.write(companies)
        return client.with_user(person).with_company(client).env

    def test_people_of_a_client_order_none_in_the_offices_name(self):
        client = self.clients[0]
        before = len(self.office_certificates())
        windows = self.as_administrator_of(client)["l10n_pl_ksef.order.certificates"]
        window = windows.create({"company_id": client.id})
        with self.assertRaisesRegex(UserError, self.company.name):
            window.action_order()
        # Nor by what was ordered before the office's certificate came.
        connection = client._l10n_pl_ksef_connection()
        orders = self.env["l10n_pl_ksef.enrolment"]
        order = orders._place(connection, ["authentication"])
        order._advance()
        self.assertEqual(order.state, "failed")
        self.assertEqual(len(self.office_certificates()), before)

    def office_certificates(self):
        return list(self.connection._call(lambda client: list(client.certificates())))

    def test_people_of_a_client_neither_list_nor_revoke_the_offices(self):
        client = self.clients[0]
        env = self.as_administrator_of(client)
        listed = env["l10n_pl_ksef.listed.certificate"]
        with self.assertRaisesRegex(UserError, self.company.name):
            listed.action_open()
        self.assertFalse(listed.sudo().search([("company_id", "=", client.id)]))
        # A row from before the office's certificate came.
        row = listed.sudo().create(
            {
                "company_id": client.id,
                "environment": "test",
                "serial": self.certificate.serial,
                "type": "authentication",
                "status": "Active",
            }
        )
        window = env["l10n_pl_ksef.revoke"].create(
            {"company_id": client.id, "listed_id": row.id}
        )
        window.action_revoke()
        self.assertIn(self.company.name, window.message)
        self.assertEqual(row.status, "Active")

    def test_no_key_is_told_to_people_of_a_client(self):
        person = self.new_user("u_klienta", "account_manager")
        person.write(
            {
                "company_ids": [Command.set(self.clients[0].ids)],
                "company_id": self.clients[0].id,
            }
        )
        connection = self.clients[0]._l10n_pl_ksef_connection().with_user(person)
        told = connection.read()[0]
        self.assertNotIn("key_sealed", told)
        with self.assertRaises(AccessError):
            self.certificate.with_user(person).read(["serial"])
        shown = connection.web_read({"certificate_id": {"fields": {"id": {}}}})
        self.assertEqual(shown[0]["certificate_id"]["id"], self.certificate.id)


class TestPage(OfficeCase):
    def test_it_shows_what_waits_and_what_needs_a_person(self):
        self.invoice()._l10n_pl_ksef_send()
        rejected = self.invoice()
        self.env["l10n_pl_ksef.document"].sudo()._queue(rejected)
        rejected.sudo().l10n_pl_ksef_document_ids.state = "rejected"
        waiting = self.invoice(invoice_date=fields.Date.today())
        self.env["l10n_pl_ksef.document"].sudo()._queue(waiting)
        line = self.fresh(self.company)
        self.assertEqual(line.state, "connected")
        self.assertEqual(line.certificate_ends, self.certificate.valid_to)
        self.assertGreaterEqual(line.waiting_count, 1)
        self.assertGreaterEqual(line.person_count, 1)
        self.assertGreaterEqual(line.sales_odoo, 1)
        self.assertFalse(line.is_lent)
        self.assertEqual(self.fresh(self.clients[0]).state, "none")

    def test_its_queries_do_not_grow_with_companies(self):
        counts = []
        for number in (0, 27):
            if number:
                self.new_clients(number, first=3)
            self.page()  # what Odoo keeps (rules, companies of users) is read now
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.page()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertGreaterEqual(found, 30)
        self.assertEqual(counts[0], counts[1])

    def page(self):
        """Read what the browser reads; return the number of lines."""
        office = self.env["l10n_pl_ksef.office"]
        names = [n for n in office._fields if n not in ("__last_update",)]
        many2one = ("responsible_id", "company_id", "connection_id", "currency_id")
        specification = {
            name: {"fields": {"display_name": {}}} if name in many2one else {}
            for name in names
            if name not in ("create_uid", "write_uid", "create_date", "write_date")
        }
        answer = office.web_search_read([], specification, limit=200)
        office._read_group([], ["responsible_id"], ["__count"])
        return answer["length"]

    def test_people_see_their_own_companies_only(self):
        person = self.new_user("od_klienta", "account_invoice")
        person.write(
            {
                "company_ids": [Command.set(self.clients[0].ids)],
                "company_id": self.clients[0].id,
            }
        )
        lines = self.env["l10n_pl_ksef.office"].with_user(person).search([])
        self.assertEqual(lines.ids, self.clients[0].ids)
        with self.assertRaises(AccessError):
            self.lines(self.clients[1]).with_user(person).action_fetch()

    def test_companies_that_are_not_chosen_in_the_menu_are_there_too(self):
        one = self.env["l10n_pl_ksef.office"].with_context(
            allowed_company_ids=self.company.ids
        )
        self.assertLessEqual(set(self.clients.ids), set(one.search([]).ids))
        self.grant(self.clients[0])
        self.connect_many(self.clients[0])
        one.browse(self.clients[0].ids).action_fetch()
        fetches = self.env["l10n_pl_ksef.fetch"].sudo()
        asked = fetches.search([("company_id", "=", self.clients[0].id)])
        self.assertTrue(asked.user_id)

    def test_what_opens_can_be_read_though_its_company_is_not_chosen(self):
        connected, other = self.clients[:2]
        self.grant(connected)
        self.connect_many(connected)
        person = self.new_user("szefowa_biura", "account_manager")
        person.company_ids |= self.clients
        for company in (connected, other):
            with self.subTest(connected=company == connected):
                line = self.lines(company).with_user(person)
                line = line.with_context(allowed_company_ids=self.company.ids)
                action = line.action_open()
                self.assertEqual(action["params"]["company_id"], company.id)
                opened = action["params"]["next"]
                record = self.env[opened["res_model"]].browse(opened["res_id"])
                self.assertEqual(record.company_id, company)
                # Nothing of that sort where it is chosen.
                both = (self.company | company).ids
                again = line.with_context(allowed_company_ids=both).action_open()
                self.assertEqual(again["res_model"], opened["res_model"])

    def test_many_are_given_to_a_person_and_grouped(self):
        clerk = self.new_user("ksiegowa_biura", "account_user")
        action = self.lines().action_responsible()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.user_id = clerk
        window.action_apply()
        groups = dict(
            self.env["l10n_pl_ksef.office"]._read_group(
                [("id", "in", self.clients.ids)], ["responsible_id"], ["__count"]
            )
        )
        self.assertEqual(groups, {clerk: 3})

    def test_ones_own_emails_are_chosen_for_many(self):
        action = self.lines().action_notifications()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.wanted = "troubles"
        window.action_apply()
        choices = self.env["l10n_pl_ksef.notification"].search(
            [("user_id", "=", self.env.uid), ("company_id", "in", self.clients.ids)]
        )
        self.assertFalse(
            choices.filtered(lambda c: c.type == "upo_ready" and c.is_wanted)
        )
        self.assertTrue(
            all(c.is_wanted for c in choices if c.type == "invoice_rejected")
        )

    def test_logins_that_ended_are_renewed_and_the_others_named(self):
        self.connection.state = "expired"
        notice = self.lines(self.company | self.clients[0]).action_renew()
        self.assertIn(self.clients[0].name, notice["params"]["message"])
        self.assertEqual(self.connection.state, "ordered")

    def test_who_waits_longest_is_sent_for_first(self):
        for client in self.clients:
            self.grant(client)
        self.connect_many(self.clients)
        documents = self.env["l10n_pl_ksef.document"].sudo()
        first = self.invoice()
        documents._queue(first)
        connections = documents.env["l10n_pl_ksef.connection"]._connected()
        ordered = documents._longest_waiting_first(connections)
        self.assertEqual(ordered[0].company_id, self.company)
        self.assertEqual(set(ordered.ids), set(connections.ids))
