"""All benchmarks, one after the other; each prints ratios against a named peer."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
FROM_ODOO = (
    "fa3_from_odoo.py",
    "import_from_odoo.py",
    "posting_from_odoo.py",
    "statement_from_odoo.py",
)


def from_odoo(name):
    """What Odoo's shell prints of a benchmark that needs a database."""
    script = (BENCH / name).read_text()
    shell = subprocess.run(
        [BENCH.parent / "dev", "shell"], input=script, capture_output=True, text=True
    )
    lines = [row for row in shell.stdout.splitlines() if "BENCH " in row]
    if not lines:
        sys.exit(f"No result; has ./dev demo been run?\n{shell.stderr[-2000:]}")
    return [row.partition("BENCH ")[2] for row in lines]


def main():
    subprocess.run([sys.executable, BENCH / "fa3.py"], check=True)
    for name in FROM_ODOO:
        print("\n".join(from_odoo(name)), flush=True)
    subprocess.run([sys.executable, BENCH / "sending.py"], check=True)
    subprocess.run([sys.executable, BENCH / "receive.py"], check=True)


if __name__ == "__main__":
    main()
