"""Running other programs: quietly when they work, with their last words when not."""

import os
import socket
import subprocess
import time

from . import paths
from .console import DevError

TAIL_LINES = 40


def environment(**extra):
    """The environment for child processes.

    Byte code is kept (a server that starts without it takes twice as long) but
    outside the source tree; a foreign PYTHONPATH must not reach the tests.
    """
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(paths.DEV / "pycache")}
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME"):
        env.pop(name, None)
    return {**env, **{name: str(value) for name, value in extra.items()}}


def run(*command, log=None, env=None, check=True, **options):
    """Run a command to its end, its output in `.dev/log/<log>.log`.

    :param log: name of the log file; without it the output is returned as text
    :raises DevError: when the command fails, with the last lines it wrote
    :return: `subprocess.CompletedProcess`
    """
    words = [str(word) for word in command]
    options = {"stdin": subprocess.DEVNULL, "env": env or environment(), **options}
    if log:
        paths.LOG.mkdir(parents=True, exist_ok=True)
        path = paths.LOG / f"{log}.log"
        with path.open("w") as out:
            options |= {"stdout": out, "stderr": subprocess.STDOUT}
            done = subprocess.run(words, **options)
        said = f"(all of it: {path})\n" + tail(path) if done.returncode else ""
    else:
        done = subprocess.run(words, capture_output=True, text=True, **options)
        said = done.stdout + done.stderr
    if check and done.returncode:
        raise DevError(f"{' '.join(words)}\nended with {done.returncode}: {said}")
    return done


def tail(path, lines=TAIL_LINES):
    """The last lines of a file, as text."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def is_alive(pid):
    """Whether a process with this number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def free_port():
    """A TCP port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=30, interval=0.1):
    """Wait until `condition()` is true and return its value.

    :raises DevError: when it is still false after `seconds`
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise DevError(f"{what} did not happen within {seconds} s")
        time.sleep(interval)
    return value
