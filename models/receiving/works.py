"""How far long fetching is, and how many invoices came this month."""

from odoo import api, models


class Attention(models.Model):
    _inherit = "l10n_pl_ksef.attention"

    @api.model
    def _works(self):
        fetches = self.env["l10n_pl_ksef.fetch"].search(
            [("state", "in", ("waiting", "ordered"))]
        )
        running = fetches.filtered(lambda f: f.state == "ordered" or f.is_running)
        return super()._works() + [fetch._as_work() for fetch in running]

    @api.model
    def _month(self):
        purchases = [("role", "!=", "Subject1")]
        received = self._by_day("l10n_pl_ksef.bill", "stored_at", purchases)
        return {**super()._month(), "received": received}


class Fetch(models.Model):
    _inherit = "l10n_pl_ksef.fetch"

    def _as_work(self):
        """Return how far this fetch is, as ``get_works`` tells it."""
        exports = self.export_ids.filtered(
            lambda e: not self.asked_at or e.create_date >= self.asked_at
        )
        total = sum(exports.mapped("invoice_count"))
        return {
            "model": self._name,
            "id": self.id,
            "label": self.env._("Fetching from KSeF: %s", self.display_name),
            "done": min(self.file_count or self.found_count, total),
            "total": total,
            "failed": 0,
            "message": self.status_message
            or self.env._("New invoices: %s", self.new_count),
        }
