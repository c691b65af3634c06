"""Secrets at rest: sealed with a key that is not in the database."""

import base64
import binascii
import hashlib
import logging
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odoo import models
from odoo.tools import config

_logger = logging.getLogger(__name__)

CONFIG_OPTION = "l10n_pl_ksef_master_key"
ENVIRONMENT_VARIABLE = "L10N_PL_KSEF_MASTER_KEY"
KEY_FILE = Path("l10n_pl_ksef") / "master.key"
KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = "v1"


class VaultError(Exception):
    """A secret cannot be sealed or opened.

    ``reason`` is ``"other_key"`` (sealed by a host with another master key),
    ``"damaged"`` (changed since it was sealed) or ``"bad_master_key"`` (the configured
    key is not 32 bytes in base64). ``key_id`` names the key that would open it.
    """

    def __init__(self, reason, key_id=None):
        super().__init__(reason)
        self.reason = reason
        self.key_id = key_id


class Vault(models.AbstractModel):
    """Seals private keys, KSeF tokens, access tokens and session keys.

    A sealed value is text, ``v1:<key id>:<base64 of nonce and AES-256-GCM output>``.
    The purpose (model and field) is authenticated with it, so that a value moved to
    another field does not open. The master key comes from ``odoo.conf``
    (``l10n_pl_ksef_master_key``) or from the environment (``L10N_PL_KSEF_MASTER_KEY``):
    one or more base64 keys of 32 bytes, separated by commas; the first one seals, all
    of them open. Without either, a key is made once in Odoo's data directory, readable
    by Odoo's own user only.
    """

    _name = "l10n_pl_ksef.vault"
    _description = "KSeF: Vault for Secrets"

    def _seal(self, secret, purpose):
        """Return ``secret`` (bytes) as sealed text bound to ``purpose`` (text)."""
        key_id, key = next(iter(self._master_keys().items()))
        nonce = os.urandom(NONCE_BYTES)
        output = AESGCM(key).encrypt(nonce, secret, self._bound(key_id, purpose))
        return f"{VERSION}:{key_id}:{base64.b64encode(nonce + output).decode()}"

    def _open(self, sealed, purpose):
        """Return the bytes that were sealed for ``purpose``.

        :raise VaultError: the key is not on this host, or the text was changed
        """
        try:
            version, key_id, payload = sealed.split(":")
            payload = base64.b64decode(payload, validate=True)
        except (ValueError, binascii.Error) as error:
            raise VaultError("damaged") from error
        key = self._master_keys().get(key_id)
        if key is None:
            raise VaultError("other_key", key_id)
        try:
            return AESGCM(key).decrypt(
                payload[:NONCE_BYTES],
                payload[NONCE_BYTES:],
                self._bound(key_id, purpose, version),
            )
        except (InvalidTag, ValueError) as error:
            raise VaultError("damaged", key_id) from error

    def _current_key_id(self):
        """Return the id of the key that seals now."""
        return next(iter(self._master_keys()))

    def _key_id_of(self, sealed):
        """Return the id of the key that ``sealed`` was sealed with."""
        return sealed.split(":")[1] if sealed and sealed.count(":") == 2 else None

    def _bound(self, key_id, purpose, version=VERSION):
        return f"{version}:{key_id}:{purpose}".encode()

    def _master_keys(self):
        """Return ``{key id: key}``, the sealing key first."""
        configured = os.environ.get(ENVIRONMENT_VARIABLE) or config.get(CONFIG_OPTION)
        texts = (configured or self._key_on_disk()).split(",")
        keys = [self._read_key(text) for text in texts if text.strip()]
        if not keys:
            raise VaultError("bad_master_key")
        return {hashlib.sha256(b"id:" + key).hexdigest()[:12]: key for key in keys}

    def _read_key(self, text):
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except (ValueError, binascii.Error) as error:
            raise VaultError("bad_master_key") from error
        if len(key) != KEY_BYTES:
            raise VaultError("bad_master_key")
        return key

    def _key_on_disk(self):
        path = Path(config["data_dir"]) / KEY_FILE
        if not path.exists():
            self._make_key(path)
        return path.read_text()

    def _make_key(self, path):
        """Create the key file whole or not at all; the first of several workers
        wins."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(base64.b64encode(os.urandom(KEY_BYTES)))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, path)
            _logger.info("KSeF: made the master key %s; include it in backups", path)
        except FileExistsError:
            _logger.info("KSeF: another worker made the master key %s", path)
        finally:
            draft.unlink()
