"""Files dropped on a journal: what can be no bill is told, and nothing is made."""

from lxml import etree

from odoo import models
from odoo.exceptions import UserError

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from .pipeline import FILE_TYPE, OTHER_TYPE


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _create_document_from_attachment(self, attachment_ids):
        # EXTENDS 'account': a person is told at once; a mail goes another way
        journal = self or self.browse(self.env.context.get("default_journal_id"))
        company = journal.company_id or self.env.company
        if company.country_code == "PL" and journal._l10n_pl_ksef_takes_bills():
            attachments = self.env["ir.attachment"].browse(attachment_ids)
            journal._l10n_pl_ksef_refuse_files(attachments, company)
        return super()._create_document_from_attachment(attachment_ids)

    def _l10n_pl_ksef_takes_bills(self):
        """Tell whether files dropped here, or with no journal named, become bills."""
        if self:
            return self.type == "purchase"
        move_type = self.env.context.get("default_move_type")
        return move_type in self.env["account.move"].get_purchase_types(True)

    def _l10n_pl_ksef_refuse_files(self, attachments, company):
        """:raise UserError: says what is wrong with each file that can be no bill."""
        moves = self.env["account.move"]
        empty = attachments.filtered(lambda attachment: not attachment.raw)
        reasons = [f"{file.name}: {self.env._('it is empty.')}" for file in empty]
        for file_data in moves._to_files_data(attachments - empty):
            if reason := moves._l10n_pl_ksef_reason_no_bill(file_data, company):
                reasons.append(f"{file_data['name']}: {reason}")
        if reasons:
            title = self.env._("No bill was made. Leave these files out:")
            raise UserError("\n".join([title, *reasons]))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_reason_no_bill(self, file_data, company):
        """Return why a dropped file can be no bill, in a sentence, or None.

        What is not meant to be XML (a scan, a PDF) is Odoo's.
        """
        is_named_xml = file_data["name"].lower().endswith(".xml")
        is_xml = file_data["mimetype"].endswith("/xml")
        kind, tree = file_data["import_file_type"], file_data["xml_tree"]
        if tree is None and (is_named_xml or is_xml):
            return self.env._("it is no correct XML.")
        if kind == OTHER_TYPE:
            return self._l10n_pl_ksef_reason_other(tree)
        if kind != FILE_TYPE:
            return None
        try:
            document = fa3.read(file_data["raw"]).document
        except DocumentError as error:
            return self._l10n_pl_ksef_reason_unread(error)
        return self._l10n_pl_ksef_reason_other_buyer(document, company)

    def _l10n_pl_ksef_reason_other(self, tree):
        """Return what a document of the Ministry is that is no FA(3) or FA(2)."""
        code = tree.find(".//{*}KodFormularza")
        name = "" if code is None else code.get("kodSystemowy") or code.text or ""
        if "RR" in name:
            return self.env._(
                "it is an invoice of a flat-rate farmer (%s). Its buyer issues it, so "
                "enter it as a bill by hand.",
                name,
            )
        return self.env._(
            "it is no FA(3) or FA(2) invoice (%s).",
            name or etree.QName(tree).localname,
        )
