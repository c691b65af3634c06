"""The bills that a correcting invoice (*KOR*) or a settlement (*ROZ*) refers to."""

from odoo import Command, models

PURCHASES = ("in_invoice", "in_refund")
MOST_LINKS = 500


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_import_correction(self, bill_import):
        """Return links to what the document corrects, and to advances it settles."""
        body = bill_import.body
        references = []
        if body.correction:
            references += [
                (row.ksef_number, row.number) for row in body.correction.invoices
            ]
        references += [(row.ksef_number, row.number) for row in body.advance_invoices]
        if not references:
            return {}
        found = self._l10n_pl_ksef_bills_by_reference(references, bill_import)
        originals = self.browse().union(*(found[key] for key in found))
        self._l10n_pl_ksef_note_correction(bill_import, references, found)
        values = {"l10n_pl_ksef_corrected_ids": [Command.set(originals.ids)]}
        if body.correction and len(originals) == 1 and bill_import.sign < 0:
            values["reversed_entry_id"] = originals.id
        return values

    def _l10n_pl_ksef_bills_by_reference(self, references, bill_import):
        """Return ``{(KSeF number, number): bill}`` of those that are in the books."""
        references = references[:MOST_LINKS]
        domain = [
            ("company_id", "=", bill_import.company.id),
            ("move_type", "in", PURCHASES),
            ("state", "!=", "cancel"),
            ("id", "not in", self.ids),
        ]
        ksef_numbers = [ksef for ksef, _number in references if ksef]
        numbers = [number for _ksef, number in references if number]
        by_ksef = self.search([*domain, ("l10n_pl_ksef_number", "in", ksef_numbers)])
        vendor = bill_import.partner.commercial_partner_id
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
