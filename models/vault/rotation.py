import logging

from odoo import api, models

from .vault import VaultError

_logger = logging.getLogger(__name__)

SEALED_MIXIN = "l10n_pl_ksef.sealed.mixin"
AT_ONCE = 500


class Vault(models.AbstractModel):
    _inherit = "l10n_pl_ksef.vault"

    @api.model
    def _reseal_all(self):
        """Seal every secret with the first master key; all listed keys open.

        To change the master key: put the new one before the old one in the
        configuration, restart, call this, and remove the old one (``docs/secrets.md``).

        :return: ``(resealed, unreadable)``: how many values were sealed anew, and how
            many cannot be opened with the keys of this host; those are left alone
        """
        resealed = unreadable = 0
        for name in sorted(self.env.registry.descendants([SEALED_MIXIN], "_inherit")):
            model = self.env[name]
            for field in model._sealed_fields() if not model._abstract else ():
                done, failed = self._reseal_field(model, field)
                resealed, unreadable = resealed + done, unreadable + failed
        _logger.info("KSeF: %s secrets sealed anew, %s not", resealed, unreadable)
        return resealed, unreadable

    def _reseal_field(self, model, field):
        current = self._current_key_id()
        # sudo: every secret of every company is sealed anew
        records = model.sudo().with_context(active_test=False)
        sealed = records.search([(field, "!=", False)], order="id")
        resealed = unreadable = 0
        for record in sealed:
            if self._key_id_of(record[field]) == current:
                continue
            try:
                record[field] = record._seal(field, record._unseal(field))
                resealed += 1
            except VaultError:
                unreadable += 1
            if resealed % AT_ONCE == 0:
                self.env.flush_all()
        return resealed, unreadable


class SealedMixin(models.AbstractModel):
    _inherit = SEALED_MIXIN

    @api.model
    def _sealed_fields(self):
        """Return the names of the fields that hold sealed secrets."""
        return [name for name in self._fields if name.endswith("_sealed")]

    def _vault_problem(self):
        """Return why this host cannot open the record's secrets, or None.

        Another key may be in the configuration of another host that works on the same
        database, or was lost with the host that a backup came from.

        :return: VaultError
        """
        self.ensure_one()
        vault = self.env["l10n_pl_ksef.vault"]
        try:
            keys = vault._master_keys()
        except VaultError as error:
            return error
        for field in self._sealed_fields():
            # sudo: only the name of the key is looked at
            key_id = vault._key_id_of(self.sudo()[field])
            if key_id and key_id not in keys:
                return VaultError("other_key", key_id)
        return None
