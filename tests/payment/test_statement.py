"""Money finds its invoice by the number in the title of the transfer."""

from decimal import Decimal
from unittest.mock import patch

from ...ksef_api.ksef_number import crc8
from ...models.payment.settle import Titles
from .case import PaymentCase


class StatementCase(PaymentCase):
    """Customers' invoices in KSeF, and the bank's transactions."""

    def sent(self, *prices, **values):
        """Return customer invoices that are in KSeF."""
        moves = self.env["account.move"]
        for price in prices:
            moves += self.invoice(("Usługa", 1, price, self.tax_23), **values)
        moves._l10n_pl_ksef_send()
        self.process(self.connection)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        return moves

    def transaction(self, title, amount, **values):
        """Return a transaction as an import of the bank's file makes it."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": "2027-01-05",
                "payment_ref": title,
                "amount": amount,
                **values,
            }
        )


class TestStatement(StatementCase):
    def setUp(self):
        super().setUp()
        self.one, self.two = self.sent(100, 200)
        self.number = self.one.l10n_pl_ksef_number

    def test_a_transfer_with_the_number_pays_the_invoice(self):
        line = self.transaction(f"{self.number} za usługę", 123)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.l10n_pl_ksef_match, "done")
        self.assertEqual(self.one.amount_residual, 0)
        self.assertEqual(line.partner_id, self.one.commercial_partner_id)

    def test_broken_lines_and_lost_hyphens_do_not_matter(self):
        mangled = self.number.replace("-", " ")
        line = self.transaction(f"zapłata {mangled[:17]}\n{mangled[17:]}", 123)
        self.assertTrue(line.is_reconciled)

    def test_a_part_is_a_part(self):
        line = self.transaction(self.number, 100)
        self.assertTrue(line.is_reconciled)
        self.assertAlmostEqual(self.one.amount_residual, 23)

    def test_what_is_too_much_stays_open_and_is_told(self):
        line = self.transaction(self.number, 130)
        self.assertEqual(self.one.amount_residual, 0)
        self.assertFalse(line.is_reconciled)
        _liquidity, suspense, _other = line._seek_for_lines()
        self.assertAlmostEqual(sum(suspense.mapped("balance")), -7)
        self.assertEqual(line.l10n_pl_ksef_match, "open")
        self.assertIn("More was paid", line.l10n_pl_ksef_match_remarks)

    def test_two_numbers_in_one_title_pay_both(self):
        line = self.transaction(f"{self.number} {self.two.l10n_pl_ksef_number}", 369)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((self.one + self.two).mapped("amount_residual"), [0, 0])

    def test_a_credit_note_that_is_netted_counts(self):
        credit = self.one._reverse_moves(
            [{"invoice_date": "2026-11-03", "ref": "Zwrot"}], cancel=False
        )
        credit.invoice_line_ids.price_unit = 40
        credit.action_post()
        credit._l10n_pl_ksef_send()
        self.process(self.connection)
        line = self.transaction(f"{self.number} {credit.l10n_pl_ksef_number}", 73.8)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.one.amount_residual, 0)
        self.assertEqual(credit.amount_residual, 0)

    def test_an_identifier_pays_its_invoices_with_their_amounts(self):
        identifier = self.env["l10n_pl_ksef.identifier"]._for_transfer(
            self.company,
            self.one.commercial_partner_id,
            [(m, m._l10n_pl_ksef_open_amount()) for m in self.one + self.two],
            purpose="collect",
        )
        identifier._make()
        line = self.transaction(f"faktury {identifier.number}", 369)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((self.one + self.two).mapped("amount_residual"), [0, 0])

    def test_a_mistyped_number_is_told(self):
        wrong = self.number[:-2] + ("00" if self.number[-2:] != "00" else "11")
        line = self.transaction(wrong, 123)
        self.assertEqual(line.l10n_pl_ksef_match, "mistyped")
        self.assertEqual(self.one.amount_residual, 123)

    def test_another_companys_invoice_is_not_touched(self):
        line = self.transaction(self.number, 123)
        self.assertEqual(line.company_id, self.company)
        other = self.transaction("5265877635-20270104-0100001AF629-D0", 5)
        self.assertFalse(other.is_reconciled)

    def test_money_that_goes_the_other_way_is_left(self):
        line = self.transaction(self.number, -123)
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.l10n_pl_ksef_match, "open")

    def test_a_currency_that_differs_is_left_to_a_person(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        line = self.transaction(
            self.number, 123, foreign_currency_id=euro.id, amount_currency=30
        )
        self.assertFalse(line.is_reconciled)
        self.assertIn("currency", line.l10n_pl_ksef_match_remarks)

    def test_two_in_a_currency_are_paid_to_the_cent_of_the_books(self):
        euro = self.euro_at(4.2513, "2026-10-30")
        moves = self.sent(10.01, 20.03, currency_id=euro.id)
        title = " ".join(moves.mapped("l10n_pl_ksef_number"))
        total = sum(moves.mapped("amount_total"))
        line = self.transaction(
            title, 155.55, foreign_currency_id=euro.id, amount_currency=total
        )
        self.assertTrue(line.is_reconciled, line.l10n_pl_ksef_match_remarks)
        self.assertEqual(moves.mapped("amount_residual"), [0, 0])
        self.assertAlmostEqual(sum(line.line_ids.mapped("balance")), 0)
        self.assertEqual(line.move_id.partner_id, self.customer)

    def test_what_a_person_has_booked_already_is_left_to_people(self):
        self.company.l10n_pl_ksef_match_statements = False
        line = self.transaction(self.number, 123)
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.company_data["default_account_revenue"]
        line.action_l10n_pl_ksef_match()
        self.assertEqual(self.one.amount_residual, 123)
        self.assertEqual(line.l10n_pl_ksef_match, "open")

    def test_without_the_setting_a_button_does_it(self):
        self.company.l10n_pl_ksef_match_statements = False
        line = self.transaction(self.number, 123)
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.l10n_pl_ksef_match, "open")
        line.action_l10n_pl_ksef_match()
        self.assertTrue(line.is_reconciled)

    def test_other_titles_are_left_alone(self):
        line = self.transaction("czynsz za styczeń", 123)
        self.assertFalse(line.l10n_pl_ksef_match)
        self.assertFalse(line.is_reconciled)

    def test_a_bill_that_we_pay_is_found_as_well(self):
        bill = self.vendor_bills({"number": "FV/1"})
        line = self.transaction(bill.l10n_pl_ksef_number, -246)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(bill.amount_residual, 0)


class TestWholeStatement(StatementCase):
    """Ten transactions of a bank's file, created at once, as an import does."""

    def setUp(self):
        super().setUp()
        self.moves = self.sent(100, 200, 300, 400, 500, 600, 700, 800)
        self.numbers = self.moves.mapped("l10n_pl_ksef_number")
        self.first = self.identifier(self.moves[2:4])
        self.second = self.identifier(self.moves[4:6], [123, 100])

    def identifier(self, moves, amounts=None):
        opens = amounts or [move._l10n_pl_ksef_open_amount() for move in moves]
        parts = [
            (move, Decimal(str(amount)))
            for move, amount in zip(moves, opens, strict=True)
        ]
        identifier = self.env["l10n_pl_ksef.identifier"]._for_transfer(
            self.company, self.customer, parts, purpose="collect"
        )
        identifier._make()
        return identifier.number

    def broken(self, number):
        """Return a number as banks break it: two lines, without hyphens."""
        plain = number.replace("-", "")
        return f"{plain[:20]}\n{plain[20:]}"

    def statement(self):
        mistyped = self.numbers[7][:-2]
        mistyped += "00" if self.numbers[7][-2:] != "00" else "11"
        nobodys = "5265877635-20270104-0100001AF629"
        nobodys += f"-{crc8(nobodys.encode()):02X}"
        rows = [
            (f"{self.numbers[0]} za usługę", 123.0),
            (f"FV {self.broken(self.numbers[1])}", 246.0),
            (self.first, 861.0),
            (f"IDENTYFIKATOR {self.broken(self.second)} DZIEKUJEMY", 223.0),
            (f"{self.numbers[6]} rata 1", 400.0),
            (f"{self.numbers[6]} rata 2", 461.0),
            (f"{self.numbers[4]} {self.numbers[5]}", 1130.0),
            (f"{self.numbers[0]} drugi raz", 123.0),
            (mistyped, 984.0),
            (nobodys, 984.0),
        ]
        return self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.bank.id,
                    "date": "2027-01-05",
                    "payment_ref": title,
                    "amount": amount,
                }
                for title, amount in rows
            ]
        )

    def test_what_is_right_is_matched_and_what_is_not_is_told(self):
        lines = self.statement()
        self.assertEqual(
            lines.mapped("l10n_pl_ksef_match"),
            ["done"] * 7 + ["open", "mistyped", "open"],
        )
        self.assertEqual(
            lines.mapped("is_reconciled"), [True] * 7 + [False, False, False]
        )
        self.assertTrue(all(lines[7:].mapped("l10n_pl_ksef_match_remarks")))

    def test_one_that_cannot_be_booked_stops_no_other(self):
        """As when the bill of one of them is to be approved first."""
        real = type(self.env["account.move.line"])._reconcile_plan
        kept = self.moves[1]

        def refusing(lines, plan):
            if kept in (items.move_id & kept for items in plan):
                raise ValueError("Not this one.")
            return real(lines, plan)

        with patch.object(
            type(self.env["account.move.line"]), "_reconcile_plan", refusing
        ):
            lines = self.statement()
        matches = lines.mapped("l10n_pl_ksef_match")
        self.assertEqual(matches[:7], ["done", "open", *["done"] * 5])
        self.assertEqual(lines[1].l10n_pl_ksef_match_remarks, "Not this one.")
        _liquidity, suspense, other = lines[1]._seek_for_lines()
        self.assertTrue(suspense)
        self.assertFalse(other)
        self.assertEqual(kept.amount_residual, 246)

    def test_each_invoice_is_paid_what_its_titles_say(self):
        self.statement()
        left = [round(move.amount_residual, 2) for move in self.moves]
        self.assertEqual(left, [0, 0, 0, 0, 0, 0, 0, 984.0])

    def test_it_takes_the_same_searches_however_many_lines(self):
        env = self.env(context={**self.env.context, "tracking_disable": True})
        lines = self.statement().with_env(env)
        texts = lines.mapped("payment_ref")
        self.env.flush_all()
        self.env.invalidate_all()
        Titles(env, texts)
        # One with a number, one with an identifier.
        counts = []
        for some in (texts[1:3], texts):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Titles(env, some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_the_number_of_an_invoice_is_found_by_its_index(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'account_move' "
            "AND indexdef LIKE '%%(l10n_pl_ksef_number)%%'"
        )
        self.assertTrue(self.env.cr.fetchall())


class TestReference(StatementCase):
    def test_customers_are_asked_for_the_number_once_it_is_known(self):
        move = self.sent(100)
        self.assertEqual(move.payment_reference, move.l10n_pl_ksef_number)

    def test_the_paper_asks_for_the_number_as_title(self):
        move = self.sent(100)
        reports = self.env["ir.actions.report"]
        html = reports._render_qweb_html("account.account_invoices", move.ids)[0]
        number = move.l10n_pl_ksef_number
        asked = r"As title of your transfer please give:\s*<span[^>]*>" + number
        self.assertRegex(html.decode(), asked)
        self.assertNotIn("Payment Communication", html.decode())

    def test_the_paper_asks_for_the_companys_own_reference_as_odoo_does(self):
        self.company.l10n_pl_ksef_number_as_reference = False
        move = self.sent(100)
        reports = self.env["ir.actions.report"]
        html = reports._render_qweb_html("account.account_invoices", move.ids)[0]
        self.assertIn("Payment Communication", html.decode())
        self.assertNotIn("As title of your transfer", html.decode())

    def test_a_company_may_keep_its_own_references(self):
        self.company.l10n_pl_ksef_number_as_reference = False
        move = self.sent(100)
        self.assertNotEqual(move.payment_reference, move.l10n_pl_ksef_number)

    def test_one_number_for_all_open_invoices_of_a_customer(self):
        moves = self.sent(100, 200)
        action = self.customer.with_company(self.company).action_l10n_pl_ksef_collect()
        identifier = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(identifier.line_ids.move_id, moves)
        self.assertAlmostEqual(identifier.amount, 369)
