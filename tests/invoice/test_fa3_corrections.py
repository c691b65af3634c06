"""Corrections of every kind, with and without the original in Odoo."""

from odoo import Command

from ...ksef_api import fa3
from .case import Fa3Case


class TestFa3Corrections(Fa3Case):
    def credit_note(self, **values):
        move = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": "2026-11-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Rabat",
                            "price_unit": 50,
                            "tax_ids": [Command.set(self.tax_23.ids)],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def test_a_whole_invoice_is_corrected_to_zero(self):
        original = self.invoice()
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": original.ids,
                "journal_id": original.journal_id.id,
                "reason": "Zwrot towaru",
            }
        )
        wizard.reverse_moves()
        note = original.reversal_move_ids
        note.action_post()
        body = self.document(note).body
        self.assertEqual(body.kind, fa3.InvoiceKind.CORRECTION)
        self.assertEqual(body.correction.invoices[0].number, original.name)
        self.assertEqual(body.total, -self.document(original).body.total)

    def test_an_original_that_is_not_in_odoo_is_entered(self):
        number = "5265877635-20260201-0123456789AB-5C"
        move = self.credit_note(
            l10n_pl_ksef_original_number="FV/1/2026",
            l10n_pl_ksef_original_date="2026-02-01",
            l10n_pl_ksef_correction_reason="Rabat",
            l10n_pl_ksef_correction_effect="2",
        )
        correction = self.document(move).body.correction
        self.assertEqual(correction.invoices[0].number, "FV/1/2026")
        self.assertIsNone(correction.invoices[0].ksef_number)
        self.assertEqual(correction.effect.value, "2")
        move.l10n_pl_ksef_original_ksef_number = number[:-1] + "0"
        texts = " ".join(p.text for p in move._l10n_pl_ksef_problems())
        self.assertIn("checksum", texts)

    def test_one_note_corrects_the_invoices_of_a_period(self):
        first, second = self.invoice(), self.invoice()
        move = self.credit_note(
            l10n_pl_ksef_corrected_ids=[Command.set((first | second).ids)],
            l10n_pl_ksef_correction_period="październik 2026",
        )
        correction = self.document(move).body.correction
        numbers = {invoice.number for invoice in correction.invoices}
        self.assertEqual(numbers, {first.name, second.name})
        self.assertEqual(correction.period, "październik 2026")

    def test_an_increase_is_a_correction_with_positive_amounts(self):
        original = self.invoice()
        move = self.invoice(
            l10n_pl_ksef_corrected_ids=[Command.set(original.ids)],
            l10n_pl_ksef_correction_reason="Podwyższenie ceny",
        )
        body = self.document(move).body
        self.assertEqual(body.kind, fa3.InvoiceKind.CORRECTION)
        self.assertGreater(body.total, 0)

    def test_an_increase_of_an_invoice_that_is_not_in_odoo(self):
        move = self.invoice(
            l10n_pl_ksef_original_number="FV/1/2026",
            l10n_pl_ksef_original_date="2026-02-01",
        )
        body = self.document(move).body
        self.assertEqual(body.kind, fa3.InvoiceKind.CORRECTION)
        self.assertEqual(body.correction.invoices[0].number, "FV/1/2026")
        self.assertGreater(body.total, 0)

    def test_a_correction_can_itself_be_corrected(self):
        note = self.credit_note(
            l10n_pl_ksef_corrected_ids=[Command.set(self.invoice().ids)]
        )
        move = self.invoice(l10n_pl_ksef_corrected_ids=[Command.set(note.ids)])
        correction = self.document(move).body.correction
        self.assertEqual(correction.invoices[0].number, note.name)

    def test_without_an_original_it_is_asked_for(self):
        texts = " ".join(p.text for p in self.credit_note()._l10n_pl_ksef_problems())
        self.assertIn("names no corrected invoice", texts)
