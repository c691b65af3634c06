"""The picture of what was sent to KSeF, or will be."""

from odoo import models
from odoo.exceptions import UserError

from ..access import AUDITOR, BILLING, allowed
from ..picture.bill import shown


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @allowed(BILLING, AUDITOR)
    def action_picture(self):
        """Show what was sent, or will be, as a PDF."""
        self.ensure_one()
        # sudo: the picture is kept beside the file, which nobody may write
        document = self.sudo()
        if not document.xml_hash:
            raise UserError(self.env._("The file has not been made yet."))
        return shown(document._picture())

    def _picture_pdf(self):
        """Return the picture (PDF, bytes) of this row's file."""
        self.ensure_one()
        link = None
        if self.state == "accepted":
            link = self.move_id._l10n_pl_ksef_qr_link()
        pictures = self.env["l10n_pl_ksef.picture"]
        return pictures._pdf(self._xml(), self.ksef_number, link or None)

    def _picture(self):
        name = self.ksef_number or (self.invoice_number or "").replace("/", "_")
        return self.env["l10n_pl_ksef.picture"]._attached(self, name, self._picture_pdf)


class AccountMove(models.Model):
    _inherit = "account.move"

    @allowed(BILLING, AUDITOR)
    def action_l10n_pl_ksef_xml(self):
        """Download the FA(3) file of this invoice as it was sent."""
        self.ensure_one()
        document = self._l10n_pl_ksef_current_document()
        if not document.xml_hash:
            raise UserError(self.env._("The file has not been made yet."))
        place = f"l10n_pl_ksef.document/{document.id}/xml_file/{document.xml_name}"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{place}?download=true",
            "target": "download",
        }
