"""Whoever dies while a certificate is ordered or replaced: one is made, one works."""

import pytest
from orders import Orders

LIMITS, DATA = r"/certificates/limits$", r"/certificates/enrollments/data$"
ORDER = r"/certificates/enrollments$"
STATUS = r"/certificates/enrollments/[0-9]"
FETCH, QUERY = r"/certificates/retrieve$", r"/certificates/query$"
REVOKE = r"/certificates/[0-9A-F]+/revoke$"
LOGIN, REDEEM = r"/auth/xades-signature$", r"/auth/token/redeem$"
CHALLENGE, OUTCOME = r"/auth/challenge$", r"/auth/[0-9]"

ORDERING = [
    ("GET", LIMITS, "hold_after"),
    ("GET", DATA, "hold_after"),
    ("POST", ORDER, "hold_before"),
    ("POST", ORDER, "hold_after"),
    ("GET", STATUS, "hold_after"),
    ("POST", FETCH, "hold_before"),
    ("POST", FETCH, "hold_after"),
]
REPLACING = [
    ("POST", CHALLENGE, "hold_after"),
    ("POST", LOGIN, "hold_before"),
    ("POST", LOGIN, "hold_after"),
    ("GET", OUTCOME, "hold_after"),
    ("POST", REDEEM, "hold_before"),
    ("POST", REDEEM, "hold_after"),
]


@pytest.fixture
def orders(world):
    """Orders in a world of good order."""
    return Orders(world)


@pytest.mark.parametrize(("method", "path", "action"), ORDERING)
def test_killed_at_a_step_of_an_order(orders, method, path, action):
    before = orders.in_ksef("Active")
    order = orders.place("offline")
    with orders.killed_at(method, path, action):
        orders.wake()
    orders.settle(order)
    orders.check(order, before)


@pytest.mark.parametrize(("method", "path", "action"), REPLACING)
def test_killed_at_a_step_of_a_replacement(orders, method, path, action):
    before = orders.in_ksef("Active")
    order = orders.place("authentication")
    with orders.killed_at(method, path, action):
        orders.wake()
    orders.settle(order)
    orders.check(order, before)


@pytest.mark.parametrize("action", ["hold_before", "hold_after"])
def test_killed_while_the_old_one_is_revoked(orders, action):
    order = orders.place("authentication")
    orders.settle(order)
    new, old, _key = orders.of(order)
    orders.revoke_replaced(order)
    with orders.killed_at("POST", REVOKE, action):
        orders.wake()
    orders.settle_revocation(order)
    assert old in orders.in_ksef("Revoked")
    assert new in orders.in_ksef("Active")
    orders.check_something_works()
