"""What a KSeF file says and Odoo has no field for: kept readable on the bill."""

import base64

from odoo import api, fields, models

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError

# More lines than these have their details in the picture alone.
LINES_IN_DETAIL = 200
LINE_DETAILS = (
    "uuid",
    "sale_date",
    "index",
    "gtin",
    "pkwiu",
    "cn",
    "pkob",
    "gtu",
    "procedure",
    "annex15",
    "excise",
    "exchange_rate",
    "oss_rate",
)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_kept = fields.Html(
        "Details in the KSeF File",
        compute="_compute_l10n_pl_ksef_kept",
        # The template escapes what the document says.
        sanitize=False,
        # Whoever may read the bill may read what it was made of.
        compute_sudo=True,
    )
    l10n_pl_ksef_file = fields.Binary(
        "FA(3) File", attachment=True, readonly=True, copy=False
    )
    l10n_pl_ksef_file_name = fields.Char(
        "File Name", compute="_compute_l10n_pl_ksef_file_name"
    )

    def _compute_l10n_pl_ksef_file_name(self):
        for move in self:
            move.l10n_pl_ksef_file_name = f"{(move.ref or 'FA3').replace('/', '_')}.xml"

    @api.depends("l10n_pl_ksef_file")
    def _compute_l10n_pl_ksef_kept(self):
        # Drawn when somebody looks, in the reader's language: making a bill is not to
        # wait for it.
        for move in self:
            xml = (
                move.is_purchase_document(include_receipts=True)
                and move._l10n_pl_ksef_received_file()
            )
            move.l10n_pl_ksef_kept = xml and move._l10n_pl_ksef_details_page(xml)

    def _l10n_pl_ksef_details_page(self, xml):
        """Return the rest of the document as a page; False when it cannot be read."""
        try:
            read = fa3.read(xml)
        except DocumentError:
            return False
        values = self.env["l10n_pl_ksef.picture"]._kept_values(read)
        facts, body = values["facts"], read.document.body
        values["line_details"] = self._l10n_pl_ksef_line_details(body, facts)
        values["order_details"] = self._l10n_pl_ksef_order_details(body, facts)
        return self.env["ir.qweb"]._render("l10n_pl_ksef.kept", values)

    def _l10n_pl_ksef_line_details(self, body, facts):
        """Return ``[(number, name, text)]`` of lines with codes and marks."""
        others = {name for name in fa3.Line.__slots__ if name not in LINE_DETAILS}
        details = self._l10n_pl_ksef_details(body.lines, facts, others)
        return [(number, name, text) for number, name, text in details if text]

    def _l10n_pl_ksef_order_details(self, body, facts):
        """Return ``[(number, name, text)]`` of the lines of an advance's order."""
        lines = body.order.lines if body.order else []
        return self._l10n_pl_ksef_details(lines, facts, ("number", "name"))

    def _l10n_pl_ksef_details(self, lines, facts, without):
        """Return ``[(number, name, text)]`` of the first ``lines``.

        :param without: names of fields that the text leaves out
        """
        details = []
        for line in lines[:LINES_IN_DETAIL]:
            found = facts.of(line, *without)
            text = " · ".join(f"{fact.label}: {fact.text}" for fact in found)
            details.append((line.number, line.name or "", text))
        return details

    def _l10n_pl_ksef_received_file(self):
        """Return the FA(3) file that this bill was made of (bytes), or False."""
        file = self.with_context(bin_size=False).l10n_pl_ksef_file
        return file and base64.b64decode(file)
