from odoo import models


class Document(models.Model):
    """Invoices follow their documents, in every form, list and dashboard."""

    _name = "l10n_pl_ksef.document"
    _inherit = ["l10n_pl_ksef.document", "l10n_pl_ksef.live.mixin"]

    def _announce_change(self):
        result = super()._announce_change()
        for company, documents in self.grouped("company_id").items():
            self._announce(company, documents.move_id)
        return result


class Session(models.Model):
    _name = "l10n_pl_ksef.session"
    _inherit = ["l10n_pl_ksef.session", "l10n_pl_ksef.live.mixin"]
