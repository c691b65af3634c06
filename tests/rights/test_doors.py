"""Every way into Odoo over the network leads to the same checks."""

import json
from datetime import timedelta
from xmlrpc.client import Fault

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from .office import OfficeCase

LOGS = (
    "odoo.http",
    "odoo.addons.rpc.controllers.json2",
    "odoo.addons.rpc.controllers.jsonrpc",
    "odoo.addons.rpc.controllers.xmlrpc",
)


class TestDoors(OfficeCase, HttpCase):
    """XML-RPC, JSON-RPC, ``/json/2`` and the browser's own calls: on a real server."""

    def setUp(self):
        super().setUp()
        self.doors = {
            "XML-RPC": self.by_xmlrpc,
            "JSON-RPC": self.by_jsonrpc,
            "JSON-2": self.by_json2,
            "browser": self.by_browser,
        }

    def test_a_stranger_commands_no_connection_by_any_door(self):
        stranger = self.strangers["administrator"]
        for door, enter in self.doors.items():
            with self.subTest(door):
                self.assertTrue(self.may_read(enter, stranger, stranger))
                self.assertFalse(
                    enter(
                        stranger,
                        "l10n_pl_ksef.connection",
                        "action_disconnect",
                        self.connection.id,
                    )
                )
                self.assertEqual(self.connection.state, "connected")

    def test_an_auditor_sends_nothing_by_any_door(self):
        auditor = self.people["auditor"]
        for door, enter in self.doors.items():
            with self.subTest(door):
                self.assertTrue(self.may_read(enter, auditor, self.waiting))
                self.assertFalse(
                    enter(
                        auditor,
                        "account.move",
                        "action_l10n_pl_ksef_send",
                        self.waiting.id,
                    )
                )
                self.assertFalse(self.waiting.l10n_pl_ksef_document_ids)

    def test_what_begins_with_an_underscore_has_no_door(self):
        administrator = self.people["administrator"]
        for door, enter in self.doors.items():
            with self.subTest(door):
                self.assertFalse(
                    enter(
                        administrator,
                        "account.move",
                        "_l10n_pl_ksef_send",
                        self.waiting.id,
                    )
                )
                self.assertFalse(self.waiting.l10n_pl_ksef_document_ids)

    def may_read(self, enter, user, record):
        """Tell whether the door lets somebody in at all."""
        names = ["display_name"]
        return enter(user, record._name, "read", record.id, fields=names)

    # Each returns the answer, or None when it was refused.

    def by_xmlrpc(self, user, model, method, record_id, **options):
        login = self.logged_in(user)
        try:
            with mute_logger(*LOGS):
                return self.xmlrpc_object.execute_kw(
                    *login, model, method, [[record_id]], options
                )
        except Fault:
            return None

    def by_jsonrpc(self, user, model, method, record_id, **options):
        given = [*self.logged_in(user), model, method, [[record_id]], options]
        params = {"service": "object", "method": "execute_kw", "args": given}
        return self.answer_of("/jsonrpc", params)

    def by_json2(self, user, model, method, record_id, **options):
        keys = self.env["res.users.apikeys"].with_user(user)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        key = keys._generate("rpc", "test", tomorrow)
        answer = self.post(
            f"/json/2/{model}/{method}",
            {"ids": [record_id], **options},
            {"Authorization": f"bearer {key}"},
        )
        return answer.json() if answer.ok else None

    def by_browser(self, user, model, method, record_id, **options):
        self.authenticate(user.login, self.logged_in(user)[-1])
        params = {
            "model": model,
            "method": method,
            "args": [[record_id]],
            "kwargs": options,
        }
        return self.answer_of(f"/web/dataset/call_kw/{model}/{method}", params)

    def logged_in(self, user):
        """Return (database, id, password) of ``user``."""
        user.sudo().password = user.login
        return self.env.cr.dbname, user.id, user.login

    def answer_of(self, url, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self.post(url, body).json().get("result")

    def post(self, url, body, headers=None):
        headers = {"Content-Type": "application/json", **(headers or {})}
        with mute_logger(*LOGS):
            return self.url_open(url, data=json.dumps(body), headers=headers)
