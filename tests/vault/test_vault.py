import base64
import os
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from ...models.vault.vault import ENVIRONMENT_VARIABLE, KEY_FILE, VaultError


def new_key():
    return base64.b64encode(os.urandom(32)).decode()


@tagged("post_install", "-at_install")
class TestVault(TransactionCase):
    def setUp(self):
        super().setUp()
        self.vault = self.env["l10n_pl_ksef.vault"]
        self.key = new_key()
        self.use_keys(self.key)

    def use_keys(self, *keys):
        patcher = patch.dict(os.environ, {ENVIRONMENT_VARIABLE: ",".join(keys)})
        patcher.start()
        self.addCleanup(patcher.stop)

    def assertReason(self, reason, function, *args):
        with self.assertRaises(VaultError) as caught:
            function(*args)
        self.assertEqual(caught.exception.reason, reason)

    def test_what_is_sealed_opens_again(self):
        sealed = self.vault._seal(b"secret", "model.field")
        self.assertEqual(self.vault._open(sealed, "model.field"), b"secret")

    def test_a_sealed_value_does_not_show_the_secret(self):
        self.assertNotIn("secret", self.vault._seal(b"secret", "model.field"))

    def test_the_same_secret_never_looks_the_same_twice(self):
        first = self.vault._seal(b"secret", "model.field")
        self.assertNotEqual(first, self.vault._seal(b"secret", "model.field"))

    def test_a_value_moved_to_another_field_does_not_open(self):
        sealed = self.vault._seal(b"secret", "model.field")
        self.assertReason("damaged", self.vault._open, sealed, "model.other")

    def test_a_changed_value_does_not_open(self):
        version, key_id, payload = self.vault._seal(b"secret", "a").split(":")
        changed = bytearray(base64.b64decode(payload))
        changed[-1] ^= 1
        sealed = f"{version}:{key_id}:{base64.b64encode(changed).decode()}"
        self.assertReason("damaged", self.vault._open, sealed, "a")

    def test_another_host_says_which_key_it_lacks(self):
        sealed = self.vault._seal(b"secret", "a")
        self.use_keys(new_key())
        with self.assertRaises(VaultError) as caught:
            self.vault._open(sealed, "a")
        self.assertEqual(caught.exception.reason, "other_key")
        self.assertEqual(caught.exception.key_id, self.vault._key_id_of(sealed))

    def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key(self):
        old = self.vault._seal(b"secret", "a")
        self.use_keys(new_key(), self.key)
        self.assertEqual(self.vault._open(old, "a"), b"secret")
        new = self.vault._seal(b"secret", "a")
        self.assertNotEqual(self.vault._key_id_of(new), self.vault._key_id_of(old))

    def test_a_master_key_of_a_wrong_size_is_refused(self):
        self.use_keys(base64.b64encode(b"short").decode())
        self.assertReason("bad_master_key", self.vault._seal, b"secret", "a")

    def test_without_configuration_a_private_key_file_is_made_once(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(os.environ),
            patch.dict(config.options, {"data_dir": folder}),
        ):
            del os.environ[ENVIRONMENT_VARIABLE]
            sealed = self.vault._seal(b"secret", "a")
            path = Path(folder) / KEY_FILE
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            self.assertEqual(self.vault._open(sealed, "a"), b"secret")
            self.assertEqual(os.listdir(path.parent), [path.name])
