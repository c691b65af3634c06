"""Collective identifiers: made once for a transfer, whatever becomes of the answer."""

from unittest.mock import patch

from odoo.exceptions import UserError

from ...ksef_api.errors import NoAnswer, RateLimited
from ...models.payment import identifier_make
from .case import AFTER, PaymentCase


class TestIdentifier(PaymentCase):
    def setUp(self):
        super().setUp()
        self.bills = self.vendor_bills(
            {"number": "FV/1"}, {"number": "FV/2", "net": "50.00"}, {"number": "FV/3"}
        )
        self.identifiers = self.env["l10n_pl_ksef.identifier"].sudo()

    def refused(self, bills, **values):
        """Return why the window did not pay; what it committed before stays."""
        try:
            self.pay(bills, **values)
        except UserError as error:
            return str(error)
        return self.fail("It was paid.")

    def in_ksef(self):
        """Return the numbers that KSeF has made."""
        calls = self.connection._call(
            lambda client: list(
                client.collective_identifiers_of(self.bills[0].l10n_pl_ksef_number)
            )
        )
        return [item.number for item in calls]

    def calls_lost(self, after):
        """Return a patch: the answer to making is lost, ``after`` KSeF carried it out
        or before.
        """
        original = type(self.connection)._call

        def call(connection, function):
            if "create_collective_identifier" not in function.__code__.co_names:
                return original(connection, function)
            if after:
                original(connection, function)
            raise NoAnswer(sent=True)

        return patch.object(type(self.connection), "_call", call)

    def test_several_bills_of_a_vendor_are_paid_with_one_identifier(self):
        payment = self.pay(self.bills, group_payment=True)
        identifier = payment.l10n_pl_ksef_identifier_id
        self.assertEqual(self.in_ksef(), [identifier.number])
        self.assertEqual(payment.memo[:35], identifier.number)
        self.assertEqual(identifier.state, "made")
        self.assertEqual(
            {line.move_id: line.amount for line in identifier.line_ids},
            {bill: bill.amount_total for bill in self.bills},
        )

    def test_the_window_says_that_it_will_be_made_and_makes_nothing(self):
        window = self.window(self.bills, group_payment=True)
        self.assertIn("will be made", window.l10n_pl_ksef_transfers)
        self.assertFalse(self.identifiers.search([]))
        self.assertFalse(self.in_ksef())

    def test_parts_are_told_with_their_amounts(self):
        payment = self.pay(
            self.bills,
            group_payment=True,
            amount=300,
            payment_difference_handling="open",
        )
        amounts = payment.l10n_pl_ksef_identifier_id.line_ids.mapped("amount")
        self.assertEqual(amounts, [246.0, 54.0])

    def test_an_unused_identifier_of_the_same_bills_is_used_again(self):
        payment = self.pay(self.bills, group_payment=True)
        identifier = payment.l10n_pl_ksef_identifier_id
        payment.action_draft()
        payment.action_cancel()
        again = self.pay(self.bills, group_payment=True)
        self.assertEqual(again.l10n_pl_ksef_identifier_id, identifier)
        self.assertEqual(len(self.in_ksef()), 1)

    def test_other_amounts_are_another_identifier(self):
        first = self.pay(self.bills[:2], group_payment=True)
        first.action_draft()
        first.action_cancel()
        second = self.pay(
            self.bills[:2],
            group_payment=True,
            amount=250,
            payment_difference_handling="open",
        )
        self.assertNotEqual(
            first.l10n_pl_ksef_identifier_id, second.l10n_pl_ksef_identifier_id
        )

    def test_while_another_process_makes_one_none_is_made(self):
        with patch.object(identifier_make, "advisory_lock") as lock:
            lock.return_value.__enter__.return_value = False
            told = self.refused(self.bills, group_payment=True)
        self.assertIn("being made right now", told)
        self.assertFalse(self.identifiers.search([]))
        self.assertFalse(self.in_ksef())

    def test_after_a_lost_answer_ksef_is_asked_and_no_second_one_is_made(self):
        with self.calls_lost(after=True):
            self.assertIn("answer", self.refused(self.bills, group_payment=True))
        identifier = self.identifiers.search([])
        self.assertEqual(identifier.state, "unknown")
        self.assertFalse(self.bills.matched_payment_ids)
        payment = self.pay(self.bills, group_payment=True)
        self.assertEqual(payment.l10n_pl_ksef_identifier_id, identifier)
        self.assertEqual(self.in_ksef(), [identifier.number])

    def test_the_cron_finds_what_was_made_and_makes_nothing(self):
        with self.calls_lost(after=True):
            self.refused(self.bills, group_payment=True)
        self.identifiers._cron_look_up()
        identifier = self.identifiers.search([])
        self.assertEqual(
            (identifier.state, identifier.number), ("made", *self.in_ksef())
        )

    def test_what_ksef_never_got_is_made_when_a_person_asks_again(self):
        with self.calls_lost(after=False):
            self.refused(self.bills, group_payment=True)
        identifier = self.identifiers.search([])
        self.refused(self.bills, group_payment=True)  # a late one may still come
        identifier.asked_at = "2026-01-01 00:00:00"
        self.identifiers._cron_look_up()
        self.assertEqual(identifier.state, "draft")
        self.assertFalse(self.in_ksef())
        self.pay(self.bills, group_payment=True)
        self.assertEqual(len(self.in_ksef()), 1)

    def test_an_identifier_of_other_invoices_is_not_taken_for_ours(self):
        parts = [(bill, bill._l10n_pl_ksef_open_amount()) for bill in self.bills[:2]]
        known = self.identifiers._for_transfer(self.company, self.supplier, parts)
        known._make()
        self.assertEqual(known.state, "made")
        with self.calls_lost(after=False):
            self.refused(self.bills[0] + self.bills[2], group_payment=True)
        known.number = False  # as if somebody had made it outside Odoo
        lost = self.identifiers.search([]) - known
        lost._look_up()
        self.assertEqual(lost.state, "unknown")

    def test_a_limit_of_calls_leaves_nothing_undecided(self):
        limited = RateLimited(retry_after=30)
        with patch.object(type(self.connection), "_call", side_effect=limited):
            self.refused(self.bills, group_payment=True)
        self.assertEqual(self.identifiers.search([]).state, "draft")

    def test_what_ksef_refuses_is_told_and_nothing_is_paid(self):
        self.env.cr.execute(
            "UPDATE account_move SET l10n_pl_ksef_number = %s WHERE id = %s",
            [f"{self.supplier_nip}-20261121-0000000000AA-00", self.bills[1].id],
        )
        self.env.invalidate_all()
        self.assertIn("not made", self.refused(self.bills, group_payment=True))
        self.assertEqual(self.identifiers.search([]).state, "failed")
        self.assertFalse(self.bills.matched_payment_ids)

    def test_registered_by_code_nothing_is_made_on_the_way(self):
        window = self.window(self.bills, group_payment=True)
        payment = window._create_payments()
        self.assertFalse(payment.l10n_pl_ksef_identifier_id)
        self.assertFalse(self.in_ksef())

    def test_what_ksef_has_is_never_deleted(self):
        payment = self.pay(self.bills, group_payment=True)
        with self.assertRaises(UserError):
            payment.l10n_pl_ksef_identifier_id.sudo().unlink()

    def test_a_billing_user_pays_with_an_identifier(self):
        windows = self.env["account.payment.register"].with_user(self.new_user("kasia"))
        windows.with_context(
            active_model="account.move", active_ids=self.bills.ids
        ).create(
            {"group_payment": True, "payment_date": AFTER}
        ).action_create_payments()
        self.assertEqual(len(self.in_ksef()), 1)
