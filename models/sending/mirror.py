from odoo import api, models
from odoo.tools import split_every

MIRRORED_STATUS = {
    "sending": "sent",
    "sent": "sent",
    "unknown": "sent",
    "accepted": "accepted",
    "rejected": "rejected",
}
# Field of a document -> field of ``l10n_pl_edi`` with the same file.
MIRRORED_FILES = (
    ("xml_file", "l10n_pl_edi_attachment_file"),
    ("upo_file", "l10n_pl_edi_upo_file"),
)
# All that is written of ``l10n_pl_edi``, and by ours only.
MIRRORED_FIELDS = (
    "l10n_pl_edi_status",
    "l10n_pl_edi_ref",
    "l10n_pl_edi_session_id",
    "l10n_pl_edi_number",
    *(field for _source, field in MIRRORED_FILES),
)
AT_ONCE = 500


class AccountMove(models.Model):
    """Our results in the fields of Odoo's own ``l10n_pl_edi``, which others read."""

    _inherit = "account.move"

    def _l10n_pl_ksef_unmirror_rejected(self):
        """Empty the fields of what was rejected, before ``l10n_pl_edi`` does so in the
        name of the person, who may not write them.
        """
        # sudo: these fields are written by code only
        rejected = self.sudo().filtered(lambda m: m.l10n_pl_edi_status == "rejected")
        if rejected:
            rejected.write(dict.fromkeys(MIRRORED_FIELDS, False))

    @api.model
    def _l10n_pl_ksef_recompute_status(self, companies):
        """Bring the stored status in line with the environment connected to now.

        However many invoices there are, some are in memory at a time; it is no news
        about an invoice, so the chatter does not tell it.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT DISTINCT move_id FROM l10n_pl_ksef_document "
            "WHERE company_id = ANY(%s) AND move_id IS NOT NULL ORDER BY move_id",
            [companies.ids],
        )
        found = [row[0] for row in self.env.cr.fetchall()]
        names = ["l10n_pl_ksef_state", "l10n_pl_ksef_number"]
        # sudo: the mirrored fields are written by this code only
        quiet = self.sudo().with_context(tracking_disable=True)
        for ids in split_every(AT_ONCE, found):
            moves = quiet.browse(ids)
            for name in names:
                moves.env.add_to_compute(moves._fields[name], moves)
            moves._recompute_recordset(names)
            moves._l10n_pl_ksef_mirror()
            moves.env.flush_all()
            moves.env.invalidate_all()

    def _l10n_pl_ksef_mirror(self):
        """Show our results in the fields of ``l10n_pl_edi``."""
        # Lines and taxes do not change: Odoo need not go through them all again.
        # sudo: the mirrored fields are written by this code only
        moves = self.sudo().with_context(
            skip_invoice_sync=True, check_move_validity=False
        )
        alike = {}
        for move in moves:
            values = move._l10n_pl_ksef_mirrored()
            changed = {k: v for k, v in values.items() if (move[k] or False) != v}
            status = changed.pop("l10n_pl_edi_status", None)
            if status is not None:
                alike.setdefault(status, []).append(move.id)
            if changed:
                # Each invoice has numbers of its own, on which nothing depends: the
                # writes of all modules, one by one, would be most of the time of
                # sending thousands.
                models.Model.write(move, changed)
        for status, ids in alike.items():
            moves.browse(ids).write({"l10n_pl_edi_status": status})
        for source, field in MIRRORED_FILES:
            moves._l10n_pl_ksef_mirror_file(source, field)

    def _l10n_pl_ksef_mirrored(self):
        """Return {field of ``l10n_pl_edi``: what it is to show}."""
        document = self._l10n_pl_ksef_current_document()
        accepted = document if document.state == "accepted" else document.browse()
        session = document.session_reference or document.session_id.reference
        return {
            "l10n_pl_edi_status": MIRRORED_STATUS.get(document.state, False),
            "l10n_pl_edi_ref": document.invoice_reference,
            "l10n_pl_edi_session_id": session,
            "l10n_pl_edi_number": accepted.ksef_number,
        }

    def _l10n_pl_ksef_mirror_file(self, source, field):
        """Let ``field`` have the file that ``source`` has on the accepted document.

        Rows of ``ir_attachment`` are compared and copied, never the files: one UPO
        names thousands of invoices, and each of them has it.
        """
        if not self:
            return
        documents = [move._l10n_pl_ksef_accepted_document().id or 0 for move in self]
        # sudo: files of documents, which nobody may write
        attachments = self.env["ir.attachment"].sudo()
        attachments.flush_model()
        self.env.cr.execute(
            """
            SELECT pair.move, file.id, shown.id
              FROM unnest(%s, %s) AS pair(move, document)
         LEFT JOIN ir_attachment file
                ON file.res_model = 'l10n_pl_ksef.document' AND file.res_field = %s
               AND file.res_id = pair.document
         LEFT JOIN ir_attachment shown
                ON shown.res_model = 'account.move' AND shown.res_field = %s
               AND shown.res_id = pair.move
             WHERE file.checksum IS DISTINCT FROM shown.checksum
            """,
            [self.ids, documents, source, field],
        )
        differ = self.env.cr.fetchall()
        if not differ:
            return
        attachments._l10n_pl_ksef_forget([shown for *_, shown in differ if shown])
        attachments._l10n_pl_ksef_share(
            "account.move", field, [(file, move) for move, file, _ in differ if file]
        )
