"""Running other programs: quietly when they work, with their last words when not."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager

from . import paths
from .console import DevError, say

TAIL_LINES = 40
LAST_SECONDS = 20  # to clean up, for those who are asked to end


def environment(**extra):
    """The environment for child processes.

    Byte code is kept (a server that starts without it takes twice as long) but
    outside the source tree; a foreign PYTHONPATH must not reach the tests.
    """
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(paths.DEV / "pycache")}
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME"):
        env.pop(name, None)
    return {**env, **{name: str(value) for name, value in extra.items()}}


def run(*command, log=None, env=None, check=True, input=None, **options):
    """Run a command to its end, its output in `.dev/log/<log>.log`.

    :param log: name of the log file; without it the output is returned as text
    :param input: text for its standard input
    :raises DevError: when the command fails, with the last lines it wrote
    :return: `subprocess.CompletedProcess`
    """
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    if log:
        paths.LOG.mkdir(parents=True, exist_ok=True)
        path = paths.LOG / f"{log}.log"
        with path.open("w") as out:
            options |= {"stdout": out, "stderr": subprocess.STDOUT}
            done = _finished(command, env, input, options)
        said = f"(all of it: {path})\n" + tail(path) if done.returncode else ""
    else:
        done = _finished(command, env, input, options)
        said = done.stdout + done.stderr
    if check and done.returncode:
        raise DevError(
            f"{' '.join(map(str, command))}\nended with {done.returncode}: {said}"
        )
    return done


def _finished(command, env, text, options):
    with _child(command, env, text is not None, **options) as process:
        output = process.communicate(text)
    return subprocess.CompletedProcess(process.args, process.returncode, *output)


def follow(*command, env=None, **options):
    """Run a command, say what it writes line by line, and return its exit code."""
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with _child(command, env, False, **options) as process:
        for line in process.stdout:
            say(line.rstrip("\n"))
        return process.wait()


_children = set()


@contextmanager
def _child(command, env, has_input, **options):
    """A process that `end_children` knows of."""
    process = subprocess.Popen(
        [str(word) for word in command],
        env=env or environment(),
        stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
        text=True,
        errors="replace",
        **options,
    )
    _children.add(process)
    try:
        yield process
    except BaseException:
        process.send_signal(signal.SIGINT)
        _end(process, LAST_SECONDS)
        raise
    finally:
        _children.discard(process)


def end_children():
    """Ask all that runs in other threads to end, as Ctrl-C would; then end it."""
    children = list(_children)
    for process in children:
        process.send_signal(signal.SIGINT)
    end = time.monotonic() + LAST_SECONDS
    for process in children:
        _end(process, end - time.monotonic())


def _end(process, seconds):
    try:
        process.wait(max(0, seconds))
    except subprocess.TimeoutExpired:
        process.kill()


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
