"""One signature, both certificates."""

from unittest.mock import patch

from odoo.exceptions import UserError

from ...ksef_api.errors import NoAnswer
from ...models.times import warsaw_today
from .case import EnrolmentCase


class TestOneSignature(EnrolmentCase):
    def test_one_signed_file_leads_to_both_certificates_in_use(self):
        action = self.sign_once()
        self.assertEqual(action["tag"], "display_notification")
        connection = self.company._l10n_pl_ksef_connection()
        self.assertEqual(connection.method, "certificate")
        self.assertEqual(connection.state, "connected")
        self.assertEqual(connection.certificate_id, self.certificates("authentication"))
        offline = self.company._l10n_pl_ksef_offline_certificate()
        self.assertEqual(offline, self.certificates("offline"))
        self.assertEqual(self.orders().mapped("state"), ["done", "done"])
        self.assertFalse(any(self.orders().mapped("key_sealed")))

    def test_names_tell_company_type_and_date(self):
        self.sign_once()
        names = [row["name"] for row in self.in_ksef().values()]
        today = warsaw_today().strftime("%Y-%m-")
        for kind in ("authentication", "offline"):
            (name,) = [name for name in names if kind in name]
            self.assertIn("Testowa Spółka z o o", name)
            self.assertIn(today, name)

    def test_what_was_begun_goes_on(self):
        invoice = self.invoice()
        self.sign_once(send=invoice)
        self.process(self.company._l10n_pl_ksef_connection())
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def test_while_ksef_takes_its_time_the_window_shows_how_far_it_is(self):
        self.sandbox.knobs(polls_before_ready=2)
        action = self.sign_once()
        self.assertEqual(action["res_model"], "l10n_pl_ksef.order.certificates")
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(window.stage, "working")
        self.assertEqual(set(window.enrolment_ids.mapped("state")), {"processing"})
        for _poll in range(4):
            action = window.action_check()
        self.assertEqual(window.stage, "done")
        self.assertEqual(action["tag"], "display_notification")

    def test_a_closed_window_leaves_the_rest_to_the_cron(self):
        self.sandbox.knobs(auth_polls=2, polls_before_ready=1)
        self.sign_once()
        self.assertFalse(self.orders())
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        for _poll in range(4):
            connections.search([]).retry_at = False
            connections._cron_authorise()
        self.let_cron_work()
        self.assertEqual(self.orders().mapped("state"), ["done", "done"])
        self.assertEqual(self.company._l10n_pl_ksef_connection().method, "certificate")

    def test_who_does_not_want_certificates_gets_none(self):
        action = self.company._l10n_pl_ksef_ask_signature()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.environment = "test"
        action = window.action_next()
        sign = self.env[action["res_model"]].browse(action["res_id"])
        sign.action_download()
        sign.write(
            {
                "signed_file": self.encoded(self.signed(sign)),
                "order_certificates": False,
            }
        )
        sign.action_upload()
        self.let_cron_work()
        self.assertFalse(self.orders())
        self.assertEqual(self.company._l10n_pl_ksef_connection().method, "signed_file")

    def test_one_button_orders_the_other_type(self):
        connection = self.connect()
        settings = self.env["l10n_pl_ksef.settings"].create(
            {"company_id": self.company.id}
        )
        action = settings.action_l10n_pl_ksef_order_certificates()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(
            (window.order_authentication, window.order_offline), (False, True)
        )
        self.assertTrue(window.owner)
        self.assertEqual((window.orders_left, window.certificates_left), (300, 99))
        window.action_order()
        self.assertEqual(self.company._l10n_pl_ksef_connection(), connection)
        self.assertTrue(self.company._l10n_pl_ksef_offline_certificate())


