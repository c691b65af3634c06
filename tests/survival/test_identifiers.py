"""Whoever dies while a collective identifier is made: never two for one payment."""

from contextlib import contextmanager

import psycopg2
import pytest
from harness import HOLD_SECONDS
from inbox import Inbox
from processes import Clerk

from tools import postgres

MAKE = r"/collective-identifiers$"
LOOK_UP = r"/collective-identifiers/ksef/"
MEMBERS = r"/collective-identifiers/invoices$"
CRON = "ir_cron_identifier"


class Payer:
    """A person who pays bills with one transfer, whose process may be killed."""

    def __init__(self, world, count=2):
        self.world = world
        inbox = Inbox(world)
        inbox.issued = len(inbox.ledger())
        known = set(inbox.ledger())
        inbox.issue(count)
        self.numbers = sorted(set(inbox.ledger()) - known)
        self.ids = world.clerk("bills", numbers=self.numbers)

    def pay(self):
        """Pay, and return the title."""
        (memo,) = self.world.clerk("pay", ids=self.ids)
        return memo

    @contextmanager
    def killed(self):
        """Inside, a process is at paying; it is killed in the end."""
        clerk = Clerk(self.world.name, self.world.log)
        clerk.begin("pay", ids=self.ids)
        yield

        clerk.stop()

    def killed_at(self, path, action):
        """Pay, and be killed while KSeF keeps the call."""
        sandbox = self.world.sandbox
        fault = sandbox.fault(
            method="POST", path=path, action=action, seconds=HOLD_SECONDS
        )
        with self.killed():
            self.world.wait_until_held(fault, lambda: None)

    def in_ksef(self):
        """Numbers in KSeF for these invoices."""
        found = self.world.sandbox.control("GET", "/collectives")["collectives"]
        return [
            one["number"] for one in found if set(one["invoices"]) & set(self.numbers)
        ]

    def row(self):
        """(state, number) of the one row for these bills."""
        (row,) = self.world.sql(
            "SELECT DISTINCT i.state, i.number FROM l10n_pl_ksef_identifier i "
            "JOIN l10n_pl_ksef_identifier_line line ON line.identifier_id = i.id "
            f"WHERE line.ksef_number = '{self.numbers[0]}'"
        )
        return row

    def payments(self):
        """How many payments were registered."""
        chosen = ", ".join(map(str, self.ids))
        ((count,),) = self.world.sql(
            "SELECT count(DISTINCT payment_id) FROM account_move__account_payment "
            f"WHERE invoice_id IN ({chosen})"
        )
        return count

    def let_time_pass(self):
        """What was asked for was long ago; the cron runs."""
        self.world.sql(
            "UPDATE l10n_pl_ksef_identifier "
            "SET asked_at = asked_at - interval '3 minutes' "
            "WHERE state IN ('making', 'unknown') "
            "AND asked_at > now() at time zone 'UTC' - interval '2 minutes'"
        )
        self.world.pass_time()
        self.world.wake((CRON,))

    def settle(self):
        """Let the cron find out what became of it."""

        def done():
            self.let_time_pass()
            return self.row()[0] in ("draft", "made")

        self.world.wait_until(done, "the identifier", self.row)

    def check(self):
        """It is paid once, with the one number that KSeF made for it."""
        memo = self.pay()
        (number,) = self.in_ksef()
        assert memo.startswith(number)
        assert self.row() == ("made", number)
        assert self.payments() == 1


@pytest.fixture
def payer(world):
    return Payer(world)


@pytest.mark.parametrize(
    ("action", "made", "state"),
    [("hold_before", 0, "draft"), ("hold_after", 1, "made")],
)
def test_killed_while_ksef_makes_it(payer, action, made, state):
    payer.killed_at(MAKE, action)
    payer.settle()
    # The cron has looked, and made none.
    assert (len(payer.in_ksef()), payer.row()[0]) == (made, state)
    assert payer.payments() == 0
    payer.check()


@pytest.mark.parametrize("action", ["hold_before", "hold_after"])
def test_killed_and_paid_again_at_once(payer, action):
    payer.killed_at(MAKE, action)
    if action == "hold_before":
        with pytest.raises(RuntimeError, match="did not answer"):
            payer.pay()
        assert not payer.in_ksef()
        payer.settle()
    payer.check()


@pytest.mark.parametrize("path", [LOOK_UP, MEMBERS])
def test_killed_while_ksef_is_asked_what_became_of_it(payer, path):
    payer.killed_at(MAKE, "hold_after")
    world = payer.world
    fault = world.sandbox.fault(path=path, action="hold_after", seconds=HOLD_SECONDS)
    world.wait_until_held(fault, payer.let_time_pass)
    world.servers.kill_caller(world.sandbox.held(fault))
    payer.settle()
    assert payer.row()[0] == "made"
    payer.check()


def test_killed_when_it_is_made_and_not_paid_yet(payer):
    with psycopg2.connect(
        dbname=payer.world.name,
        host=str(postgres.socket_folder()),
        user=postgres.USER,
    ) as connection:
        # Nobody gets as far as a payment.
        connection.cursor().execute("LOCK TABLE account_payment IN EXCLUSIVE MODE")
        with payer.killed():
            payer.world.wait_until(
                lambda: payer.in_ksef() and payer.row()[0] == "made",
                "the number",
                payer.in_ksef,
            )
        connection.rollback()
    connection.close()
    assert payer.payments() == 0
    payer.check()


def test_the_answer_is_dropped(payer):
    fault = payer.world.sandbox.fault(path=MAKE, action="drop_after")
    with pytest.raises(RuntimeError, match="did not answer"):
        payer.pay()
    assert payer.world.sandbox.hits(fault) == 1
    payer.check()
