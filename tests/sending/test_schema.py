"""The FA(3) schema comes from the Ministry's address, played by a server of ours."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...ksef_api import fa3
from ...ksef_api.fa3 import schema as fa3_schema
from ...ksef_api.fa3.names import FA3
from ...models.sending import schema, schema_source
from ..common import KsefCase


class Ministry(BaseHTTPRequestHandler):
    """Answers with ``answers``: {path: content}; what is missing is not found."""

    def do_GET(self):
        self.server.hold.wait()
        content = self.server.answers.get(self.path)
        self.send_response(200 if content else 404)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *args):
        pass


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSchema(KsefCase):
    def setUp(self):
        super().setUp()
        folder = fa3_schema._ksef_client_folder()
        # Their own file names are those of the Ministry.
        self.official = {
            file.path: (folder / file.name).read_bytes() for file in schema_source.FILES
        }
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Ministry)
        self.server.answers = dict(self.official)
        self.server.hold = threading.Event()
        self.server.hold.set()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.addCleanup(self.server.hold.set)
        self.parameters = self.env["ir.config_parameter"]
        url = f"http://127.0.0.1:{self.server.server_port}"
        self.parameters.set_param(schema_source.TEST_SCHEMA_URL, url)
        self.schemas = self.env["l10n_pl_ksef.schema"]
        # This server has neither a folder nor the package.
        self.patch(schema, "_in_package", lambda: None)
        self.addCleanup(self.env.registry.clear_cache)

    def settings(self):
        return self.env["l10n_pl_ksef.settings"].new({"company_id": self.company})

    def test_the_right_files_are_kept_and_used(self):
        self.assertIsNone(self.schemas._loaded())
        self.schemas._cron_fetch()
        self.assertIsInstance(self.schemas._loaded(), fa3.Schema)
        self.assertIn("Ministry", self.settings().l10n_pl_ksef_schema_text)
        faulty = b'<Faktura xmlns="%s"/>' % FA3.encode()
        self.assertTrue(self.schemas._loaded().validate(faulty))

    @mute_logger("odoo.addons.l10n_pl_ksef.models.sending.schema_source")
    def test_another_file_is_not_used_and_is_told(self):
        first = schema_source.FILES[0].path
        other = self.official[first].replace(b'"FA (3)"', b'"FA (4)"')
        self.assertNotEqual(other, self.official[first])
        self.server.answers[first] = other
        self.schemas._cron_fetch()
        self.assertIsNone(self.schemas._loaded())
        self.assertIn("update", self.settings().l10n_pl_ksef_schema_warning)

    @mute_logger("odoo.addons.l10n_pl_ksef.models.sending.schema_source")
    def test_what_is_here_stays_when_another_file_comes(self):
        self.schemas._cron_fetch()
        self.server.answers[schema_source.FILES[-1].path] = b"<other/>"
        self.schemas._cron_fetch()
        self.assertIsInstance(self.schemas._loaded(), fa3.Schema)

    @mute_logger("odoo.tools.xml_utils")
    def test_without_a_file_it_works_as_before_and_asks_again(self):
        self.server.answers.clear()
        self.schemas._cron_fetch()
        self.assertIsNone(self.schemas._loaded())
        self.assertFalse(self.settings().l10n_pl_ksef_schema_found)
        cron = self.env.ref("l10n_pl_ksef.ir_cron_schema")
        due = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(due.filtered(lambda t: t.call_at > self.env.cr.now()))

    @mute_logger("odoo.tools.xml_utils")
    def test_a_server_that_does_not_answer_is_left(self):
        self.server.hold.clear()
        self.patch(schema_source, "SECONDS", 0.2)
        self.schemas._cron_fetch()
        self.assertIsNone(self.schemas._loaded())
        outcome = self.parameters.get_param(schema_source.OUTCOME)
        self.assertEqual(outcome, "unreachable")

    @mute_logger("odoo.addons.l10n_pl_ksef.models.sending.schema_source")
    def test_a_file_that_was_changed_here_is_not_used(self):
        self.schemas._cron_fetch()
        name = f"{schema_source.PREFIX}.{schema_source.FILES[0].name}"
        kept = self.env["ir.attachment"].search([("name", "=", name)])
        kept.raw = kept.raw.replace(b'"FA (3)"', b'"FA (4)"')
        self.env.registry.clear_cache()
        self.assertIsNone(self.schemas._loaded())

    def test_installation_asks_nobody(self):
        """Not a hook but a cron takes it: it is due when installation is over."""
        cron = self.env.ref("l10n_pl_ksef.ir_cron_schema")
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "months"))
        with patch("requests.get") as get:
            self.schemas._loaded()
        get.assert_not_called()
