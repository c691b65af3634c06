"""The picture: any FA(3) document as a PDF that people can read."""

from collections import namedtuple

from markupsafe import Markup

from odoo import api, models

from ...ksef_api import fa3
from .facts import Fact, Facts
from .pages import numbered

LETTERS = 11  # size in pixels
PAPER = {
    "data-report-margin-top": 12,
    "data-report-margin-bottom": 12,
    "data-report-header-spacing": 0,
}
Section = namedtuple("Section", "title facts")
Sum = namedtuple("Sum", "label net vat gross vat_pln")
# The size is that of the letters, in pixels.
Table = namedtuple("Table", "title columns rows size")


class Picture(models.AbstractModel):
    """Draws FA(3) documents in the language of its environment.

    Everything is made from the dataclasses; the file itself is not shown, and needs no
    record. Source: the Ministry's own picture of FA(3) shows the same, by these names.
    """

    _name = "l10n_pl_ksef.picture"
    _description = "KSeF: Picture of an Invoice"

    @api.model
    def _pdf(self, xml, ksef_number=None, qr_link=None):
        """Return a PDF (bytes) of an FA(3) or FA(2) file.

        :param xml: the file, bytes
        :param qr_link: the link of the first QR code (*KOD I*)
        :raise DocumentError: the file cannot be read
        """
        return self._drawn(self._html(fa3.read(xml), ksef_number, qr_link), ksef_number)

    def _drawn(self, html, name=None):
        """Return a page as a PDF (bytes) with page numbers.

        :param name: what stands beside the numbers
        """
        pdf = self.env["ir.actions.report"]._run_wkhtmltopdf(
            [html], specific_paperformat_args=PAPER
        )
        return numbered(pdf, self._page_text, name)

    def _page_text(self, page, pages):
        return self.env._("Page %(page)s of %(pages)s", page=page, pages=pages)

    @api.model
    def _html(self, read, ksef_number=None, qr_link=None):
        """Return the whole page.

        :param read: ``fa3`` ReadResult
        """
        values = self._values(read, ksef_number, qr_link)
        return str(self.env["ir.qweb"]._render("l10n_pl_ksef.picture", values))

    def _values(self, read, ksef_number, qr_link):
        document = read.document
        body, facts = document.body, Facts(self.env, document.body.kind)
        sums = self._sums(body, facts)
        moves = self.env["account.move"]
        return {
            "doctype": Markup("<!DOCTYPE html>"),
            "total_label": facts.label(fa3.Body, "total"),
            "has_pln": any(row.vat_pln for row in sums),
            "dates": self._dates(body, facts),
            "lang": (self.env.lang or "en")[:2],
            "document": document,
            "body": body,
            "facts": facts,
            "schema": read.schema,
            "unknown": read.unknown,
            "ksef_number": ksef_number,
            "qr_link": qr_link,
            "qr_image": qr_link and moves._l10n_pl_ksef_qr_image(qr_link),
            "tables": self._tables(body, facts),
            "sums": sums,
            "sections": self._sections(document, facts),
            "parties": self._parties(read, facts),
            "annotations": self._annotations(body, facts),
        }

    def _kept_values(self, read):
        """Return the values of the page on a bill: all but lines and sums."""
        document = read.document
        facts = Facts(self.env, document.body.kind)
        return {
            "document": document,
            "body": document.body,
            "facts": facts,
            "unknown": read.unknown,
            "annotations": self._annotations(document.body, facts),
            "sections": self._sections(document, facts),
            "parties": self._parties(read, facts),
        }

    def _parties(self, read, facts):
        """Return sections of the parties that a bill has no field for, and more."""
        document = read.document
        parts = [(self.env._("Buyer"), document.buyer)]
        parts += [(self.env._("Third party"), row) for row in document.third_parties]
        if document.authorised:
            parts.append((self.env._("Authorised party"), document.authorised))
        parts.insert(0, (self.env._("Seller"), document.seller))
        sections = [Section(title, facts.of(part)) for title, part in parts]
        if read.schema == "FA (3)":
            # FA(3) asks for both answers of every buyer, and so both are shown.
            sections[1].facts.extend(
                Fact(facts.label(fa3.Buyer, name), facts.text(False))
                for name in ("jst", "vat_group")
                if not getattr(document.buyer, name)
            )
        return sections

    def _tables(self, body, facts):
        """Return each ``Table``: lines, then the order."""
        before = [row for row in body.lines if row.before]
        after = [row for row in body.lines if not row.before]
        ordered = body.order.lines if body.order else []
        named = [
            (self.env._("Lines before the correction"), before),
            (
                self.env._("Lines after the correction")
                if before
                else self.env._("Lines"),
                after,
            ),
            (
                self.env._("Order before the correction"),
                [row for row in ordered if row.before],
            ),
            (self.env._("Order"), [row for row in ordered if not row.before]),
        ]
        tables = []
        for title, lines in named:
            if lines:
                columns, scale, rows = facts.table(lines)
                tables.append(Table(title, columns, rows, round(LETTERS * scale, 1)))
        return tables

    def _dates(self, body, facts):
        """Return when and where it was issued, and what for."""
        names = ("issue_date", "place", "sale_date", "period")
        return [
            Fact(
                facts.label(fa3.Body, name),
                facts.short(value) or facts.text(value),
            )
            for name in names
            if (value := getattr(body, name))
        ]

    def _sums(self, body, facts):
        """Return the sums by rate (*P_13*, *P_14*) as texts."""
        rows = []
        for sums, net, vat, vat_pln in fa3.summary(body):
            amounts = (net, vat, net + (vat or 0), vat_pln)
            texts = [facts.amount(amount) for amount in amounts]
            rows.append(Sum(self._sum_label(body, sums, facts), *texts))
        return rows

    def _sum_label(self, body, sums, facts):
        if sums is fa3.MARGIN:
            return self.env._("margin")
        if sums is fa3.OSS:
            return "OSS"
        lines = [*body.lines, *(body.order.lines if body.order else ())]
        of_lines = {row.rate for row in lines if fa3.sums_of(row) is sums}
        rates = [rule.rate for rule in fa3.RATES.values() if rule.sums is sums]
        shown = [rate for rate in rates if rate in of_lines] or rates
        return " / ".join(facts.text(rate) for rate in shown)

    def _annotations(self, body, facts):
        """Return what the law wants said: those that apply."""
        marks = facts.of(body.annotations, "exemption", "new_vehicles", "margin")
        for part in (body.annotations.exemption, body.annotations.margin):
            marks += facts.of(part)
        if body.annotations.new_vehicles.supply:
            marks += facts.of(body.annotations.new_vehicles)
        return marks

    def _sections(self, document, facts):
        """Return the other parts of the document that say something."""
        body = document.body
        parts = [
            (self.env._("Settlement"), body.settlement),
            (self.env._("Payment"), body.payment),
            (self.env._("Terms of the transaction"), body.terms),
        ]
        sections = [Section(title, facts.of(part)) for title, part in parts if part]
        shown = {"settlement", "payment", "terms", "lines", "order", "annotations"}
        shown |= {"correction", "number", "kind", "total", "currency", "issue_date"}
        shown |= {"sale_date", "period", "place"}
        for sums in fa3.ALL_SUMS:
            shown |= {sums.net, sums.vat, sums.vat_pln}
        sections.insert(
            0, Section(self.env._("Further details"), facts.of(body, *shown))
        )
        if body.order:
            ordered = facts.of(body.order, "lines")
            sections.insert(0, Section(self.env._("Order"), ordered))
        if document.footer:
            sections.append(Section(self.env._("Footer"), facts.of(document.footer)))
        sections.append(Section(self.env._("Document"), facts.of(document.header)))
        return [section for section in sections if section.facts]
