"""Short, readable lines for people: what is done, and how long it took."""

import sys
import time
from contextlib import contextmanager


class DevError(Exception):
    """Something a person has to know or do; printed without a traceback."""


def say(text=""):
    """Print one line at once (also when the output is a pipe)."""
    print(text, flush=True)


def note(text):
    """Print a remark that belongs to the step before it."""
    say(f"      {text}")


def warn(text):
    print(f"    ! {text}", file=sys.stderr, flush=True)


@contextmanager
def step(title):
    """Time a piece of work and print `ok`/`FAILED` with the seconds it took."""
    started = time.monotonic()
    say(f"  ... {title}")
    try:
        yield
    except BaseException:
        say(f"  !!! {title}: FAILED after {time.monotonic() - started:.1f} s")
        raise
    say(f"  ok  {title} ({time.monotonic() - started:.1f} s)")
