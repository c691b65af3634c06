import base64
import subprocess

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import exec_pg_environ, find_pg_tool

from ...models.connection import call as connection_call
from ..common import LocalHttp, make_nip
from ..sandbox_process import Sandbox
from .secrets import leaks, secrets_of

PASSWORD = "haslo-do-klucza-1234"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDatabaseDump(LocalHttp, TransactionCase):
    """`pg_dump` of a database in which companies are connected shows no secret.

    The connections are really committed, and removed again afterwards.
    """

    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.stop)
        connection_call._public_keys.clear()
        self.cursor = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(self.cursor.close)
        self.real = api.Environment(self.cursor, SUPERUSER_ID, {})
        self.nip = make_nip("dump")
        self.addCleanup(self.clean)
        self.real["ir.config_parameter"].set_param(
            connection_call.TEST_API_URL, self.sandbox.api_url
        )

    def clean(self):
        self.cursor.rollback()
        self.real.invalidate_all()
        for model in (
            *("session", "enrolment", "listed.certificate", "certificate.export"),
            *("connection", "certificate", "certificate.upload"),
        ):
            records = self.real[f"l10n_pl_ksef.{model}"].with_context(active_test=False)
            records.search([("company_id", "=", self.real.company.id)]).unlink()
        self.real["l10n_pl_ksef.notice"].search([]).unlink()
        self.real["ir.config_parameter"].set_param(connection_call.TEST_API_URL, False)
        self.cursor.commit()

    def dump(self):
        self.cursor.commit()
        command = [find_pg_tool("pg_dump"), self.env.cr.dbname]
        return subprocess.run(
            command, check=True, capture_output=True, env=exec_pg_environ()
        ).stdout

    def authorise(self, connection):
        connection.action_authorise()
        for _poll in range(5):
            if connection.state != "processing":
                break
            connection._advance_authorisation()
        self.assertEqual(connection.state, "connected", connection.status_message)

    def window(self, **values):
        given = self.sandbox.certificate(self.nip, password=PASSWORD)
        self.key_file = given["key_pem"].encode()
        return self.real["l10n_pl_ksef.certificate.upload"].create(
            {
                "company_id": self.real.company.id,
                "environment": "test",
                "nip": self.nip,
                "certificate_file": base64.b64encode(given["certificate_pem"].encode()),
                "key_file": base64.b64encode(self.key_file),
                "password": PASSWORD,
                **values,
            }
        )

    def test_after_connecting_by_certificate(self):
        wizard = self.window()
        wizard.action_add()
        connection = wizard.connection_id
        self.authorise(connection)
        session = self.real["l10n_pl_ksef.session"]._open_for(connection)
        secrets = secrets_of(
            connection, session, password=PASSWORD, key_file=self.key_file
        )
        self.assertIn("session_key", secrets)
        self.assertIn("access_token_sealed", secrets)
        for name, secret in secrets.items():
            shown = b"found: " + base64.b64encode(secret).hex().encode()
            self.assertIn(name, leaks(shown, secrets))
        dump = self.dump()
        self.assertIn(connection.nip.encode(), dump)
        self.assertEqual(leaks(dump, secrets), [])

    def test_after_connecting_by_token(self):
        token = self.sandbox.token(self.nip)
        connection = self.real["l10n_pl_ksef.connection"]._connect(
            self.real.company, "test", "token", nip=self.nip
        )
        connection.ksef_token_sealed = connection._seal("ksef_token_sealed", token)
        self.authorise(connection)
        secrets = secrets_of(connection, token=token)
        self.assertEqual(leaks(self.dump(), secrets), [])

    def test_while_the_window_is_open_and_after_a_refusal(self):
        wizard = self.window()
        secrets = {"password": PASSWORD.encode(), "key_file": self.key_file}
        self.assertEqual(leaks(self.dump(), secrets), [])
        self.assertEqual(wizard._load().nip, self.nip)

    def test_while_a_certificate_is_ordered_and_after(self):
        wizard = self.window()
        wizard.action_add()
        self.authorise(wizard.connection_id)
        orders = self.real["l10n_pl_ksef.enrolment"]._place(
            wizard.connection_id, ["authentication", "offline"]
        )
        self.sandbox.knobs(polls_before_ready=1)
        for order in orders:
            order._advance()
        self.assertEqual(set(orders.mapped("state")), {"processing"})
        secrets = {f"ordered {order.id}": self.key_of(order) for order in orders}
        self.assertEqual(leaks(self.dump(), secrets), [])
        for _poll in range(6):
            for order in orders:
                order._advance()
        self.assertEqual(set(orders.mapped("state")), {"done"})
        for order in orders:
            secrets[f"stored {order.id}"] = self.key_of(order.certificate_id)
        self.assertEqual(leaks(self.dump(), secrets), [])

    def key_of(self, record):
        return b"".join(record._unseal("key_sealed").splitlines()[1:-1])

    def test_while_a_certificate_is_exported(self):
        wizard = self.window()
        wizard.action_add()
        connection = wizard.connection_id
        self.authorise(connection)
        company = connection.company_id
        company.l10n_pl_ksef_may_export = True
        certificate = connection.certificate_id
        export = self.real["l10n_pl_ksef.certificate.export"].create(
            {
                "company_id": company.id,
                "certificate_id": certificate.id,
                "password": PASSWORD,
                "repeated": PASSWORD,
            }
        )
        secrets = {"key": self.key_of(certificate), "password": PASSWORD.encode()}
        self.assertEqual(leaks(self.dump(), secrets), [])
        _name, content = export._take_file()
        company.l10n_pl_ksef_may_export = False
        self.assertTrue(content)
        self.assertEqual(leaks(self.dump(), secrets), [])
