"""Invoices are sent for a long time while everything around them goes wrong.

    ./dev soak send [--minutes 30] [--seed 1] [--many 1000]

After each round, and at the end, KSeF's ledger and Odoo must agree invoice by invoice.
It ends with many invoices at once under the limits of production.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from harness import world as make_world  # noqa: E402

from tools import setup  # noqa: E402

COUNTS = (1, 2, 3, 5, 12, 60)
PATHS = ("/sessions", "/sessions/online", "/sessions/batch", "/batch-parts", "/upo")
MOST_CALLS = 20  # for 1 000 invoices


def drop(world, chance):
    action = chance.choice(["drop_before", "drop_after"])
    world.sandbox.fault(path=chance.choice(PATHS), action=action)


def storm(world, chance):
    times = chance.randint(1, 5)
    world.sandbox.fault(
        path=chance.choice(PATHS), action="rate_limit", retry_after=20, times=times
    )


def outage(world, chance):
    world.sandbox.fault(path="/", action="status", status=503, times=4)


def long_outage(world, chance):
    """An hour in which every call is refused."""
    world.sandbox.fault(path="/", action="status", status=503, times=0)
    for _five_minutes in range(12):
        world.let_time_pass()
        time.sleep(0.5)
    world.sandbox.control("DELETE", "/faults")


def one_more_cron(world, chance):
    """A third process sends what the crons of two servers are sending."""
    world.wake()
    world.clerk.begin("cron")
    world.clerk.end(tolerant=True)


def wrong_clock(world, chance):
    offset = chance.choice([-600, 0, 600])
    world.sandbox.control("POST", "/clock", {"offset": offset})


def kill(world, chance):
    fault = world.sandbox.fault(
        path=chance.choice(PATHS[:3]),
        action=chance.choice(["hold_before", "hold_after"]),
        seconds=3,
        after=chance.randint(0, 3),
    )
    end = time.monotonic() + 6
    while time.monotonic() < end and not world.sandbox.hits(fault):
        world.let_time_pass()
        time.sleep(0.1)
    world.servers.kill_senders()


def kill_all(world, chance):
    world.let_time_pass()
    time.sleep(chance.random())
    world.servers.kill_all()


def restart_postgresql(world, chance):
    world.let_time_pass()
    time.sleep(chance.random())
    world.restart_postgresql()


def lose_login(world, chance):
    world.sandbox.control("POST", "/auth-sessions/revoke", {"nip": "5265877635"})


HURTS = (
    *(drop, storm, outage, wrong_clock, kill, kill_all, lose_login),
    *(restart_postgresql, long_outage, one_more_cron),
)


def one_round(world, chance):
    """Some invoices, some misfortunes; returns what was done."""
    world.calm()
    ids = world.invoices(chance.choice(COUNTS))
    # KSeF's clock may differ from ours; it is never put back while KSeF works.
    hurts = sorted(
        chance.sample(HURTS, chance.randint(1, 3)),
        key=lambda hurt: hurt is not wrong_clock,
    )
    told = f"{len(ids)} invoices; {', '.join(hurt.__name__ for hurt in hurts)}"
    world.clerk("queue", ids=ids)
    try:
        for hurt in hurts:
            hurt(world, chance)
        world.settle(ids)
        world.check(ids)
    except AssertionError as failure:
        failure.add_note(told)
        raise
    return told


def many_at_once(world, count):
    """Many invoices, production's limits; returns how many calls they needed."""
    world.calm()
    ids = world.invoices(count)
    world.sandbox.control("POST", "/knobs", {"rate_limits": "production"})
    world.sandbox.control("DELETE", "/calls")
    world.clerk("queue", ids=ids)

    def done():
        world.pass_time()
        world.wake()
        time.sleep(2)
        return world.is_done(ids)

    world.wait_until(done, f"{count} invoices at once", lambda: world.books(ids))
    world.check(ids)
    items = world.sandbox.control("GET", "/calls")["items"]
    counted = [item for item in items if "/auth/" not in item["path"]]
    assert all(item["status"] != 429 for item in counted), "a limit was reached"
    assert len(counted) <= MOST_CALLS, [item["path"] for item in counted]
    return len(counted)


def main(words):
    """Run it; the assertion that fails says what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--many", type=int, default=1000)
    chosen = parser.parse_args(words)
    chance, end = random.Random(chosen.seed), time.monotonic() + chosen.minutes * 60
    with make_world(setup.ensure()) as world:
        rounds = 0
        while time.monotonic() < end:
            told = one_round(world, chance)
            rounds += 1
            print(f"round {rounds}: {told}: all agree", flush=True)
        calls = many_at_once(world, chosen.many)
    print(f"{rounds} rounds; {chosen.many} invoices at once: {calls} calls")


if __name__ == "__main__":
    main(sys.argv[1:])
