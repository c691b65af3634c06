"""Short, readable lines for people: what is done, and how long it took."""

import sys
import time
from contextlib import contextmanager
from contextvars import ContextVar

# Lines of a piece of work that is done beside others; see `held`.
_held = ContextVar("held", default=None)


class DevError(Exception):
    """Something a person has to know or do; printed without a traceback."""


def say(text=""):
    """Print one line at once (also when the output is a pipe)."""
    _print(text, sys.stdout)


def note(text):
    """Print a remark that belongs to the step before it."""
    say(f"      {text}")


def warn(text):
    _print(f"    ! {text}", sys.stderr)


def _print(text, stream):
    lines = _held.get()
    if lines is None:
        print(text, file=stream, flush=True)
    else:
        lines.append(text)


@contextmanager
def held():
    """Inside, what this thread says is kept for later; yields the list of lines."""
    lines = []
    token = _held.set(lines)
    try:
        yield lines
    finally:
        _held.reset(token)


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
