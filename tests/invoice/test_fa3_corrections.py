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

    # --- reason, effect, day of supply ---------------------------------------

    def reverse(self, original, reason=False, **values):
        """Return the draft that Odoo's window makes to correct ``original``."""
        window = self.env["account.move.reversal"].create(
            {
                "move_ids": original.ids,
                "journal_id": original.journal_id.id,
                "reason": reason,
                **values,
            }
        )
        return self.env["account.move"].browse(window.reverse_moves()["res_id"])

    def posted(self, move):
        move.action_post()
        return move

    def correction(self, move):
        return self.document(move).body.correction

    def test_the_reason_is_what_the_person_typed(self):
        note = self.posted(self.reverse(self.invoice(), "Zwrot, uszkodzony towar"))
        self.assertNotEqual(note.ref, "Zwrot, uszkodzony towar")
        self.assertEqual(self.correction(note).reason, "Zwrot, uszkodzony towar")

    def test_the_words_of_the_window_are_no_reason(self):
        note = self.posted(self.reverse(self.invoice()))
        self.assertIsNone(self.correction(note).reason)

    def test_a_reason_that_begins_with_the_number_is_read_behind_it(self):
        original = self.invoice()
        move = self.invoice(
            l10n_pl_ksef_corrected_ids=[Command.set(original.ids)],
            ref=f"{original.name}, Podwyżka",
        )
        self.assertEqual(self.correction(move).reason, "Podwyżka")

    def test_a_correction_counts_when_its_kind_does_unless_somebody_says_else(self):
        original = self.invoice()
        note = self.posted(self.reverse(original))
        self.assertEqual(self.correction(note).effect.value, "2")
        up = self.invoice(l10n_pl_ksef_corrected_ids=[Command.set(original.ids)])
        self.assertEqual(up.l10n_pl_ksef_correction_effect, "1")
        up.l10n_pl_ksef_correction_effect = "2"
        self.assertEqual(self.correction(up).effect.value, "2")

    def test_the_day_of_supply_is_carried_over(self):
        original = self.invoice(taxable_supply_date="2026-10-30")
        note = self.posted(self.reverse(original))
        self.assertEqual(str(self.document(note).body.sale_date), "2026-10-30")

    # --- split payment -------------------------------------------------------

    def steel(self, net, **values):
        product = self.env["product.product"].create(
            {"name": "Stal", "l10n_pl_ksef_annex15": True, "default_code": "S"}
        )
        move = self.invoice(("Stal", 1, net, self.tax_23), post=False, **values)
        move.invoice_line_ids.product_id = product
        move.invoice_line_ids.write(
            {"price_unit": net, "tax_ids": [Command.set(self.tax_23.ids)]}
        )
        return self.posted(move)

    def marks(self, move):
        return self.document(move).body.annotations.split_payment

    def test_split_payment_follows_the_sum_after_an_increase(self):
        original = self.steel(20000)
        self.assertTrue(self.marks(original))
        up = self.invoice(
            ("Dopłata", 1, 500, self.tax_23),
            l10n_pl_ksef_corrected_ids=[Command.set(original.ids)],
        )
        self.assertEqual(up.amount_total, 615)
        self.assertTrue(self.marks(up))

    def test_split_payment_follows_the_sum_after_a_partial_credit_note(self):
        for taken_back, marked in ((500, True), (10000, False)):
            note = self.reverse(self.steel(20000))
            note.invoice_line_ids.price_unit = taken_back
            self.assertEqual(self.marks(self.posted(note)), marked)

    def test_split_payment_by_choice_is_kept_in_the_correction(self):
        original = self.invoice()
        original.l10n_pl_ksef_split_payment = True
        self.assertTrue(self.marks(self.posted(self.reverse(original))))

    # --- too much ------------------------------------------------------------

    def test_credit_notes_that_take_back_more_than_the_original_are_told(self):
        original = self.invoice()
        first = self.posted(self.reverse(original))
        self.assertFalse(first._l10n_pl_ksef_faults())
        second = original._reverse_moves([{"invoice_date": "2026-11-03"}])
        second.action_post()
        (problem,) = second._l10n_pl_ksef_problems()
        self.assertIn("together take back", problem.text)
        self.assertIn(original.name, problem.text)
        self.assertEqual(problem.record, second)

    def test_what_was_raised_may_be_taken_back(self):
        original = self.invoice()
        self.invoice(l10n_pl_ksef_corrected_ids=[Command.set(original.ids)])
        for _time in range(2):
            note = original._reverse_moves([{"invoice_date": "2026-11-03"}])
            note.action_post()
            self.assertFalse(note._l10n_pl_ksef_faults())
