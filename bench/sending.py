"""Sending many invoices to the local KSeF, against Odoo's own module `l10n_pl_edi`.

Real Odoo processes on a copy of the template database send invoices of the same content
to the same local KSeF in the same run: this add-on 1 000, and ten times as many in one
go, under the limits of production. The peer would need hours under them (it sends one
by one, 180 an hour), so for it they are off, it sends a few, and what they would cost
is computed.
"""

import argparse
import math
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(ROOT / "tests" / "survival")]

from copies import copies  # noqa: E402
from goals import told  # noqa: E402
from harness import Clerk, world  # noqa: E402

from tools import setup  # noqa: E402

SENT_IN_AN_HOUR = 180
# What 1 000 invoices may need, and 10 000 in one go: calls, and MB above Odoo's own.
MOST_CALLS = 20
CALLS_OF_MANY, MEMORY_OF_MANY = 25, 100
TIMES_FEWER_CALLS = 100
MADE_BY_ODOO = 50  # the others are copies of them, made by PostgreSQL


class Measure(NamedTuple):
    """What one way of sending needed."""

    invoices: int
    calls: int
    seconds: float
    memory: float


def peak(process):
    """Peak memory of a process in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = (row for row in status.splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def calls(everything):
    """Calls to KSeF since the last time, without logging in."""
    items = everything.sandbox.control("GET", "/calls")["items"]
    everything.sandbox.control("DELETE", "/calls")
    counted = [item for item in items if "/auth/" not in item["path"]]
    assert all(item["status"] < 400 for item in counted), "a call was refused"
    return len(counted)


def ours(everything, clerk, ids):
    """Send with this add-on: the waiting times between the crons are left out."""
    clerk("queue", ids=ids)
    rounds = 0
    while rounds < 60 and not everything.is_done(ids):
        everything.pass_time()
        clerk("cron")
        rounds += 1
    everything.check(ids)


def theirs(everything, clerk, ids):
    """Send with `l10n_pl_edi`."""
    url = everything.sandbox.addresses["api_url"]
    told = clerk("peer", ids=ids, api_url=url)
    assert told["accepted"] == len(ids), told


def measure(everything, limits, send, ids):
    """Calls, seconds and MB at most above the start of one way of sending."""
    everything.sandbox.control("POST", "/knobs", {"rate_limits": limits})
    clerk = Clerk(everything.name, everything.log)
    calls(everything)
    before, began = peak(clerk.process), time.monotonic()
    send(everything, clerk, ids)
    spent, memory = time.monotonic() - began, peak(clerk.process) - before
    clerk.stop()
    return Measure(len(ids), calls(everything), spent, memory)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=1000)
    parser.add_argument("--times", type=int, default=10, help="of them in one go, too")
    parser.add_argument("--peer", type=int, default=100, help="invoices of the peer")
    options = parser.parse_args()
    count = options.invoices
    with world(setup.ensure(), servers=0) as everything:
        ids = everything.invoices(MADE_BY_ODOO)
        ids_of_few = copies(everything, ids, count // MADE_BY_ODOO, "A")
        many = copies(everything, ids, options.times * count // MADE_BY_ODOO, "B")
        few = measure(everything, "production", ours, ids_of_few)
        all_of_them = measure(everything, "production", ours, many)
        other_ids = copies(everything, ids, options.peer // MADE_BY_ODOO or 1, "C")
        other = measure(everything, "off", theirs, other_ids)
    print("invoices of Odoo with KSeF number and UPO at the end")
    rows = (
        ("l10n_pl_ksef", few),
        ("l10n_pl_ksef", all_of_them),
        ("l10n_pl_edi", other),
    )
    for name, row in rows:
        print(
            f"{name:<14}{row.invoices:>7} invoices{row.calls:>7} calls"
            f"{row.seconds:>8.1f} s{row.memory:>8.0f} MB more"
        )
    assert few.calls <= MOST_CALLS, f"{few.calls} calls for {count} invoices"
    compare(few, all_of_them)
    calls_saved = other.calls / other.invoices / (few.calls / few.invoices)
    time_saved = other.seconds / other.invoices / (few.seconds / few.invoices)
    print(
        f"the peer's calls for an invoice against ours: "
        f"{told(calls_saved, TIMES_FEWER_CALLS, at_least=True)}; its time: "
        f"{told(time_saved, 1, at_least=True)}"
    )
    hours = math.ceil(count / SENT_IN_AN_HOUR) - 1
    print(
        f"under KSeF's limits the peer needs more than {hours} h for {count}; this "
        "add-on does not"
    )


def compare(few, many):
    """Print what many in one go cost, beside the goals."""
    times = many.invoices / few.invoices
    print(
        f"{many.invoices} in one go: {many.calls} calls, {many.memory:.0f} MB; "
        f"calls {told(many.calls / CALLS_OF_MANY, 1)} of {CALLS_OF_MANY}; memory "
        f"{told(many.memory / MEMORY_OF_MANY, 1)} of {MEMORY_OF_MANY} MB; seconds of "
        f"{few.invoices} {told(many.seconds / few.seconds, times)}"
    )


if __name__ == "__main__":
    main()
