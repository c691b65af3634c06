"""Fetching thousands from the local KSeF: packages against one file after the other.

Rows and files in Odoo are the same either way. Limits are off, so that there is an end:
KSeF gives 64 single files an hour.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(ROOT / "tests" / "survival")]

from goals import told  # noqa: E402
from harness import world as make_world  # noqa: E402
from inbox import Inbox  # noqa: E402

from tools import database, setup  # noqa: E402
from tools.command import environment  # noqa: E402

COUNTS = (1000, 3000)
FASTER_BY = 2
WAYS = ("add-on", "one by one")
SCRIPT = ROOT / "bench" / "receive_from_odoo.py"


def measure(world, way):
    """{invoices, seconds, peak_mb, grown_mb, calls} of fetching all there is."""
    world.sandbox.control("DELETE", "/calls")
    odoo, *options = database.odoo_command(world.name, "--no-http")
    shell = subprocess.run(
        [odoo, "shell", *options],
        input=SCRIPT.read_text(),
        env=environment(BENCH_WAY=way),
        capture_output=True,
        text=True,
    )
    lines = [row for row in shell.stdout.splitlines() if "BENCH " in row]
    if not lines:
        sys.exit(f"No result:\n{shell.stdout[-500:]}{shell.stderr[-2000:]}")
    calls = world.sandbox.control("GET", "/calls")["total"]
    return {**json.loads(lines[0].partition("BENCH ")[2]), "calls": calls}


def main():
    """Print a line for each number of invoices and way, and the ratio."""
    print("Fetching from KSeF: rows and files, no bills")
    with make_world(setup.ensure()) as world:
        inbox, had = Inbox(world), 0
        world.sandbox.control("POST", "/knobs", {"rate_limits": "off"})
        for count in COUNTS:
            inbox.issue(count - had)
            had = count
            speeds = []
            for way in WAYS:
                found = measure(world, way)
                if found["invoices"] != count:
                    sys.exit(f"{way}: {found['invoices']} of {count} were fetched")
                speeds.append(count / found["seconds"])
                print(
                    f"{count:>6} {way:<12}{speeds[-1]:>7.0f} invoices/s "
                    f"{found['calls']:>6} calls  peak {found['peak_mb']} MB "
                    f"(+{found['grown_mb']} MB)"
                )
            ratio = told(speeds[0] / speeds[1], FASTER_BY, at_least=True)
            print(f"{count:>6} against one by one: {ratio}")


if __name__ == "__main__":
    main()
