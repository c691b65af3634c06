"""The picture of an invoice in the inbox."""

from odoo import models
from odoo.exceptions import UserError

from ...ksef_api import fa3, qr
from ..access import AUDITOR, BILLING, allowed
from ..picture.bill import shown


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    @allowed(BILLING, AUDITOR)
    def action_picture(self):
        """Show this invoice as a PDF, whether there is a bill of it or not."""
        self.ensure_one()
        # sudo: the picture is kept beside the file, which nobody may write
        bill = self.sudo()
        bill._need_file()
        if not bill.has_file:
            raise UserError(bill.status_message or self.env._("The file is not here."))
        attachment = bill._picture()
        return shown(attachment)

    def _picture_pdf(self):
        """Return the picture (PDF, bytes) of this row's file.

        :raise DocumentError: the file cannot be read
        """
        pictures = self.env["l10n_pl_ksef.picture"]
        return pictures._pdf(self._xml(), self.ksef_number, self._qr_link())

    def _picture_page(self):
        """Return the picture as a page for the browser, drawn at once and kept nowhere.

        :raise DocumentError: the file cannot be read
        """
        pictures = self.env["l10n_pl_ksef.picture"]
        return pictures._html(fa3.read(self._xml()), self.ksef_number, self._qr_link())

    def _qr_link(self):
        self.ensure_one()
        # sudo: only the address in the QR code comes from it
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        environment = connections._environment_of(self.environment)
        return qr.invoice_link(
            environment, self.seller_nip, self.issue_date, self.xml_hash
        )

    def _picture(self):
        """Return the attachment with the picture; it is drawn once.

        It stands among the attachments of the vendor bill when there is one.
        """
        return self.env["l10n_pl_ksef.picture"]._attached(
            self.move_id or self, self.ksef_number, self._picture_pdf
        )