class TestNotOrdered(EnrolmentCase):
    """What stands in the way is said, and what works stays."""

    def window(self):
        settings = self.env["l10n_pl_ksef.settings"].create(
            {"company_id": self.company.id}
        )
        action = settings.action_l10n_pl_ksef_order_certificates()
        return self.env[action["res_model"]].browse(action["res_id"])

    def connect_by_token(self):
        connection = self.env["l10n_pl_ksef.connection"]._connect(
            self.company, "test", "token"
        )
        token = self.sandbox.token(self.nip)
        connection.ksef_token_sealed = connection._seal_token(token)
        connection.action_authorise()
        return self.settle(connection)

    def test_a_login_by_token_is_told_what_can_order(self):
        connection = self.connect_by_token()
        window = self.window()
        self.assertTrue(window.needs_signature)
        self.assertIn("token", window.obstacle)
        with self.assertRaises(UserError):
            window.action_order()
        action = window.action_sign()
        self.assertEqual(action["res_model"], "l10n_pl_ksef.sign")
        self.assertEqual(connection.state, "connected")
        sign = self.env[action["res_model"]].browse(action["res_id"])
        sign.action_download()
        sign.signed_file = self.encoded(self.signed(sign))
        sign.action_upload()
        self.assertEqual(self.orders().mapped("state"), ["done", "done"])

    def limit(self, orders, certificates):
        connection = self.company._l10n_pl_ksef_connection()
        body = {
            "enrollment": {"maxEnrollments": orders},
            "certificate": {"maxCertificates": certificates},
        }
        connection._call(
            lambda client: client._call(
                "POST", "/testdata/limits/subject/certificate", payload=body
            )
        )

    def test_a_limit_is_looked_at_before_anything_is_ordered(self):
        self.connect()
        self.limit(0, 5)
        window = self.window()
        self.assertIn("no more orders", window.obstacle)
        window.action_order()
        self.assertEqual(window.stage, "failed")
        self.assertIn("no more orders", window.enrolment_ids.status_message)
        calls = self.sandbox.control("GET", "/calls")["items"]
        self.assertNotIn(
            ("POST", "/certificates/enrollments"),
            [(call["method"], call["path"].removeprefix("/v2")) for call in calls],
        )

    def test_a_refusal_leaves_the_login_that_works(self):
        connection = self.connect()
        self.sandbox.fault(
            method="POST",
            path="/certificates/enrollments$",
            action="status",
            status=400,
            code=25003,
        )
        orders = self.enrolments._place(connection, ["authentication", "offline"])
        self.let_cron_work(rounds=1)
        self.assertEqual(orders[0].state, "failed")
        self.assertFalse(orders[0].key_sealed)
        self.assertEqual(self.company._l10n_pl_ksef_connection(), connection)
        self.assertEqual(connection.state, "connected")
        self.assertEqual(orders[1].state, "done")

    def test_a_certificate_that_cannot_log_in_replaces_nothing(self):
        connection = self.connect()
        orders = self.enrolments._place(connection, ["authentication"])
        proof = type(self.enrolments)._step_proving

        def revoked_before(order):
            path = f"/certificates/{order.serial}"
            self.sandbox.control("POST", path, {"status": "Revoked"})
            return proof(order)

        with patch.object(type(self.enrolments), "_step_proving", revoked_before):
            self.let_cron_work()
        self.assertEqual(orders.state, "failed")
        self.assertTrue(orders.status_message)
        self.assertEqual(self.company._l10n_pl_ksef_connection(), connection)
        self.assertEqual(connection.state, "connected")

    def test_an_offline_certificate_signs_nothing_before_it_is_proved(self):
        connection = self.connect()
        self.upload(type="offline", options={"usage": "offline"}).action_add()
        old = self.current("offline")
        orders = self.enrolments._place(connection, ["offline"])
        proof = type(self.enrolments)._step_proving
        seen = []

        def look(order):
            seen.append(self.company._l10n_pl_ksef_offline_certificate())
            return proof(order)

        with patch.object(type(self.enrolments), "_step_proving", look):
            self.let_cron_work()
        self.assertEqual(seen, [old])
        self.assertEqual(self.current("offline"), orders.certificate_id)


class TestLostAnswers(EnrolmentCase):
    def answer_lost(self, after):
        original = type(self.env["l10n_pl_ksef.connection"])._call
        lost = []

        def call(connection, function):
            if "enrol" not in function.__code__.co_names or lost:
                return original(connection, function)
            if after:
                original(connection, function)
            lost.append(function)
            raise NoAnswer(sent=True)

        connections = type(self.env["l10n_pl_ksef.connection"])
        return patch.object(connections, "_call", call)

    def order_with_lost_answer(self, after):
        connection = self.connect()
        order = self.enrolments._place(connection, ["offline"])
        with self.answer_lost(after):
            order._advance()
        self.assertEqual(order.state, "ordering")
        self.assertTrue(order.asked_at)
        return order

    def test_what_ksef_made_is_found_again_and_not_ordered_twice(self):
        order = self.order_with_lost_answer(after=True)
        self.let_cron_work()
        self.assertEqual(order.state, "done")
        self.assertEqual(len(self.in_ksef()), 2)

    def test_what_ksef_did_not_make_is_ordered_again_when_no_answer_can_come(self):
        order = self.order_with_lost_answer(after=False)
        self.let_cron_work(rounds=2)
        self.assertEqual(order.state, "ordering")
        self.assertEqual(len(self.in_ksef()), 1)
        order.asked_at = "2026-01-01 00:00:00"
        self.let_cron_work()
        self.assertEqual(order.state, "done")
        self.assertEqual(len(self.in_ksef()), 2)

    def test_a_certificate_of_another_key_is_not_taken_for_ours(self):
        order = self.order_with_lost_answer(after=True)
        other = self.enrolments._place(
            self.company._l10n_pl_ksef_connection(), ["authentication"]
        )
        self.let_cron_work()
        self.assertEqual(other.state, "done")
        order.write({"state": "ordering", "key_sealed": other._seal("key_sealed", "x")})
        self.assertIsNone(order._find_in_ksef(other._login()))


class TestTakesOver(EnrolmentCase):
    def test_who_died_before_the_take_over_holds_nothing_up(self):
        connection = self.connect()
        order = self.enrolments._place(connection, ["authentication"])
        connections = type(self.env["l10n_pl_ksef.connection"])
        with patch.object(connections, "_take_over", lambda candidate: None):
            order._advance()
        self.assertEqual(order.state, "proving")
        self.assertEqual(order.candidate_id.state, "connected")
        self.assertEqual(self.company._l10n_pl_ksef_connection(), connection)
        connection._cron_authorise()
        self.assertEqual(self.company._l10n_pl_ksef_connection(), order.candidate_id)
        self.let_cron_work(rounds=1)
        self.assertEqual(order.state, "done")
