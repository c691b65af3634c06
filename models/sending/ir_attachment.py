from contextlib import suppress
from pathlib import Path

from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _file_write(self, bin_value, checksum):
        # EXTENDS 'base': a full disk leaves half a file behind, which Odoo would take
        # for another file of the same checksum when the disk has room again
        try:
            return super()._file_write(bin_value, checksum)
        except OSError:
            half = Path(self._full_path(f"{checksum[:2]}/{checksum}"))
            with suppress(OSError):
                if half.read_bytes() != bin_value:
                    half.unlink()
            raise

    @api.model
    def _l10n_pl_ksef_share(self, model, field, pairs):
        """Give records a file that is here already.

        The file store keeps it once; each row of ``ir_attachment`` points to it, as if
        it had been stored with each record.

        :param model: name of the records' model
        :param field: their binary field
        :param pairs: list of (id of the attachment, id of the record)
        """
        if not pairs:
            return
        self.flush_model()
        files, records = zip(*pairs, strict=True)
        self.env.cr.execute(
            """
            INSERT INTO ir_attachment
                   (name, type, res_model, res_field, res_id, company_id, mimetype,
                    store_fname, db_datas, checksum, file_size,
                    create_uid, write_uid, create_date, write_date)
            SELECT %s, file.type, %s, %s, pair.record, file.company_id, file.mimetype,
                   file.store_fname, file.db_datas, file.checksum, file.file_size,
                   file.create_uid, file.write_uid, file.create_date, file.write_date
              FROM unnest(%s, %s) AS pair(file, record)
              JOIN ir_attachment file ON file.id = pair.file
            """,
            [field, model, field, list(files), list(records)],
        )
        # The field, and what is computed from it.
        self.env[model].browse(records).invalidate_recordset()

    @api.model
    def _l10n_pl_ksef_forget(self, ids):
        """Delete rows of files that were shared, or that such a file replaces.

        Not ``unlink``: that reads each file, and refuses in a strict audit trail, to
        which the file as it was sent belongs, and not our copies of its row.
        """
        self.env.cr.execute(
            "DELETE FROM ir_attachment WHERE id = ANY(%s) "
            "RETURNING res_model, res_id, store_fname",
            [ids],
        )
        for model, record, name in self.env.cr.fetchall():
            self.env[model].browse(record).invalidate_recordset()
            if name:
                # Removed from the file store when no row points to it any more.
                self._mark_for_gc(name)
        self.browse(ids).invalidate_recordset(flush=False)
