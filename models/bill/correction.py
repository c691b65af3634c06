"""The bills that a correcting invoice (*KOR*) or a settlement (*ROZ*) refers to."""

from odoo import fields, models

PURCHASES = ("in_invoice", "in_refund")
MOST_LINKS = 500


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_corrected_ids = fields.Many2many(
        "account.move",
        "l10n_pl_ksef_correction_rel",
        "correction_id",
        "original_id",
        string="Corrected Bills",
        readonly=True,
        copy=False,
        help="Bills that this one, from KSeF, corrects or settles.",
    )

    def _l10n_pl_ksef_import_correction(self, bill_import):
        """Link the bills that the document corrects, and the advances it settles."""
        body = bill_import.body
        references = []
        if body.correction:
            references += [
                (row.ksef_number, row.number) for row in body.correction.invoices
            ]
        references += [(row.ksef_number, row.number) for row in body.advance_invoices]
        if not references:
            return
        found = self._l10n_pl_ksef_bills_by_reference(references)
        originals = self.browse().union(*(found[key] for key in found))
        self.l10n_pl_ksef_corrected_ids = originals
        if body.correction and len(originals) == 1 and self.move_type == "in_refund":
            self.reversed_entry_id = originals
        self._l10n_pl_ksef_note_correction(bill_import, references, found)

    def _l10n_pl_ksef_bills_by_reference(self, references):
        """Return ``{(KSeF number, number): bill}`` of those that are in the books."""
        references = references[:MOST_LINKS]
        domain = [
            ("company_id", "=", self.company_id.id),
            ("move_type", "in", PURCHASES),
            ("state", "!=", "cancel"),
            ("id", "!=", self.id),
        ]
        ksef_numbers = [ksef for ksef, _number in references if ksef]
        numbers = [number for _ksef, number in references if number]
        by_ksef = self.search([*domain, ("l10n_pl_ksef_number", "in", ksef_numbers)])
        vendor = self.partner_id.commercial_partner_id
        by_number = self.search(
            [
                *domain,
                ("commercial_partner_id", "=", vendor.id),
                ("ref", "in", numbers),
            ],
            order="invoice_date DESC, id DESC",
        )
        by_ksef = {move.l10n_pl_ksef_number: move for move in by_ksef}
        by_number = {move.ref: move for move in reversed(by_number)}
        pairs = {
            key: by_ksef.get(key[0]) or by_number.get(key[1]) for key in references
        }
        return {key: move for key, move in pairs.items() if move}

    def _l10n_pl_ksef_note_correction(self, bill_import, references, found):
        correction = bill_import.body.correction
        if correction and correction.reason:
            bill_import.notes.append(
                self.env._("Corrected because: %s.", correction.reason)
            )
        missing = [number or ksef for ksef, number in references]
        missing = [
            name
            for name, key in zip(missing, references, strict=True)
            if key not in found
        ]
        if missing:
            bill_import.notes.append(
                self.env._(
                    "Refers to invoices that are not in the books: %s.",
                    ", ".join(missing[:20]),
                )
            )
