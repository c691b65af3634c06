from contextlib import suppress
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ...ksef_api.errors import NoAnswer, ServerError
from ...models.notification.types import TYPES
from ..common import KsefCase
from .smtp_server import SmtpServer


class NotificationCase(KsefCase):
    """People who are told, and a real SMTP server that their e-mails come to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.smtp = SmtpServer(cls.env)
        cls.addClassCleanup(cls.smtp.stop)
        for lang in ("pl_PL", "en_US"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.company.email = "firma@example.com"
        managers = cls.env.ref("account.group_account_manager").all_user_ids
        managers.email = False
        cls.anna = cls._user("anna", "account.group_account_manager", "pl_PL")
        cls.bob = cls._user("bob", "account.group_account_manager", "en_US")
        cls.ewa = cls._user("ewa", "account.group_account_invoice", "pl_PL")
        cls.notification = cls.env["l10n_pl_ksef.notification"].sudo()
        cls.notices = cls.env["l10n_pl_ksef.notice"].sudo()

    @classmethod
    def _user(cls, login, groups, lang):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            lang=lang,
            email=f"{login}@example.com",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.smtp.inbox.messages.clear()

    def deliver(self, gathered=True):
        """Let both crons work; return the e-mails that arrived, by receiver."""
        self.env.flush_all()
        if gathered:
            self.env.cr.execute(
                "UPDATE l10n_pl_ksef_notice "
                "SET create_date = create_date - interval '1 day'"
            )
            self.env.invalidate_all()
        self.notices._cron_tell()
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        mails.send()
        arrived = {}
        for message in self.smtp.inbox.messages:
            name = message["To"].addresses[0].addr_spec.split("@")[0]
            arrived.setdefault(name, []).append(message)
        self.smtp.inbox.messages.clear()
        return arrived

    def text(self, message):
        return message.get_body(("html",)).get_content()


class TestNotification(NotificationCase):
    def test_every_type_has_a_template_and_a_checkbox(self):
        choices = self.notification._of_user(self.anna, self.company)
        # Nobody is responsible for bills until a company uses that.
        wanted = [code for code in TYPES if code != "bills_mine"]
        self.assertEqual(choices.mapped("type"), wanted)
        self.assertEqual(set(choices.mapped("is_wanted")), {True})
        for code in TYPES:
            self.assertTrue(self.env.ref(f"l10n_pl_ksef.mail_{code}").subject, code)

    def test_administrators_are_told_in_their_own_languages(self):
        template = self.env.ref("l10n_pl_ksef.mail_connection_lost")
        template.with_context(lang="pl_PL").subject = "Utracono {{ ctx['names'] }}"
        move = self.invoice()
        self.notification._notify("connection_lost", move, details="KSeF says no")
        arrived = self.deliver()
        self.assertEqual(sorted(arrived), ["anna", "bob"])
        self.assertEqual(arrived["anna"][0]["Subject"], f"Utracono {move.name}")
        self.assertIn("connection lost", arrived["bob"][0]["Subject"])
        text = self.text(arrived["bob"][0])
        self.assertIn(f"/odoo/account.move/{move.id}", text)
        self.assertIn("KSeF says no", text)
        self.assertIn("/odoo/ksef-notifications", text)

    def test_the_responsible_person_hears_of_own_invoices_only(self):
        mine = self.invoice(invoice_user_id=self.ewa.id)
        others = self.invoice(invoice_user_id=self.bob.id)
        self.notification._notify("invoice_rejected", mine | others)
        arrived = self.deliver()
        self.assertEqual(sorted(arrived), ["anna", "bob", "ewa"])
        self.assertIn(mine.name, self.text(arrived["ewa"][0]))
        self.assertNotIn(others.name, self.text(arrived["ewa"][0]))

    def test_an_unticked_type_is_not_sent(self):
        choices = self.notification._of_user(self.anna, self.company)
        choices.filtered(lambda c: c.type == "ksef_back").is_wanted = False
        self.notification._notify("ksef_back", self.company)
        self.assertEqual(list(self.deliver()), ["bob"])
        self.notification._notify("ksef_unavailable", self.company)
        self.assertEqual(sorted(self.deliver()), ["anna", "bob"])

    def test_the_same_event_is_told_once_and_another_occasion_again(self):
        told = []
        for occasion in ("1", "1", "2"):
            self.notification._notify("ksef_unavailable", self.company, occasion)
            told.append(len(self.deliver().get("bob", [])))
        self.assertEqual(told, [1, 0, 1])

    def test_many_of_a_kind_become_one_digest(self):
        moves = self.env["account.move"].union(*(self.invoice() for _ in range(5)))
        for move in moves:
            self.notification._notify("invoice_rejected", move, occasion=move.id)
        (message,) = self.deliver()["bob"]
        text = self.text(message)
        for move in moves:
            self.assertIn(move.name, text)
        self.assertIn("and 2 more", message["Subject"])

    def test_events_are_gathered_before_they_are_told(self):
        self.notification._notify("bills_new", self.invoice())
        self.assertFalse(self.deliver(gathered=False))
        self.assertEqual(len(self.deliver()["bob"]), 1)

    def test_what_went_wrong_with_a_notice_does_not_stop_the_caller(self):
        self.company.l10n_pl_ksef_send_on_validation = True
        move = self.invoice()
        with mute_logger(
            "odoo.addons.l10n_pl_ksef.models.notification.notification", "odoo.sql_db"
        ):
            self.notification._notify("ksef_back", self.company, occasion="\x00")
        self.assertEqual(move.state, "posted")
        self.assertFalse(self.notices.search([("type", "=", "ksef_back")]))

    def test_our_templates_are_loaded_where_events_were_told_already(self):
        """Odoo tries a template on any record when it is made, in an update too."""
        self.env["l10n_pl_ksef.notice"].sudo().create(
            {
                "type": "bill_error",
                "company_id": self.company.id,
                "res_model": "res.company",
                "res_id": self.company.id,
            }
        )
        template = self.env.ref("l10n_pl_ksef.mail_bills_new").sudo()
        self.assertIn("ctx['names']", template.subject)
        self.assertTrue(template.copy())

    def test_one_broken_template_does_not_stop_the_other_types(self):
        self.env.ref("l10n_pl_ksef.mail_ksef_unavailable").subject = "{{ 1 / 0 }}"
        self.notification._notify("ksef_unavailable", self.company)
        self.notification._notify("ksef_back", self.company)
        with mute_logger(
            "odoo.addons.l10n_pl_ksef.models.notification.notice",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            (message,) = self.deliver()["bob"]
        self.assertEqual(message["Subject"], "KSeF is available again")

    def test_nobody_of_another_company_is_told(self):
        other = self.env["res.company"].create({"name": "Inna"})
        self.bob.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.notification._notify("ksef_unavailable", self.company)
        self.assertEqual(list(self.deliver()), ["anna"])

    def test_a_user_sees_and_changes_own_choices_only(self):
        self.notification._of_user(self.bob, self.company)
        action = self.notification.with_user(self.ewa).action_mine()
        mine = self.notification.with_user(self.ewa).search(action["domain"])
        self.assertEqual(mine.user_id, self.ewa)
        mine[0].is_wanted = False
        self.assertEqual(
            self.notification.with_user(self.ewa).search([]).user_id, self.ewa
        )

    def test_the_settings_show_and_keep_ones_own_choices(self):
        administrator = self._user("adam", "base.group_system", "pl_PL")
        administrator.group_ids += self.env.ref("account.group_account_manager")
        settings = self.env["res.config.settings"].with_user(administrator)
        mine = self.notification._of_user(administrator, self.company)
        shown = settings.create({}).l10n_pl_ksef_notification_ids
        self.assertEqual(shown, mine)
        settings.create({"l10n_pl_ksef_notification_ids": mine[2:].ids}).execute()
        self.assertEqual(mine.filtered("is_wanted"), mine[2:])

    def test_an_accounting_administrator_saves_them_without_system_rights(self):
        self.assertFalse(self.anna.has_group("base.group_system"))
        mine = self.notification._of_user(self.anna, self.company)
        settings = self.env["l10n_pl_ksef.settings"].with_user(self.anna)
        page = settings.create({"l10n_pl_ksef_notification_ids": mine[:1].ids})
        page.execute()
        self.assertEqual(mine.filtered("is_wanted"), mine[:1])


class TestEvents(NotificationCase):
    """What happens in KSeF reaches people."""

    def test_a_certificate_added_correctly_and_incorrectly(self):
        self.connect()
        subjects = [m["Subject"] for m in self.deliver()["bob"]]
        self.assertIn("certificate accepted", subjects[0])
        wizard = self.upload()
        serial = wizard._load().serial
        self.sandbox.control("POST", f"/certificates/{serial}", {"status": "Revoked"})
        wizard.action_add()
        for _poll in range(3):
            wizard.connection_id.action_check()
        (message,) = self.deliver()["bob"]
        self.assertIn("certificate added incorrectly", message["Subject"])
        self.assertIn("does not accept this certificate", self.text(message))

    def test_a_rejected_invoice_and_a_upo(self):
        connection = self.connect()
        good = self.invoice(invoice_user_id=self.ewa.id)
        bad = self.invoice(invoice_user_id=self.ewa.id)
        documents = self.env["l10n_pl_ksef.document"]._queue(good | bad)
        documents.filtered(lambda d: d.move_id == bad)._reject("No reason", 450)
        self.process(connection)
        subjects = " ".join(m["Subject"] for m in self.deliver()["ewa"])
        self.assertIn(bad.name, subjects)
        self.assertIn("UPO", subjects)

    def test_a_connection_lost_and_restored(self):
        connection = self.connect()
        self.deliver()
        serial = connection.certificate_id.serial
        path = f"/certificates/{serial}"
        self.sandbox.control("POST", path, {"status": "Revoked"})
        self.renew(connection)
        self.assertEqual(connection.state, "failed")
        self.assertIn("connection lost", self.deliver()["bob"][0]["Subject"])
        self.sandbox.control("POST", path, {"status": "Active"})
        connection.action_authorise()
        self.let_cron_work(connection)
        self.assertEqual(connection.state, "connected", connection.status_message)
        (message,) = self.deliver()["bob"]
        self.assertIn("connection restored", message["Subject"])

    def test_a_permission_withdrawn(self):
        connection = self.connect()
        self.deliver()
        self.sandbox.fault(
            method="GET",
            path="/limits/context",
            action="status",
            status=403,
            reason="missing-permissions",
        )
        with self.assertRaises(Exception) as caught:
            connection._call(lambda client: client.context_limits())
        connection._note_failure(caught.exception)
        self.assertIn("permission missing", self.deliver()["bob"][0]["Subject"])

    def renew(self, connection):
        """End the login in KSeF and let the cron do what it can."""
        self.sandbox.control("POST", "/auth-sessions/revoke", {"nip": self.nip})
        connection.access_valid_until = "2020-01-01"
        self.let_cron_work(connection)

    def let_cron_work(self, connection):
        for _round in range(5):
            connection.retry_at = False
            connection._cron_authorise()

    def test_a_certificate_that_ends_is_told_at_each_step_once(self):
        certificate = self.connect().certificate_id
        self.deliver()
        now = fields.Datetime.now()
        told = []
        for days in (40, 29, 28, 6, 0.5, -1, -2):
            certificate.valid_to = now + timedelta(days=days)
            self.notification._cron_watch()
            told.append(len(self.deliver().get("bob", [])))
        self.assertEqual(told, [0, 1, 0, 1, 1, 1, 0])

    def test_a_certificate_with_a_successor_is_not_notices_of(self):
        first = self.connect().certificate_id
        self.connect()
        self.deliver()
        first.valid_to = fields.Datetime.now() + timedelta(days=5)
        self.notification._cron_watch()
        self.assertFalse(self.deliver())

    def test_signing_again_is_asked_for_two_days_and_two_hours_before(self):
        connection = self.connect()
        self.deliver()
        connection.method = "signed_file"
        self.notification._cron_watch()
        self.deliver()  # the way to certificates is shown once
        ends = connection.refresh_valid_until
        told = []
        for left in (72, 47, 46, 1.5, 1):
            with freeze_time(ends - timedelta(hours=left)):
                self.notification._cron_watch()
            told.append(len(self.deliver().get("bob", [])))
        self.assertEqual(told, [0, 1, 0, 1, 0])
        self.assertEqual(connection.activity_ids.user_id, self.env.user)

    def test_an_invoice_that_waits_too_long_is_notices_of(self):
        move = self.invoice(invoice_user_id=self.ewa.id)
        document = self.env["l10n_pl_ksef.document"]._queue(move)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE l10n_pl_ksef_document SET create_date = now() - interval '5 hours' "
            "WHERE id = %s",
            [document.id],
        )
        for expected in (1, 0):
            self.notification._cron_watch()
            self.assertEqual(len(self.deliver().get("ewa", [])), expected)

    def test_an_outage_is_told_when_it_lasts_and_when_it_is_over(self):
        connection = self.connect()
        self.deliver()
        fault = {"method": "GET", "path": "/limits/context", "times": 0}
        self.sandbox.fault(**fault, action="status", status=503)
        start = fields.Datetime.now()
        told = []
        for minutes in (0, 6, 20, 40):
            with freeze_time(start + timedelta(minutes=minutes)):
                # assertRaises would roll back what was noted.
                with suppress(ServerError):
                    connection._call_public(lambda client: client.context_limits())
            told.append([m["Subject"] for m in self.deliver().get("bob", [])])
        self.assertEqual(told, [[], [], ["KSeF is unavailable"], []])
        self.sandbox.control("DELETE", "/faults")
        with freeze_time(start + timedelta(minutes=60)):
            connection._call_public(lambda client: client.challenge())
        (message,) = self.deliver()["bob"]
        self.assertEqual(message["Subject"], "KSeF is available again")
        self.assertFalse(connection.unavailable_since)

    def test_an_announced_unavailability_is_told_once_when_it_begins_and_ends(self):
        self.connect()
        self.deliver()
        start = fields.Datetime.now() + timedelta(hours=1)
        self.env["l10n_pl_ksef.outage"].create(
            {
                "environment": "test",
                "category": "maintenance",
                "title": "Przerwa techniczna",
                "start": start,
                "end": start + timedelta(hours=2),
            }
        )
        told = []
        for minutes in (-30, 5, 60, 125, 240):
            with freeze_time(start + timedelta(minutes=minutes)):
                self.env["l10n_pl_ksef.outage"].sudo()._cron_ask()
            told.append([m["Subject"] for m in self.deliver().get("bob", [])])
        unavailable, back = "KSeF is unavailable", "KSeF is available again"
        self.assertEqual(told, [[], [unavailable], [], [back], []])

    def test_calls_that_fail_meanwhile_are_no_news(self):
        connection = self.connect()
        self.deliver()
        self.env["l10n_pl_ksef.outage"].create(
            {"environment": "test", "title": "Awaria", "start": fields.Datetime.now()}
        )
        self.assertEqual(len(self.deliver()["bob"]), 1)
        self.sandbox.fault(path=".*", action="status", status=503, times=0)
        start = fields.Datetime.now()
        for minutes in (0, 20, 40):
            with freeze_time(start + timedelta(minutes=minutes)):
                with suppress(ServerError):
                    connection._call_public(lambda client: client.challenge())
        self.assertFalse(self.deliver())

    def test_a_short_trouble_is_not_notices_of(self):
        connection = self.connect()
        self.deliver()
        self.sandbox.fault(method="POST", path="/auth/challenge", action="drop_before")
        with suppress(NoAnswer):
            connection._call_public(lambda client: client.challenge())
        self.assertTrue(connection.unavailable_since)
        connection._call_public(lambda client: client.challenge())
        self.assertFalse(self.deliver())
        self.assertFalse(connection.unavailable_since)
