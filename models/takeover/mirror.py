from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_mirror_file(self, source, field):
        # What l10n_pl_edi has kept stays until we have something in its place.
        # sudo: who reads the invoice need not read its documents
        taken = self.sudo().l10n_pl_ksef_document_ids.filtered("is_taken_over")
        kept = (self & taken.move_id).filtered(
            lambda move: move._l10n_pl_ksef_keeps_file(source)
        )
        if kept:
            return (self - kept)._l10n_pl_ksef_mirror_file(source, field)
        return super()._l10n_pl_ksef_mirror_file(source, field)

    def _l10n_pl_ksef_keeps_file(self, source):
        # sudo: who reads the invoice need not read its documents
        documents = self.sudo().with_context(bin_size=True).l10n_pl_ksef_document_ids
        return not documents.filtered(lambda d: d.state == "accepted" and d[source])
