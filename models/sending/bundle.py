"""What KSeF has of many invoices, as one ZIP; memory stays flat."""

import zipfile

from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_write_zip(self, stream, parts):
        """Write the files of these invoices into ``stream`` as a ZIP.

        One invoice is in memory at a time; a picture that was drawn is kept.

        :param stream: a binary file
        :param parts: some of "xml", "upo" and "picture"
        :return: a sentence about each that cannot be had
        """
        missing = []
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for move in self:
                for part in parts:
                    move._l10n_pl_ksef_zip_part(archive, part, missing)
        return missing

    def _l10n_pl_ksef_zip_part(self, archive, part, missing):
        try:
            found = getattr(self, f"_l10n_pl_ksef_zip_{part}")()
        except UserError as error:
            missing.append(f"{self.display_name}: {part}: {error}")
            return
        if not found:
            missing.append(f"{self.display_name}: {part}")
            return
        name, content = found
        archive.writestr(f"{part}/{name}", content)

    def _l10n_pl_ksef_zip_name(self, ending):
        """The KSeF number: no two invoices share it, and every system sorts by it."""
        name = self.l10n_pl_ksef_number or (self.name or "").replace("/", "_")
        return f"{name}.{ending}"

    def _l10n_pl_ksef_zip_xml(self):
        """Return (name, bytes) of the FA(3) file, sent or received, or None."""
        document = self._l10n_pl_ksef_current_document()
        sent = document.xml_hash and document._xml()
        xml = sent or self._l10n_pl_ksef_received_file()
        return xml and (self._l10n_pl_ksef_zip_name("xml"), xml)

    def _l10n_pl_ksef_zip_upo(self):
        """Return (name, bytes) of the receipt as KSeF signed it, or None."""
        document = self._l10n_pl_ksef_accepted_document()
        has_upo = document.with_context(bin_size=True).upo_file
        return has_upo and (self._l10n_pl_ksef_zip_name("upo.xml"), document._upo())

    def _l10n_pl_ksef_zip_picture(self):
        """Return (name, bytes) of the picture, drawn when it is not there, or None."""
        document = self._l10n_pl_ksef_current_document()
        if document.xml_hash:
            picture = document._picture()
        elif self._l10n_pl_ksef_received_file():
            picture = self._l10n_pl_ksef_picture()
        else:
            return None
        return self._l10n_pl_ksef_zip_name("pdf"), picture.raw


def join(pieces, target, extra=None):
    """Write one ZIP that holds all that these ZIPs hold; nothing is packed anew.

    :param pieces: the ZIPs, binary files; one of them is read at a time
    :param target: a binary file
    :param extra: ``{name: text}`` of files to add
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
        for piece in pieces:
            base = target.tell()
            with zipfile.ZipFile(piece) as archive:
                # Up to its table of contents a ZIP is its files, one after the other.
                piece.seek(0)
                target.write(piece.read(archive.start_dir))
                for entry in archive.infolist():
                    entry.header_offset += base
                    whole.filelist.append(entry)
                    whole.NameToInfo[entry.filename] = entry
            whole.start_dir = target.tell()
        for name, text in (extra or {}).items():
            whole.writestr(name, text)
