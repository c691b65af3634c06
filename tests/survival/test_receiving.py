"""Whatever dies, everything in KSeF is in the inbox, once, and becomes one bill."""

import pytest
from inbox import Inbox
from soak_receiving import finish, soak

FEW, MANY = 3, 9
LIST, FILE = r"/invoices/query/metadata", r"/invoices/ksef/"
ORDER, STATUS = r"/invoices/exports$", r"/invoices/exports/[^/]+$"
PART = r"/export-parts/1"

STEPS = [
    (FEW, "POST", LIST, "hold_before"),
    (FEW, "POST", LIST, "hold_after"),
    (FEW, "GET", FILE, "hold_before"),
    (FEW, "GET", FILE, "hold_after"),
    (MANY, "POST", ORDER, "hold_before"),
    (MANY, "POST", ORDER, "hold_after"),
    (MANY, "GET", STATUS, "hold_after"),
    (MANY, "GET", PART, "hold_before"),
    (MANY, "GET", PART, "hold_after"),
]


@pytest.fixture(scope="module")
def session_inbox(everything):
    return Inbox(everything)


@pytest.fixture
def inbox(world, session_inbox):
    """The inbox of a world in good order."""
    world.sandbox.control("POST", "/knobs", {"rate_limits": "off"})
    return session_inbox


@pytest.mark.parametrize(("count", "method", "path", "action"), STEPS)
def test_killed_at_a_step_of_a_fetch(inbox, count, method, path, action):
    inbox.issue(count)
    with inbox.killed_at(method, path, action):
        inbox.wake()
    inbox.settle()
    inbox.check()


def test_killed_while_bills_are_made(world, inbox):
    inbox.issue(15)
    for _round in range(4):
        inbox.make_some_bills()
        world.servers.kill_all()
    inbox.settle()
    inbox.check()


def test_a_short_soak(world, inbox):
    """`./dev soak receive` does it with 20 000."""
    soak(inbox, count=300, seed=7, steps=8, pause=0.5)
    finish(inbox)
    world.sql("UPDATE res_company SET l10n_pl_ksef_make_bills = true")
