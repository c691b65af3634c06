"""Whoever dies while sending, every invoice gets one KSeF number that Odoo knows."""

import pytest
from scenarios import (
    BOTH,
    CLOSE_BATCH,
    FEW,
    MANY,
    OPEN,
    OPEN_BATCH,
    PART,
    SEND,
    SESSION,
    STATUS,
    UPO,
)

STEPS = [
    (FEW, "POST", OPEN, "hold_before"),
    (FEW, "POST", OPEN, "hold_after"),
    (FEW, "POST", SEND, "hold_before"),
    (FEW, "POST", SEND, "hold_after"),
    (FEW, "GET", STATUS, "hold_after"),
    (FEW, "GET", UPO, "hold_after"),
    (MANY, "POST", OPEN_BATCH, "hold_before"),
    (MANY, "POST", OPEN_BATCH, "hold_after"),
    (MANY, "PUT", PART, "hold_before"),
    (MANY, "PUT", PART, "hold_after"),
    (MANY, "POST", CLOSE_BATCH, "hold_before"),
    (MANY, "POST", CLOSE_BATCH, "hold_after"),
    (MANY, "GET", SESSION, "hold_after"),
    (MANY, "GET", STATUS, "hold_after"),
]


@pytest.mark.parametrize(("count", "method", "path", "action"), STEPS)
def test_killed_at_a_step_of_a_send(world, count, method, path, action):
    # A session that is open from before would be used again.
    world.sql("UPDATE l10n_pl_ksef_session SET state = 'closed' WHERE state = 'open'")
    ids = world.queued(count)
    with world.killed_at(method, path, action):
        world.wake()
    world.finish(ids)


@BOTH
def test_killed_between_polls(world, count):
    world.sandbox.control("POST", "/knobs", {"polls_before_ready": 3})
    ids = world.queued(count)
    world.settle(ids, wanted=("sent", "accepted"))
    world.servers.kill_all()
    world.finish(ids)
