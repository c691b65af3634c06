"""A picture of a document before it is sent, with what it lacks."""

from odoo import api, fields, models

from ...ksef_api import fa3
from ..access import EMPLOYEE, allowed

SCHEMA = "FA (3)"


class AccountMove(models.Model):
    _inherit = "account.move"

    @allowed(EMPLOYEE)
    def action_l10n_pl_ksef_preview(self):
        """Show in a new page what the buyer will see in KSeF."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/l10n_pl_ksef/preview/{self.id}",
            "target": "new",
        }

    def _l10n_pl_ksef_preview(self):
        """Return the document of this invoice as it would be issued now.

        :return: ``fa3`` Invoice; a draft has no number yet, and may have no day
        """
        document = self._l10n_pl_ksef_invoice()
        body = document.body
        body.number = self.name if self.name not in (False, "/") else ""
        body.issue_date = self.invoice_date or fields.Date.context_today(self)
        return document

    def _l10n_pl_ksef_preview_sentences(self):
        """Return [(sentence, whether it only warns)] about what the invoice lacks."""
        problems = self._l10n_pl_ksef_problems()
        return [(problem.text, problem.is_warning) for problem in problems]


class Picture(models.AbstractModel):
    _inherit = "l10n_pl_ksef.picture"

    @api.model
    def _preview_html(self, move):
        """Return the page about an invoice that is not in KSeF (yet)."""
        read = fa3.ReadResult(move._l10n_pl_ksef_preview(), SCHEMA)
        values = self._values(read, None, None)
        values["preview"] = move._l10n_pl_ksef_preview_sentences()
        return str(self.env["ir.qweb"]._render("l10n_pl_ksef.picture", values))

    @api.model
    def _preview_pdf(self, move):
        """Return the same as a PDF (bytes)."""
        return self._drawn(self._preview_html(move))
