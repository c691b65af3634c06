import base64
import os
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.modules.neutralize import neutralize_database
from odoo.tools import file_open

from ...models.vault.vault import ENVIRONMENT_VARIABLE
from ..common import KsefCase


def new_key():
    return base64.b64encode(os.urandom(32)).decode()


class TestMasterKey(KsefCase):
    """Another key on this host: it is said, and nothing is changed."""

    def setUp(self):
        super().setUp()
        self.key = new_key()
        self.use_keys(self.key)

    def use_keys(self, *keys):
        patcher = patch.dict(os.environ, {ENVIRONMENT_VARIABLE: ",".join(keys)})
        patcher.start()
        self.addCleanup(patcher.stop)
        self.env.invalidate_all()

    def snapshot(self, *records):
        self.env.flush_all()
        self.env.invalidate_all()
        return [
            {
                name: record[name]
                for name, field in record._fields.items()
                if field.store and name not in ("write_date", "write_uid")
            }
            for record in records
        ]

    def test_a_host_with_another_key_says_so_and_changes_nothing(self):
        connection = self.connect()
        certificate = connection.certificate_id
        key_id = self.env["l10n_pl_ksef.vault"]._current_key_id()
        connection.access_valid_until = "2020-01-01"
        before = self.snapshot(connection, certificate)
        self.use_keys(new_key())
        self.sandbox.control("DELETE", "/calls")
        connection._cron_authorise()
        self.env["l10n_pl_ksef.document"]._cron_send()
        self.env["l10n_pl_ksef.fetch"]._cron_fetch()
        with self.assertRaisesRegex(UserError, key_id):
            connection.action_authorise()
        self.assertEqual(self.snapshot(connection, certificate), before)
        self.assertIn(key_id, connection.vault_message)
        self.assertIn(key_id, certificate.vault_message)
        self.assertFalse(self.sandbox.control("GET", "/calls").get("total"))

    def test_a_host_with_the_key_has_nothing_to_say(self):
        connection = self.connect()
        self.assertFalse(connection.vault_message)
        self.assertFalse(connection.certificate_id.vault_message)

    def test_what_waits_to_be_authorised_waits_for_the_right_host(self):
        self.sandbox.knobs(auth_polls=3)
        wizard = self.upload()
        wizard.action_add()
        connection = wizard.connection_id.sudo()
        before = self.snapshot(connection)
        self.use_keys(new_key())
        connection._advance_authorisation()
        self.assertEqual(self.snapshot(connection), before)
        self.use_keys(self.key)
        for _poll in range(4):
            connection._advance_authorisation()
        self.assertEqual(connection.state, "connected")

    def test_the_master_key_can_be_changed(self):
        connection = self.connect()
        session = self.env["l10n_pl_ksef.session"]._open_for(connection)
        vault = self.env["l10n_pl_ksef.vault"].sudo()
        secret = connection._unseal("refresh_token_sealed")
        new = new_key()
        self.use_keys(new, self.key)
        resealed, unreadable = vault._reseal_all()
        self.assertGreaterEqual(resealed, 4)
        self.assertFalse(unreadable)
        self.assertEqual(vault._reseal_all(), (0, 0))
        self.use_keys(new)
        self.assertEqual(connection._unseal("refresh_token_sealed"), secret)
        self.assertTrue(connection.certificate_id._load().private_key)
        self.assertTrue(session._key())

    def test_what_cannot_be_opened_is_left_alone_by_a_change_of_keys(self):
        connection = self.connect()
        sealed = connection.refresh_token_sealed
        self.use_keys(new_key())
        _resealed, unreadable = self.env["l10n_pl_ksef.vault"].sudo()._reseal_all()
        self.assertTrue(unreadable)
        self.assertEqual(connection.refresh_token_sealed, sealed)


class TestNeutralised(KsefCase):
    def test_every_place_for_a_secret_is_emptied(self):
        with file_open("l10n_pl_ksef/data/neutralize.sql") as file:
            statements = file.read().split(";")
        models = self.env.registry.descendants(
            ["l10n_pl_ksef.sealed.mixin"], "_inherit"
        )
        places = {
            (self.env[name]._table, field)
            for name in models
            for field in (
                *self.env[name]._sealed_fields(),
                *getattr(self.env[name], "_typed_secrets", ()),
            )
            if not self.env[name]._abstract
        }
        self.assertGreater(len(places), 8)
        for table, column in places:
            emptied = any(
                text.split("UPDATE ")[-1].split()[:1] == [table]
                and f"{column} = NULL" in text
                for text in statements
            )
            self.assertTrue(emptied, f"{table}.{column}")

    def test_a_neutralised_copy_has_no_secret_and_reaches_no_production(self):
        connection = self.connect()
        self.env["l10n_pl_ksef.session"]._open_for(connection)
        connection.environment = "production"
        self.env.flush_all()
        neutralize_database(self.env.cr)
        self.env.invalidate_all()
        vault = self.env["l10n_pl_ksef.vault"]
        for name in self.env.registry.descendants(
            ["l10n_pl_ksef.sealed.mixin"], "_inherit"
        ):
            model = self.env[name].sudo().with_context(active_test=False)
            for field in model._sealed_fields() if not model._abstract else ():
                self.assertFalse(model.search([(field, "!=", False)]), field)
        self.assertTrue(vault._current_key_id())
        self.assertEqual(connection.state, "draft")
        self.assertFalse(connection._connected())
        self.assertEqual(connection._environment().api_url, self.sandbox.api_url)
