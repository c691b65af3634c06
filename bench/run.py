"""All benchmarks; each line is a ratio against a named peer, beside its goal.

    ./dev bench                  everything: under ten minutes on two quiet cores
    ./dev bench bills sending    some of it
    ./dev bench --long           bills of 10 000 lines line by line, too

Nothing has to be there before: what needs Odoo gets a copy of the template database
and a local KSeF of its own. To add a benchmark: a file here and a line in `PARTS`; one
that needs Odoo is a script for its shell, whose lines to show begin with `BENCH`.
"""

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "survival")]

from harness import world  # noqa: E402

from tools import database, paths, setup  # noqa: E402
from tools.command import environment  # noqa: E402

SCRIPT, SHELL = "a program of its own", "in Odoo's shell"
PARTS = {
    "documents": (SCRIPT, "fa3.py"),
    "building": (SHELL, "fa3_from_odoo.py"),
    "bills": (SHELL, "import_from_odoo.py"),
    "rules": (SHELL, "rules_from_odoo.py"),
    "posting": (SHELL, "posting_from_odoo.py"),
    "pictures": (SHELL, "picture_from_odoo.py"),
    "payments": (SHELL, "statement_from_odoo.py"),
    "office": (SHELL, "office_from_odoo.py"),
    "sending": (SCRIPT, "sending.py"),
    "receiving": (SCRIPT, "receive.py"),
}


def in_shell(everything, file, variables):
    """What a script for Odoo's shell has to say; raises when that is nothing.

    :param everything: harness.World, with a company and some invoices
    """
    odoo, *options = database.odoo_command(everything.name, "--no-http")
    shell = subprocess.run(
        [odoo, "shell", *options],
        input=(BENCH / file).read_text(),
        env=environment(**variables),
        capture_output=True,
        text=True,
    )
    rows = [row for row in shell.stdout.splitlines() if "BENCH " in row]
    if not rows or "Traceback" in shell.stderr:
        raise RuntimeError(f"{shell.stdout[-500:]}{shell.stderr[-2000:]}")
    return [row.partition("BENCH ")[2] for row in rows]


def as_program(file):
    """What a program prints."""
    done = subprocess.run(
        [paths.PYTHON, BENCH / file], env=environment(), capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{done.stdout[-500:]}{done.stderr[-2000:]}")
    return done.stdout.splitlines()


def run(chosen, variables):
    """Run some parts; yields the lines of each, which are printed as they come."""
    with ExitStack() as stack:
        everything = None
        if any(PARTS[name][0] is SHELL for name in chosen):
            everything = stack.enter_context(world(setup.ensure(), servers=0))
            everything.invoices(1)
        for name in chosen:
            kind, file = PARTS[name]
            began = time.monotonic()
            try:
                if kind is SHELL:
                    rows = in_shell(everything, file, variables)
                else:
                    rows = as_program(file)
            except RuntimeError as error:
                rows = [f"FAILED {error}"]
            seconds = time.monotonic() - began
            print(f"\n== {name} ({seconds:.0f} s)", *rows, sep="\n", flush=True)
            yield rows


def main():
    """Run what was asked for; returns 1 when something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="part")
    parser.add_argument("--long", action="store_true", help="what takes minutes, too")
    options = parser.parse_args()
    began = time.monotonic()
    variables = {"BENCH_LONG": "1"} if options.long else {}
    rows = [row for part in run(options.parts or [*PARTS], variables) for row in part]
    reached, missed = (
        sum(row.count(word) for row in rows) for word in (": reached)", ": MISSED)")
    )
    failed = sum(row.startswith("FAILED") for row in rows)
    minutes = (time.monotonic() - began) / 60
    print(
        f"\n{reached} goals reached, {missed} missed, {failed} parts failed; "
        f"{minutes:.1f} minutes"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
