"""Odoo's own test runner on fresh copies of template databases."""

import itertools
import os

from . import database, odoo_log, paths
from .command import free_port, tail
from .command import run as run_command
from .console import note, say
from .results import Result

KEPT_LOGS = 40
_numbers = itertools.count()


def install(template):
    """Install the add-on; its log must be as clean as that of a test.

    :param template: database with Odoo's own modules
    """
    name = database.ensure_addon(template)
    verdict = odoo_log.judge((paths.LOG / f"{name}.log").read_text(errors="replace"))
    _show(verdict)
    return Result(passed=1, problem=_unexpected(verdict))


def run(template, tags):
    """Run tests where the add-on is installed already.

    :param template: database with Odoo's own modules
    :param tags: for `--test-tags`
    """
    with database.scratch(database.ensure_addon(template)) as name:
        return _judge(*_run_odoo(name, tags))


def run_bare(template, tags):
    """Install the add-on and run tests where nothing is but what it depends on.

    :param template: database with the modules that the add-on depends on
    :param tags: for `--test-tags`
    """
    with database.scratch(template) as name:
        return _judge(*_run_odoo(name, tags, "-i", paths.MODULE))


def _run_odoo(name, tags, *options):
    """Returns the log's path and Odoo's exit code."""
    _forget_old_logs()
    log = f"odoo-tests-{os.getpid()}-{next(_numbers)}"
    options = [*options, "--test-tags", ",".join(tags), "--stop-after-init"]
    options += [f"--http-port={free_port()}", "--workers=0"]
    note(f"log: {paths.LOG / log}.log")
    done = run_command(*database.odoo_command(name, *options), log=log, check=False)
    return paths.LOG / f"{log}.log", done.returncode


def _judge(log, code):
    verdict = odoo_log.judge(log.read_text(errors="replace"))
    _show(verdict)
    problem = _unexpected(verdict)
    if not problem and code:
        say(tail(log))
        problem = f"Odoo ended with {code}"
    if not problem and not verdict.passed + verdict.failed:
        problem = "no Odoo test was run"
    return Result(verdict.passed, verdict.failed, verdict.skipped, problem=problem)


def _show(verdict):
    for line in verdict.bad_lines():
        say(f"    {line}")
    for reason in verdict.skip_reasons:
        note(reason)


def _unexpected(verdict):
    if not verdict.bad:
        return ""
    return f"{len(verdict.bad)} unexpected warnings or errors in the log"


def _forget_old_logs():
    logs = sorted(paths.LOG.glob("odoo-tests-*.log"), key=lambda p: p.stat().st_mtime)
    for log in logs[:-KEPT_LOGS]:
        log.unlink(missing_ok=True)
