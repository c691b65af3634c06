"""Doing things once: stamps keyed by their inputs, and a lock between processes."""

import fcntl
import hashlib
import json
from contextlib import contextmanager

from . import paths
from .console import note


def digest(*parts):
    """Hash of strings and of the contents of `Path`s (missing ones count as empty)."""
    sha = hashlib.sha256()
    for part in parts:
        if hasattr(part, "read_bytes"):
            part = part.read_bytes() if part.exists() else b""
        sha.update(part if isinstance(part, bytes) else str(part).encode())
        sha.update(b"\0")
    return sha.hexdigest()


def is_done(name, key):
    """Whether step `name` was done with these very inputs."""
    path = paths.STAMPS / name
    return path.exists() and json.loads(path.read_text() or "null") == key


def mark_done(name, key):
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    (paths.STAMPS / name).write_text(json.dumps(key))


@contextmanager
def lock(name="setup"):
    """Let only one `./dev` at a time do this; the others wait and say so."""
    paths.DEV.mkdir(exist_ok=True)
    with (paths.DEV / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"waiting for another ./dev ({name})")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
