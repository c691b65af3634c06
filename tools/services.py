"""Servers in the background: Odoo and the local KSeF, with what is known of them."""

import json
import os
import signal
import socket
import subprocess
import urllib.request
from shutil import rmtree

from . import database, paths
from .command import environment, free_port, is_alive, tail, wait_for
from .console import DevError, note, step
from .stamps import digest, is_done, mark_done

DEMO_DATABASE = "ksef_demo"
ODOO_PORT = 8069
START_SECONDS = 90


def _state_file(name):
    return paths.RUN / f"{name}.json"


def state(name):
    """What is known of a running server (`pid`, addresses), or None.

    :param name: `odoo` or `sandbox`
    """
    path = _state_file(name)
    if not path.exists():
        return None
    known = json.loads(path.read_text() or "{}")
    return known if known.get("pid") and _is_ours(known["pid"], name) else None


def _is_ours(pid, name):
    """Process numbers are used again: look at the command line, too."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as words:
            return is_alive(pid) and name.encode() in words.read()
    except OSError:
        return False


def stop(name):
    """End a server, by force if it does not listen; no fault when there is none."""
    known = state(name)
    if known:
        os.kill(known["pid"], signal.SIGTERM)
        try:
            wait_for(lambda: not state(name), f"the end of {name}", seconds=20)
        except DevError:
            os.kill(known["pid"], signal.SIGKILL)
    _state_file(name).unlink(missing_ok=True)


def _start(name, command):
    """Start a process of its own session; returns it."""
    for folder in (paths.LOG, paths.RUN):
        folder.mkdir(parents=True, exist_ok=True)
    with (paths.LOG / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            [str(word) for word in command],
            cwd=paths.ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait(name, process, is_ready):
    """Wait for a server; when it ends instead, say with which words."""

    def ready_or_dead():
        return is_ready() or process.poll() is not None

    wait_for(ready_or_dead, f"the start of {name}", START_SECONDS)
    if process.poll() is not None:
        raise DevError(f"{name} ended:\n{tail(paths.LOG / f'{name}.log')}")


def start_sandbox():
    """Start the local KSeF, or find it running; returns its addresses."""
    if known := state("sandbox"):
        return known
    with step("start the local KSeF"):
        ready = _state_file("sandbox")
        ready.unlink(missing_ok=True)
        process = _start("sandbox", sandbox_command("--ready", ready))
        _wait("sandbox", process, lambda: ready.exists() and ready.stat().st_size)
    return state("sandbox")


def sandbox_command(*options):
    """Command line of the local KSeF; run it from the repository's root.

    What it kept is forgotten when the shape of its tables changes: it is a toy's data.
    """
    key = digest(*sorted((paths.ROOT / "sandbox").glob("*store*.py")))
    if not is_done("sandbox-data", key):
        forget_sandbox()
        mark_done("sandbox-data", key)
    return [paths.PYTHON, "-m", "sandbox", "--data", paths.SANDBOX_DATA, *options]


def forget_sandbox():
    """Stop the local KSeF and delete all that it kept."""
    stop("sandbox")
    rmtree(paths.SANDBOX_DATA, ignore_errors=True)


def start_odoo(name=DEMO_DATABASE):
    """Start Odoo's server on a database, or find it running; returns its state."""
    if known := state("odoo"):
        return known
    port = ODOO_PORT if _is_free(ODOO_PORT) else free_port()
    url = f"http://127.0.0.1:{port}"
    database.set_parameters(name, {"web.base.url": url, **_sandbox_parameters()})
    with step(f"start Odoo at {url}"):
        options = [f"--http-port={port}", "--max-cron-threads=1", "--workers=0"]
        process = _start("odoo", database.odoo_command(name, *options))
        known = {"pid": process.pid, "url": url, "database": name}
        _state_file("odoo").write_text(json.dumps(known))
        _wait("odoo", process, lambda: _answers(f"{url}/web/login"))
    return known


def _sandbox_parameters():
    """Put the local KSeF, when it runs, in the place of the test environment."""
    known = state("sandbox") or {}
    names = {"api_url": "api_url", "qr_url": "qr_url", "latarnia_url": "status_url"}
    names["white_list_url"] = "white_list_url"
    return {
        f"{paths.MODULE}.test_{parameter}": known[name]
        for name, parameter in names.items()
        if name in known
    }


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


def up(template):
    """Sandbox and Odoo on the demo database, which is made or brought up to date."""
    start_sandbox()
    if not state("odoo"):
        prepare_database(template)
    odoo = start_odoo()
    note(f"Odoo: {odoo['url']}  (admin / admin)   log: {paths.LOG / 'odoo.log'}")
    note("end it with ./dev down")


def prepare_database(template, fresh=False):
    """Make the demo database when needed; install or update the add-on in it."""
    if fresh or not database.exists(DEMO_DATABASE):
        with step(f"new database {DEMO_DATABASE}"):
            database.copy(template, DEMO_DATABASE)
    with step("install the add-on"):
        database.install(DEMO_DATABASE, "demo-install")


def down():
    """Stop Odoo and the local KSeF."""
    for name in ("odoo", "sandbox"):
        if state(name):
            with step(f"stop {name}"):
                stop(name)
