"""Whatever goes wrong, every invoice gets one KSeF number, and Odoo knows it."""

import pytest
from harness import HOLD_SECONDS
from scenarios import BOTH, CLOSE_BATCH, FEW, MANY, NIP, OPEN_BATCH, PART, SEND
from soak_sending import many_at_once


@pytest.mark.parametrize(
    ("count", "path"),
    [(FEW, SEND), (MANY, OPEN_BATCH), (MANY, PART), (MANY, CLOSE_BATCH)],
)
def test_the_answer_is_dropped_after_ksef_accepted(world, count, path):
    fault = world.sandbox.fault(path=path, action="drop_after")
    ids = world.queued(count)
    world.finish(ids)
    assert world.sandbox.hits(fault) == 1


@BOTH
def test_the_cron_runs_twice_at_once_and_people_press_the_button(world, count):
    ids = world.queued(count)
    world.sandbox.fault(path="/sessions", action="delay", seconds=0.3, times=0)
    other = world.another_clerk()
    for _round in range(3):
        world.wake()
        world.clerk.begin("send", ids=ids)
        other.begin("cron")
        for clerk in (world.clerk, other):
            clerk.end(tolerant=True)
    world.sandbox.control("DELETE", "/faults")
    world.finish(ids)


@BOTH
def test_a_storm_of_429(world, count):
    storm = world.sandbox.fault(
        path="/sessions", action="rate_limit", retry_after=30, times=6
    )
    ids = world.queued(count)
    world.finish(ids)
    assert world.sandbox.hits(storm) == 6


@BOTH
def test_5xx_for_an_hour(world, count):
    outage = world.sandbox.fault(path="/", action="status", status=503, times=0)
    ids = world.queued(count)
    for minutes in range(0, 60, 12):
        world.sandbox.control("POST", "/clock", {"offset": minutes * 60})
        world.run_crons()
    calls = world.sandbox.hits(outage)
    assert 1 <= calls <= 30, f"{calls} calls in an hour of an outage"
    world.sandbox.control("DELETE", "/faults")
    world.finish(ids)


@BOTH
@pytest.mark.parametrize("offset", [-600, 600], ids=["behind", "ahead"])
def test_a_clock_that_is_off_by_ten_minutes(world, count, offset):
    world.sandbox.control("POST", "/clock", {"offset": offset})
    ids = world.queued(count)
    world.finish(ids)


@BOTH
def test_the_login_ends_in_the_middle(world, count):
    path = SEND if count == FEW else PART
    fault = world.sandbox.fault(path=path, action="delay", seconds=HOLD_SECONDS)
    ids = world.queued(count)
    world.wait_until_held(fault, world.wake)
    # As if the taxpayer ended all sessions; the access token's time is over, too.
    world.sandbox.control("POST", "/auth-sessions/revoke", {"nip": NIP})
    world.sandbox.control("POST", "/clock", {"offset": 1000})
    world.sandbox.control("DELETE", "/faults")
    world.finish(ids)


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
    assert (state, known) == ("rejected", None)
    assert number in world.told(bad)


def test_many_at_once_need_few_calls_and_no_limit_is_reached(world):
    """`./dev soak send` does it with 1 000; the number of calls is the same."""
    assert many_at_once(world, 120) <= 12
