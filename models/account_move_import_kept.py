"""What a KSeF file says and Odoo has no field for: kept readable on the bill."""

import base64

from odoo import fields, models

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
        "Details in the KSeF File", readonly=True, copy=False
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

    def _l10n_pl_ksef_keep(self, taking):
        """Keep the rest of the document readable on the bill."""
        values = self.env["l10n_pl_ksef.picture"]._kept_values(taking.read)
        facts, body = values["facts"], taking.body
        values["line_details"] = self._l10n_pl_ksef_line_details(body, facts)
        values["order_details"] = self._l10n_pl_ksef_order_details(body, facts)
        html = self.env["ir.qweb"]._render("l10n_pl_ksef.kept", values)
        self.l10n_pl_ksef_kept = html

    def _l10n_pl_ksef_line_details(self, body, facts):
        """Return ``[(number, name, text)]`` of lines with codes and marks."""
        details = []
        for line in body.lines[:LINES_IN_DETAIL]:
            others = set(line.__slots__) - set(LINE_DETAILS)
            if found := facts.of(line, *others):
                text = " · ".join(f"{fact.label}: {fact.text}" for fact in found)
                details.append((line.number, line.name or "", text))
        return details

    def _l10n_pl_ksef_order_details(self, body, facts):
        """Return ``[(number, name, text)]`` of the lines of an advance's order."""
        details = []
        for line in (body.order.lines if body.order else [])[:LINES_IN_DETAIL]:
            found = facts.of(line, "number", "name")
            text = " · ".join(f"{fact.label}: {fact.text}" for fact in found)
            details.append((line.number, line.name or "", text))
        return details

    def _l10n_pl_ksef_received_file(self):
        """Return the FA(3) file that this bill was made of (bytes), or False."""
        file = self.with_context(bin_size=False).l10n_pl_ksef_file
        return file and base64.b64decode(file)
