"""What is in KSeF stays as it is, by whatever way somebody wants to change it."""

from odoo import Command
from odoo.exceptions import UserError

from ..common import KsefCase


class TestLock(KsefCase):
    def setUp(self):
        super().setUp()
        connection = self.connect()
        self.move = self.invoice()
        self.move._l10n_pl_ksef_send()
        self.process(connection)
        self.assertEqual(self.move.l10n_pl_ksef_state, "accepted")

    def assertLocked(self):
        return self.assertRaisesRegex(UserError, "only be corrected by a credit note")

    def test_it_cannot_be_reset_to_draft(self):
        with self.assertLocked():
            self.move.button_draft()

    def test_it_cannot_be_deleted(self):
        with self.assertLocked():
            self.move.with_context(force_delete=True).unlink()

    def test_its_number_cannot_be_changed(self):
        with self.assertLocked():
            self.move.name = "FV/INNY/1"

    def test_it_cannot_be_resequenced(self):
        wizard = self.env["account.resequence.wizard"].create(
            {
                "move_ids": [Command.set(self.move.ids)],
                "first_name": "FV/2026/00077",
            }
        )
        with self.assertLocked():
            wizard.resequence()

    def test_its_dates_terms_and_customer_cannot_be_changed(self):
        for values in (
            {"invoice_date": "2026-11-03"},
            {"delivery_date": "2026-11-03"},
            {"partner_id": self.supplier.id},
            {"invoice_date_due": "2027-01-31"},
            {"invoice_currency_rate": 2},
            {"ref": "inny numer"},
            {"narration": "inne warunki"},
            {"state": "draft"},
            {"l10n_pl_ksef_is_outside": True},
        ):
            with self.subTest(values), self.assertLocked():
                self.move.write(values)

    def test_its_marks_and_what_it_corrects_cannot_be_changed(self):
        other = self.invoice()
        for values in (
            {"l10n_pl_ksef_split_payment": True},
            {"l10n_pl_ksef_order_numbers": "ZAM/1"},
            {"l10n_pl_ksef_order_date": "2026-11-01"},
            {"l10n_pl_ksef_contract_date": "2026-11-01"},
            {"l10n_pl_ksef_payment_method": "1"},
            {"l10n_pl_ksef_corrected_ids": [Command.set(other.ids)]},
        ):
            with self.subTest(values), self.assertLocked():
                self.move.write(values)
        # What does not change is no change.
        self.move.write({"l10n_pl_ksef_corrected_ids": [Command.clear()]})

    def test_its_lines_cannot_be_changed_or_deleted(self):
        line = self.move.invoice_line_ids
        with self.assertLocked():
            line.name = "Inna usługa"
        with self.assertRaises(UserError):  # Odoo's own refusal
            self.move.write(
                {"invoice_line_ids": [Command.update(line.id, {"name": "Inna"})]}
            )
        with self.assertLocked():
            line.with_context(force_delete=True, dynamic_unlink=True).unlink()

    def test_no_note_is_added_to_it(self):
        note = {"display_type": "line_note", "name": "Uwaga", "move_id": self.move.id}
        with self.assertLocked():
            self.env["account.move.line"].create(note)

    def test_the_same_values_may_be_written_again(self):
        self.move.write({"name": self.move.name, "delivery_date": False})

    def test_what_is_not_in_the_document_stays_free(self):
        self.move.write({"invoice_user_id": False, "payment_reference": "moje"})
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        payment.create({})._create_payments()
        self.assertIn(self.move.payment_state, ("paid", "in_payment"))

    def test_a_rejected_invoice_can_be_corrected(self):
        self.move.l10n_pl_ksef_document_ids.sudo().state = "rejected"
        self.move.button_draft()
        self.assertEqual(self.move.state, "draft")
