from odoo import models


class SealedMixin(models.AbstractModel):
    """Access to fields that hold sealed secrets (see ``l10n_pl_ksef.vault``).

    Such a field is a ``Char`` or ``Text`` with ``groups=fields.NO_ACCESS``: no view,
    export or
    RPC read shows it, not even sealed. Code reads and writes it through these two
    methods.
    """

    _name = "l10n_pl_ksef.sealed.mixin"
    _description = "KSeF: Record with Sealed Secrets"

    def _seal(self, field_name, secret):
        """Return the value to write to ``field_name`` for ``secret`` (bytes or "
        "text)."""
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
        sealed = self.sudo()[field_name]
        if not sealed:
            return None
        return self.env["l10n_pl_ksef.vault"]._open(
            sealed, f"{self._name}.{field_name}"
        )
