import base64
from contextlib import suppress

from odoo import api, models
from odoo.exceptions import UserError

from .vault import VaultError

# A file of 1 MB, in base64, sealed and in base64 again, and room to spare.
MOST_TYPED = 5_000_000


class SealedMixin(models.AbstractModel):
    """Access to fields that hold sealed secrets (see ``l10n_pl_ksef.vault``).

    Such a field is a ``Char`` or ``Text`` with ``groups=fields.NO_ACCESS``: no view,
    export or RPC read shows it, not even sealed. Code reads and writes it through these
    two methods.
    """

    _name = "l10n_pl_ksef.sealed.mixin"
    _description = "KSeF: Record with Sealed Secrets"

    def _seal(self, field_name, secret):
        """Return the value to write to ``field_name`` for ``secret`` (bytes or
        text)."""
        if not secret:
            return False
        secret = secret.encode() if isinstance(secret, str) else secret
        vault = self.env["l10n_pl_ksef.vault"]
        return vault._seal(secret, f"{self._name}.{field_name}")

    def _unseal(self, field_name):
        """Return the secret in ``field_name`` as bytes, or None when there is none.

        :raise VaultError: it was sealed with a key that this host does not have
        """
        self.ensure_one()
        # sudo: nobody may read sealed fields, this code opens them
        sealed = self.sudo()[field_name]
        if not sealed:
            return None
        return self.env["l10n_pl_ksef.vault"]._open(
            sealed, f"{self._name}.{field_name}"
        )


class TypedSecretMixin(models.AbstractModel):
    """A window into which people type secrets: they are sealed as they come in.

    A window is a record as well, and lives for an hour in the database, also when what
    was typed is refused. The fields in ``_typed_secrets`` hold the sealed text in place
    of the secret; ``_typed`` opens it.
    """

    _name = "l10n_pl_ksef.typed.mixin"
    _description = "KSeF: Window with Secrets"
    _inherit = ["l10n_pl_ksef.sealed.mixin", "l10n_pl_ksef.window"]

    _typed_secrets = ()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._seal_typed(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._seal_typed(vals))

    def _seal_typed(self, vals):
        typed = {name: vals[name] for name in self._typed_secrets if vals.get(name)}
        return {**vals, **{name: self._hide(name, typed[name]) for name in typed}}

    def _hide(self, name, value):
        """Return the value to store; what was sealed before is passed on as it is.

        :raise UserError: far more than any certificate or token, or no text at all
        """
        if not isinstance(value, str | bytes) or len(value) > MOST_TYPED:
            raise UserError(
                self.env._("This is too long to be a certificate, a key or a token.")
            )
        binary = self._fields[name].type == "binary"
        content = self._file_bytes(value) if binary else value
        with suppress(VaultError, ValueError):
            text = content.decode() if binary else content
            self.env["l10n_pl_ksef.vault"]._open(text, f"{self._name}.{name}")
            return value
        sealed = self._seal(name, value)
        return base64.b64encode(sealed.encode()) if binary else sealed

    def _typed(self, name):
        """Return what was typed into ``name``: text, or the bytes of a file; or None.

        :raise VaultError: it was sealed on a host with another master key
        """
        self.ensure_one()
        value = self.with_context(bin_size=False)[name]
        if not value:
            return None
        vault = self.env["l10n_pl_ksef.vault"]
        purpose = f"{self._name}.{name}"
        if self._fields[name].type != "binary":
            return vault._open(value, purpose).decode()
        sealed = base64.b64decode(value).decode()
        return base64.b64decode(vault._open(sealed, purpose))
