"""What people wrote on an invoice in words of their own."""

import re
import textwrap

from odoo import models
from odoo.tools import html2plaintext

from ...ksef_api import fa3

# Characters that FA(3) has room for, and how many footers.
P_7 = 512
VALUE = 256
FOOTER = 3500
FOOTERS = 3

# Keys of *DodatkowyOpis*: buyers read the file in Polish.
REMARK = "Uwagi"
SECTION = "Sekcja"
GOES_ON = "Opis (ciąg dalszy)"
REASON_GOES_ON = "Przyczyna korekty (ciąg dalszy)"
TERMS = "Warunki płatności"
LEGAL_NOTE = "Adnotacja"


def split_text(text, size):
    """Return pieces of ``text`` of at most ``size`` characters, cut between words where
    there are any; white space counts as one space, as in the schema (*token*).
    """
    return _pieces(re.sub(r"[ \t\r\n]+", " ", text or ""), size)


def _pieces(text, size):
    text = text.strip(" \t\r\n")
    if len(text) <= size:
        return [text] if text else []
    return textwrap.wrap(
        text, size, replace_whitespace=False, break_on_hyphens=False, expand_tabs=False
    )


def plain_text(html):
    """Return the text of an HTML field, its links in brackets and not as footnotes."""
    return html2plaintext(html or "", include_references=False).strip()


class AccountMove(models.Model):
    """Texts (*DodatkowyOpis*, *StopkaFaktury*): nothing that was written is cut."""

    _inherit = "account.move"

    def _l10n_pl_ksef_notes(self):
        """*DodatkowyOpis*: what is said of a line, of payment, and what no footer had
        room for.
        """
        _footers, rest = self._l10n_pl_ksef_narration()
        terms = self.invoice_payment_term_id.note
        is_correction = self._l10n_pl_ksef_is_correction()
        reason = self._l10n_pl_ksef_reason() if is_correction else ""
        told = [
            *self._l10n_pl_ksef_line_notes(),
            (None, REASON_GOES_ON, " ".join(split_text(reason, VALUE)[1:])),
            (None, LEGAL_NOTE, plain_text(self.fiscal_position_id.note)),
            (None, TERMS, plain_text(terms) if self._l10n_pl_ksef_asks_pay() else ""),
            (None, REMARK, " ".join(rest)),
        ]
        return [
            fa3.Note(line_number=number, key=key, value=piece)
            for number, key, text in told
            for piece in split_text(text, VALUE)
        ]

    def _l10n_pl_ksef_asks_pay(self):
        return not self._l10n_pl_ksef_is_refund()

    def _l10n_pl_ksef_line_notes(self):
        """Return (number of the line, key, text) of what stands around lines.

        A section is told of its first line, a note of the line before it.
        """
        shown = self._l10n_pl_ksef_shown_lines()
        numbers = {line: number for number, line in enumerate(shown, 1)}
        told, last, sections = [], None, []
        for line in self.invoice_line_ids.sorted(lambda line: (line.sequence, line.id)):
            if line.display_type == "line_note":
                told.append((last, REMARK, line.name))
            elif line.display_type in ("line_section", "line_subsection"):
                sections.append(line.name)
            elif line in numbers:
                last = numbers[line]
                told += [(last, SECTION, name) for name in sections]
                name = self._l10n_pl_ksef_whole_name(line)
                told += [(last, GOES_ON, rest) for rest in split_text(name, P_7)[1:]]
                sections = []
        return told

    def _l10n_pl_ksef_narration(self):
        """Return (texts of footers, texts that no footer had room for): the company's
        own footer, and below it the terms and conditions of the invoice.
        """
        own = _pieces(self._l10n_pl_ksef_own_footer(), FOOTER)
        pieces = own + _pieces(plain_text(self.narration), FOOTER)
        return pieces[:FOOTERS], pieces[FOOTERS:]

    def _l10n_pl_ksef_own_footer(self):
        return self.company_id._l10n_pl_ksef_taxpayer().l10n_pl_ksef_footer or ""

    def _l10n_pl_ksef_footer(self):
        """*Stopka*: the company's numbers in other registers, and texts; None without
        any.
        """
        texts, _rest = self._l10n_pl_ksef_narration()
        numbers = self._l10n_pl_ksef_registers()
        if not any(numbers.values()) and not texts:
            return None
        return fa3.Footer(
            notes=[fa3.FooterNote(text=text) for text in texts],
            registries=[fa3.Registry(**numbers)] if any(numbers.values()) else [],
        )

    def _l10n_pl_ksef_registers(self):
        company = self.company_id._l10n_pl_ksef_taxpayer()
        return {
            "krs": company.l10n_pl_ksef_krs or None,
            "regon": company.l10n_pl_ksef_regon or None,
            "bdo": company.l10n_pl_ksef_bdo or None,
        }
