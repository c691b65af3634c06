"""Whatever dies, every invoice gets one KSeF number, and Odoo knows it."""

import time

import pytest
from harness import wait_until
from soak_sending import many_at_once

FEW, MANY = 2, 5
OPEN, SEND = r"/sessions/online$", r"/sessions/online/[^/]+/invoices$"
STATUS = r"/sessions/[^/]+/invoices"
OPEN_BATCH, CLOSE_BATCH = r"/sessions/batch$", r"/sessions/batch/[^/]+/close"
PART, SESSION = r"/batch-parts/1", r"/sessions/[^/]+$"
UPO = r"/upo$"
NIP = "5265877635"

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
BOTH = pytest.mark.parametrize("count", [FEW, MANY], ids=["interactive", "batch"])


def queued(world, count):
    """Ids of invoices that wait for the cron."""
    ids = world.invoices(count)
    world.clerk("queue", ids=ids)
    return ids


def finish(world, ids):
    """Everything goes well from now on; then the books must agree."""
    world.settle(ids)
    world.check(ids)


@pytest.mark.parametrize(("count", "method", "path", "action"), STEPS)
def test_killed_at_a_step_of_a_send(world, count, method, path, action):
    # A session that is open from before would be used again.
    world.sql("UPDATE l10n_pl_ksef_session SET state = 'closed' WHERE state = 'open'")
    ids = queued(world, count)
    with world.killed_at(method, path, action):
        world.wake()
    finish(world, ids)


@BOTH
def test_killed_between_polls(world, count):
    world.sandbox.control("POST", "/knobs", {"polls_before_ready": 3})
    ids = queued(world, count)
    world.settle(ids, wanted=("sent", "accepted"))
    world.servers.kill_all()
    finish(world, ids)


@pytest.mark.parametrize(
    ("count", "path"),
    [(FEW, SEND), (MANY, OPEN_BATCH), (MANY, PART), (MANY, CLOSE_BATCH)],
)
def test_the_answer_is_dropped_after_ksef_accepted(world, count, path):
    fault = world.sandbox.fault(path=path, action="drop_after")
    ids = queued(world, count)
    finish(world, ids)
    assert world.sandbox.hits(fault) == 1


@BOTH
def test_the_cron_runs_twice_at_once_and_people_press_the_button(world, count):
    ids = queued(world, count)
    world.sandbox.fault(path="/sessions", action="delay", seconds=0.3, times=0)
    other = world.another_clerk()
    for _round in range(3):
        world.wake()
        world.clerk.begin("send", ids=ids)
        other.begin("cron")
        for clerk in (world.clerk, other):
            clerk.end(tolerant=True)
    world.sandbox.control("DELETE", "/faults")
    finish(world, ids)


@BOTH
def test_postgresql_is_restarted_in_the_middle(world, count):
    path = SEND if count == FEW else CLOSE_BATCH
    fault = world.sandbox.fault(path=path, action="hold_after", seconds=3)
    ids = queued(world, count)
    wait_until(lambda: world.wake() or world.sandbox.hits(fault), path)
    world.restart_postgresql()
    finish(world, ids)


@BOTH
def test_postgresql_is_restarted_and_nobody_looks_after_odoo(world, count):
    path = SEND if count == FEW else CLOSE_BATCH
    with world.servers.one_with_workers():
        fault = world.sandbox.fault(path=path, action="hold_after", seconds=3)
        ids = queued(world, count)
        wait_until(lambda: world.wake() or world.sandbox.hits(fault), path)
        world.throw_everybody_out()
        finish(world, ids)


@BOTH
def test_a_storm_of_429(world, count):
    storm = world.sandbox.fault(
        path="/sessions", action="rate_limit", retry_after=30, times=6
    )
    ids = queued(world, count)
    finish(world, ids)
    assert world.sandbox.hits(storm) == 6


@BOTH
def test_5xx_for_an_hour(world, count):
    outage = world.sandbox.fault(path="/", action="status", status=503, times=0)
    ids = queued(world, count)
    for minutes in range(0, 60, 12):
        world.sandbox.control("POST", "/clock", {"offset": minutes * 60})
        world.let_time_pass()
        time.sleep(0.5)
    calls = world.sandbox.hits(outage)
    assert 1 <= calls <= 30, f"{calls} calls in an hour of an outage"
    world.sandbox.control("DELETE", "/faults")
    finish(world, ids)


@BOTH
@pytest.mark.parametrize("offset", [-600, 600], ids=["behind", "ahead"])
def test_a_clock_that_is_off_by_ten_minutes(world, count, offset):
    world.sandbox.control("POST", "/clock", {"offset": offset})
    ids = queued(world, count)
    finish(world, ids)


@BOTH
def test_the_login_ends_in_the_middle(world, count):
    path = SEND if count == FEW else PART
    fault = world.sandbox.fault(path=path, action="delay", seconds=1.5)
    ids = queued(world, count)
    world.wake()
    wait_until(lambda: world.sandbox.hits(fault), path)
    # As if the taxpayer ended all sessions; the access token's time is over, too.
    world.sandbox.control("POST", "/auth-sessions/revoke", {"nip": NIP})
    world.sandbox.control("POST", "/clock", {"offset": 1000})
    finish(world, ids)


def test_one_bad_invoice_in_a_batch(world):
    ids = world.invoices(MANY)
    bad = ids[1]
    (file,) = world.clerk("frozen", ids=[bad])
    number = world.sandbox.use_number_of(file)
    world.clerk("queue", ids=ids)
    world.settle(ids, wanted=("accepted", "rejected"))
    good = [one for one in ids if one != bad]
    world.check(good)
    ((state, known),) = world.states([bad]).values()
    assert (state, known) == ("rejected", "")
    assert number in world.told(bad)


def test_many_at_once_need_few_calls_and_no_limit_is_reached(world):
    """`./dev soak send` does it with 1 000; the number of calls is the same."""
    assert many_at_once(world, 120) <= 12
