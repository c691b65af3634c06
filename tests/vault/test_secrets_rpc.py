import json
import logging

from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger

from ..common import KsefCase
from .secrets import leaks, secrets_of

PASSWORD = "haslo-do-klucza-1234"
ROLES = {
    "portal": "base.group_portal",
    "internal": "base.group_user",
    "invoicing": "account.group_account_invoice",
    "auditor": "account.group_account_readonly",
    "manager": "account.group_account_manager",
    "system": "base.group_system,account.group_account_manager",
}
MODULE = "l10n_pl_ksef"
OURS = f"{MODULE}."


class TestRpc(KsefCase, HttpCase):
    """Nobody reads a secret over JSON-RPC, whatever the rights; nor in the logs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role, groups in ROLES.items():
            new_test_user(
                cls.env,
                f"rpc_{role}",
                groups=groups,
                password=f"rpc_{role}",
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )

    def call(self, model, method, *args, **kwargs):
        """Return the answer to a call over JSON-RPC, as it comes (bytes)."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.opener.post(
            f"{self.base_url()}/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
            timeout=300,
        )
        self.assertEqual(answer.status_code, 200)
        return answer.content

    @mute_logger("odoo.http")
    def read_all(self, role):
        """Return all that ``role`` is given of our records and of our fields."""
        self.authenticate(f"rpc_{role}", f"rpc_{role}")
        ours = [name for name in self.env.registry if name.startswith(OURS)]
        concrete = [name for name in ours if not self.env[name]._abstract]
        answers = {model: self.read_ours(model) for model in concrete}
        for model, names in self.extended().items():
            answers[model] = self.call(model, "search_read", [], names, limit=100)
        return answers

    def read_ours(self, model):
        """Return what ``read`` gives of all records, for every field there is."""
        found = self.env[model].sudo().with_context(active_test=False).search([])
        shown = json.loads(self.call(model, "fields_get")).get("result", {})
        hidden = set(self.env[model]._fields) - set(shown)
        # One that is refused must not hide the others.
        asked = [list(shown), *([name] for name in sorted(hidden))]
        return b"".join(self.call(model, "read", found.ids, names) for names in asked)

    def extended(self):
        """Return the fields that we add to Odoo's models, and what we write in."""
        added = {
            name: [f.name for f in model._fields.values() if MODULE in f._modules]
            for name, model in self.env.registry.items()
            if not name.startswith(OURS) and not model._abstract
        }
        written = {
            "mail.message": ["body", "subject"],
            "mail.tracking.value": ["old_value_char", "new_value_char"],
            "ir.attachment": ["name", "description", "datas"],
            "ir.config_parameter": ["key", "value"],
        }
        return {name: names for name, names in added.items() if names} | written

    def prepare(self):
        """Connect, send an invoice, and leave a refused window behind."""
        messages = []
        handler = logging.Handler(logging.DEBUG)
        handler.emit = lambda record: messages.append(record.getMessage())
        logger = logging.getLogger("odoo.addons.l10n_pl_ksef")
        level = logger.level
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
        self.addCleanup(logger.setLevel, level)
        self.addCleanup(logger.removeHandler, handler)
        connection = self.connect(options={"password": PASSWORD})
        session = self.env["l10n_pl_ksef.session"]._open_for(connection)
        self.env["l10n_pl_ksef.document"]._queue(self.invoice())
        self.process(connection)
        connection.access_valid_until = "2020-01-01"
        connection._cron_authorise()
        self.upload(options={"password": PASSWORD})
        connection.ksef_token_sealed = connection._seal("ksef_token_sealed", "T" * 40)
        session.key_sealed = session.key_sealed or session._seal("key_sealed", "x" * 64)
        secrets = secrets_of(connection, session, password=PASSWORD)
        order = self.order_and_export(connection)
        secrets["ordered"] = b"".join(order._unseal("key_sealed").splitlines()[1:-1])
        sealed = {
            f"{record._name}.{field}": record[field].encode()
            for record in (connection, connection.certificate_id, session, order)
            for field in record._sealed_fields()
            if record[field]
        }
        self.env.flush_all()
        return {**secrets, **sealed}, "\n".join(messages).encode()

    def order_and_export(self, connection):
        """Leave an order under way, and a window with a password; return the order."""
        self.sandbox.knobs(polls_before_ready=9)
        order = self.env["l10n_pl_ksef.enrolment"]._place(connection, ["offline"])
        order._advance()
        self.assertEqual(order.state, "processing")
        self.env["l10n_pl_ksef.certificate.export"].create(
            {
                "company_id": self.company.id,
                "certificate_id": connection.certificate_id.id,
                "password": PASSWORD,
                "repeated": PASSWORD,
            }
        )
        return order

    def test_no_role_reads_a_secret_sealed_or_not(self):
        secrets, log = self.prepare()
        for role in ROLES:
            answers = self.read_all(role)
            if role in ("manager", "system"):
                # The question was answered: what may be seen is there.
                self.assertIn(self.nip.encode(), answers[f"{OURS}connection"])
            if role in ("portal", "internal"):
                seen = b"".join(answers[name] for name in answers if OURS in name)
                self.assertNotIn(self.nip.encode(), seen)
            for model, text in answers.items():
                self.assertEqual(leaks(text, secrets), [], (role, model))
        self.assertIn(b"KSeF", log)
        self.assertEqual(leaks(log, secrets), [])
