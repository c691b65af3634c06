from odoo import api, models


class CachedMixin(models.AbstractModel):
    """Records that ``ormcache`` keeps in another shape, until one of them changes."""

    _name = "l10n_pl_ksef.cached.mixin"
    _description = "KSeF: Kept in Memory until It Changes"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._forget_cached()
        return records

    def write(self, vals):
        result = super().write(vals)
        self._forget_cached()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_cached()
        return result

    @api.model
    def _forget_cached(self):
        """What was kept of these records is read anew, in every process."""
        self.env.registry.clear_cache()
