"""Final for a connection is only what KSeF says with a final code of its own."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import mute_logger

from ...ksef_api import errors
from ...ksef_api.client import KsefClient
from ...ksef_api.types import Status
from ...models.connection.verdict_final import FINAL_CODES, FINAL_LOGIN_STATES
from ..common import KsefCase
from ..sending.test_nothing_final import FAULTS, TYPED

STEPS = ("challenge", "authenticate_xades", "auth_status", "redeem", "refresh")
# Of a certificate that has ended nothing but another one makes a login.
ITSELF_AT_FAULT = {errors.CertificateError}
QUIET = mute_logger(
    "odoo.addons.l10n_pl_ksef.models.connection.auth",
    "odoo.addons.l10n_pl_ksef.models.concurrency",
)


class TestLoginObstacles(KsefCase):
    def setUp(self):
        super().setUp()
        self.connections = self.env["l10n_pl_ksef.connection"].sudo()

    def let_cron_work(self, rounds=1):
        for _round in range(rounds):
            everything = self.connections.search([("active", "in", (True, False))])
            everything.write({"retry_at": False, "next_call_at": False})
            self.connections._cron_authorise()

    def ordered(self):
        """Return a connection whose certificate is about to log in."""
        connection = self.connect()
        connection._order_authorisation()
        return connection

    def test_a_firewall_at_the_first_call_ends_nothing(self):
        connection = self.ordered()
        self.sandbox.fault(path="/auth/challenge", status=403, times=0)
        for minutes in (5, 10, 20, 40, 80, 160, 320, 360, 360):
            before = fields.Datetime.now()
            self.let_cron_work()
            self.assertEqual(connection.state, "ordered")
            pause = timedelta(minutes=minutes)
            self.assertGreaterEqual(connection.retry_at, before + pause)
            self.assertLessEqual(connection.retry_at, fields.Datetime.now() + pause)
        self.assertIn("firewall", connection.status_message)
        notices = self.env["l10n_pl_ksef.notice"].search([("type", "=", "held_up")])
        self.assertEqual(notices.mapped("res_id"), connection.ids)
        self.sandbox.control("DELETE", "/faults")
        self.let_cron_work(5)
        self.assertEqual(connection.state, "connected")
        self.assertFalse(connection.fail_count)

    @QUIET
    def test_no_error_at_any_step_of_the_login_is_the_end_of_it(self):
        connection = self.connect()
        for step in STEPS:
            for kind, make in {**TYPED, **FAULTS}.items():
                if kind in ITSELF_AT_FAULT:
                    continue
                with self.subTest(step=step, error=kind.__name__):
                    if step == "refresh":
                        connection.access_valid_until = fields.Datetime.now()
                    else:
                        connection._order_authorisation()
                    with patch.object(KsefClient, step, side_effect=make()):
                        self.let_cron_work(2)
                    self.assertIn(
                        connection.state, ("ordered", "processing", "connected")
                    )
                    self.let_cron_work(5)
                    self.assertEqual(
                        connection.state, "connected", connection.status_message
                    )

    def test_a_state_of_the_login_is_final_when_the_table_says_so(self):
        connection = self.connect()
        for code in (*sorted(FINAL_LOGIN_STATES), 417, 499, 500, 550, 999):
            with self.subTest(code=code):
                connection._order_authorisation()
                with patch.object(
                    KsefClient, "auth_status", return_value=Status(code, "")
                ):
                    self.let_cron_work()
                is_final = connection.state == "failed"
                self.assertEqual(is_final, code in FINAL_LOGIN_STATES)
                connection.action_authorise()
                self.let_cron_work(5)
                self.assertEqual(connection.state, "connected")

    def test_a_code_of_the_login_is_final_when_the_table_says_so(self):
        connection = self.connect()
        for code in (*sorted(FINAL_CODES["login"]), 21111, 21001, 21405, 29999):
            with self.subTest(code=code):
                connection._order_authorisation()
                error = errors.InvalidRequest(codes=[code])
                with patch.object(KsefClient, "authenticate_xades", side_effect=error):
                    self.let_cron_work()
                is_final = connection.state == "failed"
                self.assertEqual(is_final, code in FINAL_CODES["login"])

    def test_a_passing_refusal_costs_nobody_another_signature(self):
        connection = self.connect()
        connection.method = "signed_file"
        for error in (
            errors.Forbidden(http_status=403),
            errors.InvalidRequest(codes=[29999]),
        ):
            connection.access_valid_until = fields.Datetime.now()
            with patch.object(KsefClient, "refresh", side_effect=error):
                self.let_cron_work(3)
            self.assertEqual(connection.state, "connected")
            self.assertGreater(connection.retry_at, fields.Datetime.now())
        notices = self.env["l10n_pl_ksef.notice"].search([("type", "=", "held_up")])
        self.assertEqual(notices.mapped("res_id"), connection.ids)
        self.let_cron_work()
        self.assertFalse(connection.retry_at)
        self.assertGreater(connection.access_valid_until, fields.Datetime.now())

    def test_a_signed_file_survives_a_passing_refusal(self):
        connection = self.connect()
        connection.write(
            {
                "method": "signed_file",
                "state": "ordered",
                "signed_request_sealed": connection._seal(
                    "signed_request_sealed", b"<signed/>"
                ),
            }
        )
        refused = errors.Forbidden(http_status=403)
        with patch.object(KsefClient, "authenticate_xades", side_effect=refused):
            self.let_cron_work()
        self.assertEqual(connection.state, "ordered")
        self.assertTrue(connection.signed_request_sealed)
