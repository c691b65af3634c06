"""The stored PDF of an invoice follows what KSeF says: number, QR codes.

Odoo makes it once, when it is first sent or downloaded, and keeps it for ever.
"""

import logging
from pathlib import PurePath

from odoo import api, fields, models

from ..concurrency import checkpoint

_logger = logging.getLogger(__name__)

AT_ONCE = 20
# What may stand on a PDF in the place of a KSeF number.
NOTHING, OFFLINE, UNREADABLE = "-", "OFFLINE", "?"


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_printed = fields.Char(
        "KSeF Code on the Stored PDF",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="KSeF number, or OFFLINE and the hash of the file; “-” while it had none. "
        "A PDF with another code is made anew.",
    )

    def _l10n_pl_ksef_code(self):
        """Return what of KSeF stands on a PDF that is made now."""
        self.ensure_one()
        if self.l10n_pl_ksef_number:
            return self.l10n_pl_ksef_number
        document = self._l10n_pl_ksef_printed_document()
        return f"{OFFLINE} {document.xml_hash}" if document else NOTHING

    def _l10n_pl_ksef_with_old_paper(self):
        """Return those of these whose stored PDF says something else than KSeF."""
        return self.filtered(
            lambda move: (
                move.l10n_pl_ksef_printed
                and move.invoice_pdf_report_id
                and move.l10n_pl_ksef_printed != move._l10n_pl_ksef_code()
            )
        )

    def _l10n_pl_ksef_renew_paper(self):
        """Make the stored PDF anew where it is old; the earlier one stays attached."""
        # sudo: the PDF is shown to customers, too, who may make none
        for move in self.sudo()._l10n_pl_ksef_with_old_paper():
            send = move.env["account.move.send"].with_company(move.company_id)
            settings = {"sending_methods": [], "extra_edis": []}
            data = send._get_default_sending_settings(move, **settings)
            with self.env.cr.savepoint():
                move._l10n_pl_ksef_put_paper_aside()
                send._generate_invoice_documents({move: data})

    def _l10n_pl_ksef_put_paper_aside(self):
        """Let the stored PDF be an ordinary attachment; whoever has it got this one."""
        # sudo: the PDF is shown to customers, too, who may write none
        for paper in self.sudo().invoice_pdf_report_id:
            name = PurePath(paper.name)
            earlier = self.env._("%(name)s (earlier)", name=name.stem)
            paper.write({"res_field": False, "name": f"{earlier}{name.suffix}"})
        self.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    def _l10n_pl_ksef_follow_paper(self):
        """Let the background make the stored PDF anew where it is old now."""
        # sudo: which crons there are is the administrator's, to wake this one is not
        moves = self.sudo()
        if any(
            move.l10n_pl_ksef_printed
            and move.l10n_pl_ksef_printed != move._l10n_pl_ksef_code()
            for move in moves
        ):
            # sudo: whoever causes it may wake the cron
            self.env.ref("l10n_pl_ksef.ir_cron_paper").sudo()._trigger()

    @api.model
    def _l10n_pl_ksef_cron_paper(self):
        """Make anew the PDFs whose invoices have got their number, or offline codes."""
        domain = [
            *("|", "&", ("l10n_pl_ksef_printed", "=", NOTHING)),
            ("l10n_pl_ksef_state", "in", ("accepted", "offline")),
            *("&", ("l10n_pl_ksef_printed", "=like", f"{OFFLINE}%")),
            ("l10n_pl_ksef_state", "=", "accepted"),
        ]
        # sudo: for every company
        moves = self.sudo().search(domain, order="id", limit=AT_ONCE)
        for move in moves:
            try:
                move._l10n_pl_ksef_renew_paper()
            except Exception:
                _logger.exception("KSeF: the PDF of %s could not be made", move.name)
            if move.l10n_pl_ksef_printed != move._l10n_pl_ksef_code():
                # No PDF any more, or none can be made: asked again when it is used.
                move.l10n_pl_ksef_printed = UNREADABLE
            checkpoint(self.env)
        if len(moves) == AT_ONCE:
            self.env.ref("l10n_pl_ksef.ir_cron_paper")._trigger()

    def _get_invoice_legal_documents(self, filetype, allow_fallback=False):
        # EXTENDS 'account': what people download shows what KSeF says now
        if filetype == "pdf":
            self._l10n_pl_ksef_renew_paper()
        return super()._get_invoice_legal_documents(filetype, allow_fallback)

    def _get_invoice_legal_documents_all(self, allow_fallback=False):
        # EXTENDS 'account': the same on the portal
        self._l10n_pl_ksef_renew_paper()
        return super()._get_invoice_legal_documents_all(allow_fallback)


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    def _accept(self, *args, **kwargs):
        result = super()._accept(*args, **kwargs)
        self.move_id._l10n_pl_ksef_follow_paper()
        return result


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _call_web_service_before_invoice_pdf_render(self, invoices_data):
        # EXTENDS 'account': an old PDF is not sent again, a new one is made
        result = super()._call_web_service_before_invoice_pdf_render(invoices_data)
        for move, data in invoices_data.items():
            if not data.get("error") and move._l10n_pl_ksef_with_old_paper():
                old = move.invoice_pdf_report_id.id
                files = data.get("mail_attachments_widget") or []
                data["mail_attachments_widget"] = [f for f in files if f["id"] != old]
                move._l10n_pl_ksef_put_paper_aside()
        return result

    @api.model
    def _link_invoice_documents(self, invoices_data):
        # EXTENDS 'account'
        result = super()._link_invoice_documents(invoices_data)
        for move, data in invoices_data.items():
            is_polish = move.company_id.country_code == "PL"
            if is_polish and data.get("pdf_attachment_values"):
                # sudo: nobody may write what only this code knows
                move.sudo().l10n_pl_ksef_printed = move._l10n_pl_ksef_code()
        return result
