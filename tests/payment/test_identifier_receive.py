"""Identifiers that customers make for our invoices come in by themselves."""

from unittest.mock import patch

from ...ksef_api.collective import CollectiveMember
from .test_statement import StatementCase


class TestIdentifierReceive(StatementCase):
    def setUp(self):
        super().setUp()
        self.one, self.two, self.three = self.sent(100, 200, 300)
        self.identifiers = self.env["l10n_pl_ksef.identifier"].sudo()
        buyer = self.env["res.company"].create(
            {
                "name": "Odbiorca S.A.",
                "vat": self.customer.vat,
                "country_id": self.env.ref("base.pl").id,
            }
        )
        self.buyer = self.connect(buyer)

    def customer_makes(self, *moves, amounts=True):
        """Return the number that the customer made for ``moves`` in KSeF."""
        members = [
            CollectiveMember(
                move.l10n_pl_ksef_number,
                move._l10n_pl_ksef_open_amount() if amounts else None,
                "PLN" if amounts else None,
            )
            for move in moves
        ]
        return self.buyer._call(
            lambda client: client.create_collective_identifier(members)
        )

    def receive_identifiers(self):
        self.identifiers._receive_of(self.connection)
        return self.identifiers.search([("company_id", "=", self.company.id)])

    def test_they_come_in_with_members_and_amounts(self):
        number = self.customer_makes(self.one, self.two)
        identifier = self.receive_identifiers()
        self.assertEqual((identifier.number, identifier.purpose), (number, "customer"))
        self.assertEqual(identifier.line_ids.move_id, self.one + self.two)
        self.assertAlmostEqual(identifier.amount, 369)
        self.assertEqual(identifier.partner_id, self.customer)

    def test_each_comes_in_once(self):
        self.customer_makes(self.one, self.two)
        self.receive_identifiers()
        self.assertEqual(len(self.receive_identifiers()), 1)

    def test_what_came_in_reconciles_the_transfer_that_carries_it(self):
        number = self.customer_makes(self.one, self.three)
        self.receive_identifiers()
        line = self.transaction(f"{number} dziękujemy", 492)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((self.one + self.three).mapped("amount_residual"), [0, 0])
        self.assertEqual(self.two.amount_residual, 246)

    def test_without_amounts_the_invoices_are_paid_whole(self):
        number = self.customer_makes(self.one, self.two, amounts=False)
        self.receive_identifiers()
        self.assertTrue(self.transaction(number, 369).is_reconciled)

    def test_our_own_are_not_taken_for_a_customers(self):
        self.customer.action_l10n_pl_ksef_collect()
        self.assertEqual(self.receive_identifiers().mapped("purpose"), ["collect"])

    def test_one_question_asks_for_all_that_is_new(self):
        for moves in ((self.one, self.two), (self.two, self.three)):
            self.customer_makes(*moves)
        before = self.calls("collectiveIdentifier")
        self.receive_identifiers()
        self.assertEqual(self.calls("collectiveIdentifier") - before, 2)

    def test_a_login_that_may_not_ask_asks_again_and_is_in_no_trouble(self):
        number = self.customer_makes(self.one, self.two)
        self.sandbox.fault(path="/collective-identifiers", status=403, times=4)
        with self.assertNoLogs(level="ERROR"):
            for _hour in range(2):
                self.identifiers._cron_receive()
                self.assertFalse(self.connection.trouble)
        self.assertFalse(self.connection.identifiers_until)
        self.identifiers._cron_receive()
        identifier = self.identifiers.search([("number", "=", number)])
        self.assertEqual(identifier.company_id, self.company)

    def test_a_fault_leaves_no_gap(self):
        self.customer_makes(self.one, self.two)
        with (
            patch.object(type(self.identifiers), "_take", side_effect=OSError),
            self.assertRaises(OSError),
        ):
            self.identifiers._receive_of(self.connection)
        self.assertFalse(self.connection.identifiers_until)
        self.assertEqual(len(self.receive_identifiers()), 1)
