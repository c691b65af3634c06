"""Thousands of invoices arrive out of order and late, and are fetched under faults.

    ./dev soak receive [--count 20000] [--seed 1]

At the end the inbox must equal KSeF's ledger: each invoice once, each with its file.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from harness import world as make_world  # noqa: E402
from inbox import Inbox  # noqa: E402

from tools import setup  # noqa: E402

SPREAD = 40_000  # seconds of the local KSeF's time in which they arrive
LATE = 900
STEPS = 40
TRIES = 3
LIST, ORDER, STATUS = "/query/metadata", "/invoices/exports$", "/invoices/exports/"
FAULTS = [
    {"path": LIST, "action": "status", "status": 503},
    {"path": LIST, "action": "drop_after"},
    {"path": LIST, "action": "malformed"},
    {"path": LIST, "action": "rate_limit", "retry_after": 2},
    {"path": ORDER, "action": "drop_before"},
    {"path": ORDER, "action": "drop_after"},
    {"path": ORDER, "action": "status", "status": 500},
    {"path": STATUS, "action": "malformed"},
    {"path": STATUS, "action": "status", "status": 401},
    {"path": "/export-parts/", "action": "corrupt"},
    {"path": "/export-parts/", "action": "drop_before"},
    {"path": "/export-parts/", "action": "delay", "seconds": 1},
    {"path": "/invoices/ksef/", "action": "corrupt"},
]


def prepare(world, count):
    """Only the inbox: bills are another matter. Small packages, so there are many."""
    world.sql("UPDATE res_company SET l10n_pl_ksef_make_bills = false")
    world.sandbox.control(
        "POST",
        "/knobs",
        {
            "rate_limits": "off",
            "query_cap": max(250, count // 20),
            "export_cap": max(50, count // 20),
            "export_part_bytes": 100_000,
        },
    )


def hurt(world, chance):
    """Something goes wrong, sometimes two things."""
    for fault in chance.sample(FAULTS, chance.randint(0, 2)):
        world.sandbox.fault(**fault)
    if chance.random() < 0.1:
        state = chance.choice(["210", "410"])
        world.sandbox.control("POST", "/knobs", {"export_state": state})
    if chance.random() < 0.3:
        world.servers.kill_senders()


def soak(inbox, count, seed, steps=STEPS, pause=1.5):
    """Let them arrive; time goes on in steps, with faults in each of them."""
    world, chance = inbox.world, random.Random(seed)
    prepare(world, count)
    inbox.issue(
        count, seed=seed, spread_seconds=SPREAD, late_share=0.2, late_seconds=LATE
    )
    for step in range(1, steps + 1):
        offset = step * (SPREAD + LATE + 60) // steps
        world.sandbox.control("POST", "/clock", {"offset": offset})
        hurt(world, chance)
        for _look in range(TRIES):
            inbox.let_time_pass()
            time.sleep(chance.uniform(0.2, pause))
        world.sandbox.control("POST", "/knobs", {"export_state": ""})
        print(f"step {step}/{steps}: {len(inbox.rows())} of {count}", flush=True)
    world.sandbox.control("DELETE", "/faults")


def finish(inbox):
    """Nothing is hurt any more; wait until all is here, and compare."""
    count = len(inbox.ledger())

    def done():
        inbox.let_time_pass()
        time.sleep(0.5)
        rows = inbox.rows()
        return len(rows) == count and all(row[2] for row in rows)

    inbox.world.wait_until(done, "all files", inbox.books)
    inbox.check()
    assert all(row[2] for row in inbox.rows()), "files are missing"


def main(words):
    """Run it; the assertion that fails says what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(words)
    began = time.monotonic()
    with make_world(setup.ensure()) as world:
        inbox = Inbox(world)
        soak(inbox, chosen.count, chosen.seed)
        finish(inbox)
        calls = world.sandbox.control("GET", "/calls")["by_group"]
    seconds = time.monotonic() - began
    print(f"{chosen.count} invoices, each once, {seconds:.0f} s, calls: {calls}")


if __name__ == "__main__":
    main(sys.argv[1:])
