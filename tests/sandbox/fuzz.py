"""Requests that Schemathesis makes up from KSeF's contract, good ones and bad ones.

    ./dev fuzz [--minutes 5] [--seed 1]

The local KSeF has to answer each as the contract describes: a status that stands there,
its type, its fields, and never a failure of its own. Nothing leaves this machine.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "api")]

from ksef_caller import Process  # noqa: E402

from tools import paths, references  # noqa: E402

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# They would end the login, after which everything is refused alike.
LEFT_OUT = "^/auth/sessions|^/testdata/(subject|person)/remove"


def run(seed, *bounds):
    """Let Schemathesis ask; returns the finished process with what it printed.

    :param bounds: options that bound it: phases, examples of an operation, seconds
    """
    process = Process()
    try:
        process.knobs(rate_limits="off", polls_before_ready=0)
        caller = process.logged_in()
        with TemporaryDirectory() as folder:
            return subprocess.run(
                [
                    paths.VENV_SCHEMATHESIS / "bin" / "schemathesis",
                    *("run", references.contract(), "--url", caller.url),
                    *("--header", f"Authorization: Bearer {caller.access}"),
                    *("--checks", ",".join(CHECKS)),
                    *("--exclude-path-regex", LEFT_OUT),
                    *("--seed", str(seed), "--continue-on-failure", "--no-color"),
                    *bounds,
                ],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
    finally:
        process.stop()


def main():
    """Print what Schemathesis has to say; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    seconds = str(round(options.minutes * 60))
    phases = ("--phases", "examples,coverage,fuzzing")
    done = run(options.seed, *phases, "--max-time", seconds)
    print(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
