"""Sending many invoices to the local KSeF, against Odoo's own module `l10n_pl_edi`.

Real Odoo processes on a copy of the template database; both send as many invoices, of
the same content, to the same local KSeF in the same run. Ours is under the limits of
production. The peer would need hours under them (it sends one by one, 180 an hour), so
for it they are off, and what they would cost is computed.
"""

import argparse
import math
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "survival")]

from harness import Clerk, world  # noqa: E402

from tools import setup  # noqa: E402

SENT_IN_AN_HOUR = 180
# What 1 000 invoices may need.
MOST_CALLS = 20


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


def measure(everything, limits, send, count):
    """(calls, seconds, MB at most above the start) of one way of sending."""
    ids = everything.invoices(count)
    everything.sandbox.control("POST", "/knobs", {"rate_limits": limits})
    clerk = Clerk(everything.name, everything.log)
    calls(everything)
    before, began = peak(clerk.process), time.monotonic()
    send(everything, clerk, ids)
    spent, memory = time.monotonic() - began, peak(clerk.process) - before
    clerk.stop()
    return calls(everything), spent, memory


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=1000)
    count = parser.parse_args().invoices
    with world(setup.ensure(), servers=0) as everything:
        rows = {
            "l10n_pl_ksef": measure(everything, "production", ours, count),
            "l10n_pl_edi": measure(everything, "off", theirs, count),
        }
    print(f"{count} invoices, with KSeF number and UPO at the end")
    for name, (number, seconds, memory) in rows.items():
        print(f"{name:<14}{number:>7} calls{seconds:>8.1f} s{memory:>8.0f} MB more")
    (mine, my_time, my_memory), (other, its_time, its_memory) = rows.values()
    assert mine <= MOST_CALLS, f"{mine} calls for {count} invoices"
    print(f"calls: 1 to {other / mine:.0f}; time: 1 to {its_time / my_time:.1f}")
    print(f"memory: {my_memory:.0f} MB against {its_memory:.0f} MB")
    hours = math.ceil(count / SENT_IN_AN_HOUR) - 1
    print(
        f"under KSeF's limits the peer needs more than {hours} h; this add-on does not"
    )


if __name__ == "__main__":
    main()
