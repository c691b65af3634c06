"""Odoo's own test runner on a fresh copy of the template database."""

import os

from . import database, odoo_log, paths
from .command import free_port, tail
from .command import run as run_command
from .console import note, say
from .selection import odoo_files

KEPT_LOGS = 10


def has_tests():
    return bool(odoo_files())


def run(template, tags):
    """Install the add-on in a copy of `template` and run its tests.

    :param tags: for `--test-tags`
    :return: (`odoo_log.Verdict`, what went wrong beside failed tests or "")
    """
    with database.scratch(template) as name:
        log, code = _run_odoo(name, tags)
    return _judge(log, code)


def run_bare(tags):
    """Run tests in a database of nothing but the add-on and what it depends on.

    :param tags: for `--test-tags`
    :return: as of `run`
    """
    with database.scratch_empty() as name:
        log, code = _run_odoo(name, tags)
    return _judge(log, code)


def _run_odoo(name, tags):
    """Returns the log's path and Odoo's exit code."""
    _forget_old_logs()
    log = f"odoo-tests-{os.getpid()}"
    options = ["-i", paths.MODULE, "--test-tags", ",".join(tags), "--stop-after-init"]
    options += [f"--http-port={free_port()}", "--workers=0"]
    command = database.odoo_command(name, *options)
    note(f"install the add-on and run its tests (log: {paths.LOG / log}.log)")
    done = run_command(*command, log=log, check=False)
    return paths.LOG / f"{log}.log", done.returncode


def _judge(log, code):
    verdict = odoo_log.judge(log.read_text(errors="replace"))
    for line in verdict.bad_lines():
        say(f"    {line}")
    for reason in verdict.skip_reasons:
        note(reason)
    if verdict.bad:
        return verdict, f"{len(verdict.bad)} unexpected warnings or errors in the log"
    if code:
        say(tail(log))
        return verdict, f"Odoo ended with {code}"
    if not verdict.passed + verdict.failed:
        return verdict, "no Odoo test was run"
    return verdict, ""


def _forget_old_logs():
    logs = sorted(paths.LOG.glob("odoo-tests-*.log"), key=lambda p: p.stat().st_mtime)
    for log in logs[:-KEPT_LOGS]:
        log.unlink(missing_ok=True)
