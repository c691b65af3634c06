"""Buttons that show the picture of an FA(3) document, and where it is attached."""

import base64
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api.errors import DocumentError
from ..access import EMPLOYEE, allowed
from ..concurrency import checkpoint, time_is_left

_logger = logging.getLogger(__name__)

DRAW_AT_ONCE = 20


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_picture_due = fields.Boolean(
        "Picture Is to Be Drawn", readonly=True, copy=False, index="btree_not_null"
    )

    @allowed(EMPLOYEE)
    def action_l10n_pl_ksef_picture(self):
        """Show the FA(3) document of this invoice or bill as a PDF."""
        self.ensure_one()
        # sudo: who reads the invoice need not read the row with its file
        move = self.sudo()
        document = move._l10n_pl_ksef_current_document()
        if document and not move.l10n_pl_ksef_kept:
            return document.action_picture()
        return shown(move._l10n_pl_ksef_picture())

    def _l10n_pl_ksef_picture(self):
        """Return the picture of the file that this bill was made of (attachment).

        :raise UserError: there is no such file
        """
        if bill := self.l10n_pl_ksef_bill_ids.filtered("has_file")[:1]:
            return bill._picture()
        xml = self._l10n_pl_ksef_received_file()
        if not xml:
            raise UserError(self.env._("There is no KSeF document of this invoice."))
        pictures = self.env["l10n_pl_ksef.picture"]
        name = (self.ref or "").replace("/", "_")
        return pictures._attached(self, name, lambda: pictures._pdf(xml))

    def _l10n_pl_ksef_bill_values(self, bill_import, journal):
        # The picture takes longer than the bill: a cron draws it.
        values = super()._l10n_pl_ksef_bill_values(bill_import, journal)
        return {**values, "l10n_pl_ksef_picture_due": True}

    def _l10n_pl_ksef_finish(self, bill_import):
        # sudo: whoever causes it may wake the cron
        self.env.ref("l10n_pl_ksef.ir_cron_picture").sudo()._trigger()
        return super()._l10n_pl_ksef_finish(bill_import)

    @api.model
    def _cron_l10n_pl_ksef_draw(self):
        """Attach the picture to each bill made of a KSeF file, in its company's
        language; one that cannot be drawn has the button still."""
        due = [("l10n_pl_ksef_picture_due", "=", True)]
        while time_is_left(self.env) and (
            # sudo: the cron works for all companies
            moves := self.sudo().search(due, limit=DRAW_AT_ONCE)
        ):
            for move in moves:
                move.l10n_pl_ksef_picture_due = None
                checkpoint(self.env)
                language = move.company_id.partner_id.lang
                try:
                    with self.env.cr.savepoint():
                        picture = move.with_context(
                            lang=language
                        )._l10n_pl_ksef_picture()
                        # Else whoever first opens the bill writes it: its approver
                        # would be one of its authors.
                        if (picture.res_model, picture.res_id) == (move._name, move.id):
                            move._message_set_main_attachment_id(picture)
                except UserError as error:
                    _logger.info("KSeF: no picture of %s: %s", move, error)
                checkpoint(self.env)


class Picture(models.AbstractModel):
    _inherit = "l10n_pl_ksef.picture"

    def _attached(self, record, name, draw, kind="KSeF"):
        """Return the picture kept with ``record``, drawn when it is not there yet.

        One for each language; a document that was sent or received never changes.

        :param draw: makes the PDF (bytes)
        :param kind: the file's name begins with it
        :raise UserError: the file cannot be read
        """
        language = (self.env.lang or "en_US")[:2]
        file_name = f"{kind}-{name}-{language}.pdf"
        # sudo: the caller may read the file; beside it nobody may write
        attachments = self.env["ir.attachment"].sudo()
        place = {
            "res_model": record._name,
            "res_id": record.id,
            "name": file_name,
        }
        domain = [(field, "=", value) for field, value in place.items()]
        if found := attachments.search(domain, limit=1):
            return found
        try:
            pdf = draw()
        except DocumentError as error:
            reason = self.env["l10n_pl_ksef.verdict"]._document_text(error)
            raise UserError(self.env._("The file cannot be read: %s", reason)) from None
        return attachments.create(
            {
                **place,
                "datas": base64.b64encode(pdf),
                "mimetype": "application/pdf",
                "company_id": record.company_id.id,
            }
        )


def shown(attachment):
    """Return the action that opens a picture in a new page."""
    return {
        "type": "ir.actions.act_url",
        "url": f"/web/content/{attachment.id}/{attachment.name}",
        "target": "new",
    }
