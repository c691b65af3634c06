"""Whoever dies while permissions are granted or taken back: once, to the end."""

import itertools
import time
from contextlib import contextmanager

import pytest
from harness import A_WHILE, HOLD_SECONDS, SLEEPING

GRANT = r"/permissions/persons/grants$"
TAKE_BACK = r"/permissions/common/grants/"
OUTCOME = r"/permissions/operations/"
LISTS = r"/permissions/query/persons/grants$"
CRON = "ir_cron_permission_order"
STEPS = [
    (OUTCOME, "hold_before"),
    (OUTCOME, "hold_after"),
    (LISTS, "hold_before"),
    (LISTS, "hold_after"),
]
WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
employees = itertools.count()


def pesel(number):
    """The PESEL of somebody else for each number."""
    digits = [int(digit) for digit in f"8501011{number:03}"]
    weighed = sum(d * weight for d, weight in zip(digits, WEIGHTS, strict=True))
    return "".join(map(str, [*digits, -weighed % 10]))


class Changes:
    """Rights of one new employee, in Odoo beside those in KSeF."""

    def __init__(self, world):
        self.world = world
        self.employee = pesel(next(employees))
        # An operation that was taken is carried out: nothing of it is to come.
        world.sandbox.control("POST", "/knobs", {"polls_before_ready": 0})

    def grant(self):
        """Have a right granted; returns the id of the order."""
        return self.world.clerk("grant_permission", pesel=self.employee)

    def take_back(self):
        """Have the right taken back; returns the id of the order."""
        self.world.wait_until(self.is_listed, "the list of permissions", self.books)
        return self.world.clerk("take_back_permission", pesel=self.employee)

    def is_listed(self):
        """Whether Odoo has listed the right, which it does when it was granted."""
        return self.world.sql(
            f"SELECT id FROM l10n_pl_ksef_permission WHERE subject = '{self.employee}'"
        )

    def let_time_pass(self):
        """Whatever waits for a time is due, and every server is woken."""
        self.world.bring_forward("permission_order", "retry_at", CRON)
        # An answer that was lost can come no more.
        self.world.sql(
            f"WITH idle AS ({SLEEPING.format(CRON)}) "
            "UPDATE l10n_pl_ksef_permission_order "
            f"SET asked_at = asked_at - interval '{A_WHILE}' WHERE id IN (SELECT id "
            "FROM l10n_pl_ksef_permission_order WHERE state IN ('asking', 'unknown') "
            "FOR UPDATE SKIP LOCKED) AND EXISTS (SELECT FROM idle)"
        )
        self.world.let_time_pass()
        self.world.wake((CRON,))

    @contextmanager
    def killed_at(self, path, action):
        """Inside, the process that makes the call is killed while it waits."""
        world = self.world
        fault = world.sandbox.fault(path=path, action=action, seconds=HOLD_SECONDS)
        yield

        world.wait_until_held(fault, self.let_time_pass)
        world.servers.kill_caller(world.sandbox.held(fault))

    def settle(self, order):
        """Let time pass until the order is at its end."""

        def done():
            self.let_time_pass()
            time.sleep(0.4)
            return self.state(order) == "done"

        self.world.wait_until(done, "the permission", self.books)

    def state(self, order):
        ((state,),) = self.world.sql(
            f"SELECT state FROM l10n_pl_ksef_permission_order WHERE id = {order}"
        )
        assert state != "failed", self.books()
        return state

    def books(self):
        """What moves while permissions are changed."""
        return self.world.sql(
            "SELECT id, state, fail_count, status_message "
            "FROM l10n_pl_ksef_permission_order ORDER BY id"
        )

    def in_ksef(self):
        """(rights, operations that granted, operations that took back), of this
        employee, carried out or not."""
        told = self.world.sandbox.control("GET", "/permissions")
        granted = [
            operation
            for operation in told["operations"]
            if self.employee in [g["subject"] for g in operation.get("grants", ())]
        ]
        taken_back = [
            operation
            for operation in told["operations"]
            if operation.get("revoke") == self.number()
        ]
        held = [g for g in told["grants"] if g["subject"] == self.employee]
        return len(held), len(granted), len(taken_back)

    def number(self):
        """KSeF's number of the right, as the order that takes it back names it."""
        rows = self.world.sql(
            "SELECT grant_id FROM l10n_pl_ksef_permission_order "
            f"WHERE subject = '{self.employee}' AND action = 'revoke'"
        )
        return rows[0][0] if rows else ""


@pytest.fixture
def changes(world):
    return Changes(world)


@pytest.mark.parametrize(
    ("path", "action"), [(GRANT, "hold_before"), (GRANT, "hold_after"), *STEPS]
)
def test_killed_at_a_step_of_a_grant(changes, path, action):
    with changes.killed_at(path, action):
        order = changes.grant()
    changes.settle(order)
    assert changes.in_ksef() == (1, 1, 0)


@pytest.mark.parametrize("action", ["hold_before", "hold_after"])
def test_killed_while_ksef_is_asked_what_became_of_a_grant(changes, action):
    with changes.killed_at(GRANT, "hold_after"):
        order = changes.grant()
    with changes.killed_at(LISTS, action):
        changes.let_time_pass()
    changes.settle(order)
    assert changes.in_ksef() == (1, 1, 0)


@pytest.mark.parametrize(
    ("path", "action"),
    [(TAKE_BACK, "hold_before"), (TAKE_BACK, "hold_after"), *STEPS],
)
def test_killed_at_a_step_of_taking_back(changes, path, action):
    changes.settle(changes.grant())
    order = changes.take_back()
    with changes.killed_at(path, action):
        changes.world.wake((CRON,))
    changes.settle(order)
    assert changes.in_ksef() == (0, 1, 1)
