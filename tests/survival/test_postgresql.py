"""PostgreSQL is restarted while invoices are sent; it is one that only these use."""

import pytest
from harness import HOLD_SECONDS
from harness import world as make_world
from scenarios import BOTH, CLOSE_BATCH, FEW, SEND

from tools import setup


@pytest.fixture(scope="module")
def everything():
    with make_world(setup.ensure(), own_postgresql=True) as made:
        yield made


def send_until_ksef_has_it(world, count):
    """Ids of invoices that KSeF has just taken, but has not answered yet."""
    path = SEND if count == FEW else CLOSE_BATCH
    fault = world.sandbox.fault(path=path, action="hold_after", seconds=HOLD_SECONDS)
    ids = world.queued(count)
    world.wait_until_held(fault, world.wake)
    return ids


@BOTH
def test_postgresql_is_restarted_in_the_middle(world, count):
    ids = send_until_ksef_has_it(world, count)
    world.restart_postgresql()
    world.finish(ids)


@BOTH
def test_postgresql_is_restarted_and_nobody_looks_after_odoo(world, count):
    with world.servers.one_with_workers():
        ids = send_until_ksef_has_it(world, count)
        world.throw_everybody_out()
        world.sandbox.control("DELETE", "/faults")
        world.finish(ids)
