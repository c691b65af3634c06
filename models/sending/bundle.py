"""What KSeF has of many invoices, as one ZIP; memory stays flat."""

import zipfile

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..concurrency import checkpoint

AT_ONCE = 50


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_write_zip(self, stream, parts):
        """Write the files of these invoices into ``stream`` as a ZIP.

        One invoice is in memory at a time; what cannot be had is listed in a file of
        the archive. A picture that was drawn is kept, so that asking again goes on.

        :param stream: a binary file
        :param parts: some of "xml", "upo" and "picture"
        """
        missing = []
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for ids in split_every(AT_ONCE, self.ids):
                for move in self.browse(ids):
                    for part in parts:
                        move._l10n_pl_ksef_zip_part(archive, part, missing)
                    checkpoint(self.env)
                self.env.invalidate_all()
            if missing:
                name = self.env._("missing.txt")
                archive.writestr(name, "\n".join(missing))

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
