import base64
import threading
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields, modules
from odoo.orm.registry import DummyRLock, Registry
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ...ksef_api.errors import Forbidden
from ...models.connection import call as connection_call
from ..common import KsefCase, LocalHttp, make_nip
from ..sandbox_process import Sandbox

AUTH = "odoo.addons.l10n_pl_ksef.models.connection.auth"


class TestWhatBreaksIt(KsefCase):
    """Each trouble is recognised, shown, and tried again or not as makes sense."""

    def setUp(self):
        super().setUp()
        self.connections = self.env["l10n_pl_ksef.connection"].sudo()

    def let_cron_work(self, rounds=5):
        for _round in range(rounds):
            everything = self.connections.search([("active", "in", (True, False))])
            everything.write({"retry_at": False, "next_call_at": False})
            self.connections._cron_authorise()

    def end_login(self, connection, nip=None):
        """The taxpayer ends the sessions in Aplikacja Podatnika."""
        order = {"nip": nip or connection.nip}
        self.sandbox.control("POST", "/auth-sessions/revoke", order)
        connection.access_valid_until = fields.Datetime.now()

    def calls(self, path):
        items = self.sandbox.control("GET", "/calls")["items"]
        return len([item for item in items if path in str(item)])

    def certificate_of(self, nip):
        """Return what fills the window with a certificate of ``nip``."""
        given = self.sandbox.certificate(nip)
        return {
            "certificate_file": base64.b64encode(given["certificate_pem"].encode()),
            "key_file": base64.b64encode(given["key_pem"].encode()),
        }

    def by_token(self, permissions=("InvoiceRead", "InvoiceWrite")):
        order = {"nip": self.nip, "permissions": list(permissions)}
        given = self.sandbox.control("POST", "/tokens", order)
        connection = self.connections._connect(self.company, "test", "token")
        sealed = connection._seal("ksef_token_sealed", given["token"])
        connection.ksef_token_sealed = sealed
        connection._order_authorisation()
        self.let_cron_work()
        self.assertEqual(connection.state, "connected", connection.status_message)
        return connection, given["referenceNumber"]

    def test_a_session_closed_by_the_user_is_renewed_by_token_as_well(self):
        connection, _reference = self.by_token()
        self.end_login(connection)
        self.let_cron_work()
        self.assertEqual(connection.state, "connected")

    def test_a_revoked_token_is_said_and_not_tried_again(self):
        connection, reference = self.by_token()
        self.sandbox.control("DELETE", f"/tokens/{reference}")
        self.end_login(connection)
        self.let_cron_work()
        self.assertEqual(connection.state, "failed")
        self.assertIn("does not accept this token", connection.status_message)
        self.sandbox.control("DELETE", "/calls")
        self.let_cron_work()
        self.assertFalse(self.sandbox.control("GET", "/calls")["total"])

    def test_an_expired_certificate_is_said_and_not_tried_again(self):
        connection = self.connect()
        connection.certificate_id.valid_to = fields.Datetime.now()
        self.end_login(connection)
        self.let_cron_work()
        self.assertEqual(connection.state, "failed")
        self.assertIn("certificate has expired", connection.status_message)
        self.assertEqual(connection.certificate_id.status, "expired")

    def test_a_revoked_certificate_is_said_and_not_tried_again(self):
        connection = self.connect()
        serial = connection.certificate_id.serial
        self.sandbox.control("POST", f"/certificates/{serial}", {"status": "Revoked"})
        self.end_login(connection)
        self.let_cron_work()
        self.assertEqual(connection.state, "failed")
        self.assertEqual(connection.certificate_id.status, "revoked")
        self.assertIn("does not accept this certificate", connection.status_message)

    def test_a_withdrawn_permission_is_said_with_what_to_do(self):
        owner = make_nip("owner")
        right = {
            "nip": self.nip,
            "subject_nip": owner,
            "permissions": ["InvoiceRead", "InvoiceWrite"],
        }
        self.sandbox.control("POST", "/permissions", right)
        connection = self.connect(**self.certificate_of(owner))
        self.sandbox.control("DELETE", "/permissions", right)
        self.end_login(connection)
        self.let_cron_work()
        self.assertEqual(connection.state, "failed")
        self.assertIn("no permission in KSeF", connection.status_message)
        self.sandbox.control("POST", "/permissions", right)
        connection.action_authorise()
        self.let_cron_work()
        self.assertEqual(connection.state, "connected")

    def test_a_call_without_permission_is_shown_and_the_connection_stays(self):
        connection = self.connect()
        self.sandbox.fault(
            method="GET", path="/limits/context", action="status", status=403
        )
        # assertRaises would roll back what was noted.
        with suppress(Forbidden):
            connection._call(lambda client: client.context_limits())
        self.assertEqual(connection.state, "connected")
        self.assertIn("403", connection.status_message)

    def test_an_outage_while_renewing_leaves_the_connection_and_is_tried_again(self):
        connection = self.connect()
        fault = {"method": "POST", "path": "/auth/token/refresh"}
        for trouble in ({"action": "status", "status": 503}, {"action": "drop_before"}):
            with self.subTest(**trouble):
                before = connection._unseal("access_token_sealed")
                connection.access_valid_until = fields.Datetime.now()
                self.sandbox.fault(**fault, **trouble)
                self.connections._cron_authorise()
                self.assertEqual(connection.state, "connected")
                self.assertTrue(connection.status_message)
                self.let_cron_work(1)
                self.assertNotEqual(connection._unseal("access_token_sealed"), before)

    def test_a_wrong_clock_is_said_and_does_not_stop_anything(self):
        for offset in (3600, -3600):
            with self.subTest(offset=offset):
                self.sandbox.clock(offset)
                connection = self.connect(options={"not_before_days": -2})
                self.assertAlmostEqual(connection.clock_skew, offset, delta=30)
                self.assertIn("60", connection.clock_message)
                left = connection.access_valid_until - fields.Datetime.now()
                self.assertAlmostEqual(left.total_seconds(), 900, delta=60)
                left = connection.refresh_valid_until - fields.Datetime.now()
                self.assertAlmostEqual(left.days, 7, delta=1)
                self.sandbox.control("DELETE", "/calls")
                connection._call(lambda client: client.context_limits())
                self.assertEqual(self.calls("refresh"), 0)

    def test_a_right_clock_is_not_mentioned(self):
        connection = self.connect()
        self.assertFalse(connection.clock_skew)
        self.assertFalse(connection.clock_message)

    def test_one_companys_trouble_does_not_stop_anothers_renewal(self):
        first = self.connect()
        other = self.setup_other_company(name="Druga Sp. z o.o.")["company"]
        other.vat = f"PL{make_nip('other')}"
        second = self.connect(company=other)
        before = second._unseal("access_token_sealed")
        (first | second).access_valid_until = fields.Datetime.now()
        renew = type(first)._renew_access_token

        def broken(connection, refused=None):
            if connection == first:
                raise ZeroDivisionError
            return renew(connection, refused)

        with (
            patch.object(type(first), "_renew_access_token", broken),
            self.assertLogs("odoo.addons.l10n_pl_ksef", "ERROR") as logs,
        ):
            self.connections._cron_authorise()
        self.assertIn("was left out", logs.output[0])
        self.assertNotEqual(second._unseal("access_token_sealed"), before)

    def test_one_companys_trouble_does_not_stop_anothers_sending(self):
        first = self.connect()
        other = self.setup_other_company(name="Druga Sp. z o.o.")["company"]
        other.vat = f"PL{make_nip('other')}"
        second = self.connect(company=other)
        documents = self.env["l10n_pl_ksef.document"].sudo()
        served = []

        def process(_documents, connection):
            served.append(connection)
            if connection == first:
                raise ZeroDivisionError

        with (
            patch.object(type(documents), "_process", process),
            self.assertLogs("odoo.addons.l10n_pl_ksef", "ERROR"),
        ):
            documents._cron_send()
        self.assertEqual(set(served), {first, second})


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTwoWorkers(LocalHttp, TransactionCase):
    """Two workers, each with its own transaction, that really commit."""

    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.stop)
        self.sandbox.reset()
        connection_call._public_keys.clear()
        self.nip = make_nip("workers")
        self.addCleanup(self.in_transaction, self.clean)
        self.connection_id = self.in_transaction(self.prepare)

    def in_transaction(self, function):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            return function(api.Environment(cr, SUPERUSER_ID, {}))

    def prepare(self, env):
        env["ir.config_parameter"].set_param(
            connection_call.TEST_API_URL, self.sandbox.api_url
        )
        connection = env["l10n_pl_ksef.connection"]._connect(
            env.company, "test", "token", nip=self.nip
        )
        token = self.sandbox.token(self.nip)
        connection.ksef_token_sealed = connection._seal("ksef_token_sealed", token)
        connection._order_authorisation()
        for _poll in range(4):
            connection._advance_authorisation()
        assert connection.state == "connected", connection.status_message
        return connection.id

    def clean(self, env):
        connections = env["l10n_pl_ksef.connection"].with_context(active_test=False)
        connections.search([("nip", "=", self.nip)]).unlink()
        env["l10n_pl_ksef.notice"].search([]).unlink()
        env["ir.config_parameter"].set_param(connection_call.TEST_API_URL, False)

    def together(self, function):
        """Let two workers call ``function(connection)`` at the same time."""
        barrier, faults = threading.Barrier(2), []

        def work():
            try:
                with db_connect(self.env.cr.dbname).cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    connection = env["l10n_pl_ksef.connection"].browse(
                        self.connection_id
                    )
                    connection.fetch(["state"])
                    barrier.wait(300)
                    function(connection)
            except Exception as error:
                faults.append(error)

        with (
            # They are to commit, which is not done in tests; and the thread that runs
            # the tests holds the registry's lock.
            patch.object(modules.module, "current_test", None),
            patch.object(Registry, "_lock", DummyRLock()),
            mute_logger("odoo.sql_db"),
        ):
            workers = [threading.Thread(target=work) for _ in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        self.assertEqual(faults, [])

    def count(self, path):
        items = self.sandbox.control("GET", "/calls")["items"]
        return len([item for item in items if path in str(item)])

    def values(self, *names):
        return self.in_transaction(
            lambda env: env["l10n_pl_ksef.connection"]
            .browse(self.connection_id)
            .read(names)[0]
        )

    def change(self, **values):
        self.in_transaction(
            lambda env: env["l10n_pl_ksef.connection"]
            .browse(self.connection_id)
            .write(values)
        )

    def test_only_one_of_two_renews_the_access_token(self):
        soon = fields.Datetime.now() + timedelta(minutes=1)
        self.change(access_valid_until=soon)
        self.sandbox.control("DELETE", "/calls")
        self.sandbox.fault(
            method="POST", path="/auth/token/refresh", action="delay", seconds=1
        )
        self.together(lambda connection: connection._cron_authorise())
        self.assertEqual(self.count("/auth/token/refresh"), 1)
        self.assertGreater(
            self.values("access_valid_until")["access_valid_until"], soon
        )

    def test_only_one_of_two_authorises(self):
        self.change(state="ordered")
        self.sandbox.control("DELETE", "/calls")
        self.sandbox.fault(
            method="POST", path="/auth/challenge", action="delay", seconds=1
        )
        self.together(lambda connection: connection._advance_authorisation())
        self.assertEqual(self.count("/auth/challenge"), 1)
        self.assertEqual(self.count("/auth/ksef-token"), 1)
        self.assertIn(self.values("state")["state"], ("processing", "connected"))
