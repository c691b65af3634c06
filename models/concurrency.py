"""Commits around calls to KSeF, and locks that outlive them."""

import hashlib
import logging
import time
from contextlib import contextmanager

import psycopg2

from odoo import modules

from ..ksef_api.errors import RateLimited

_logger = logging.getLogger(__name__)


class Busy(RateLimited):
    """Another process is doing this very thing for the connection right now."""


class Pause(RateLimited):
    """No call is made for a while; ``message`` says to people why."""

    def __init__(self, message, **kwargs):
        self.message = message
        super().__init__(**kwargs)


class SessionPause(Pause):
    """KSeF's sessions are not available for now."""


def checkpoint(env):
    """Make what was written so far survive, before or after a call to KSeF.

    Nothing is committed inside Odoo's in-process tests, where the transaction belongs
    to the test; there the pending writes are flushed only.
    """
    # Here, not in the commit: that one would log changes in another language.
    env.flush_all()
    if not modules.module.current_test:
        env.cr.commit()


def roll_back(env):
    """Undo what was done since the last ``checkpoint``; in in-process tests, where
    the transaction belongs to the test, only what is not flushed yet.
    """
    if not modules.module.current_test:
        env.cr.rollback()
    env.invalidate_all(flush=False)


def time_is_left(env):
    """Tell whether the cron that runs, if one does, may begin another step."""
    return time.monotonic() < env.context.get("cron_end_time", float("inf"))


@contextmanager
def advisory_lock(env, name):
    """Yield True when this process alone holds the lock ``name`` (text), else False.

    The lock is a PostgreSQL advisory lock held by a cursor of its own: unlike a row
    lock it survives the commits of the work it guards, and it ends with the process
    that holds it, however that process ends. It works across workers and hosts.
    """
    digest = hashlib.sha256(f"{env.cr.dbname}:l10n_pl_ksef:{name}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    with env.registry.cursor() as cr:
        cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        yield cr.fetchone()[0]


@contextmanager
def own_cursor(env):
    """Yield a cursor whose commit does not wait for the caller's.

    In Odoo's in-process tests it is the test's own, what was written flushed.
    """
    if modules.module.current_test:
        env.flush_all()
        yield env.cr
    else:
        with env.registry.cursor() as cr:
            yield cr


@contextmanager
def isolated(env, what):
    """Keep what goes wrong with one record from stopping the next in a cron.

    It is rolled back to the last ``checkpoint``; a conflict with another process is
    left for the next run, anything else is logged with its traceback.

    :param what: the record, for the log
    """
    in_test = modules.module.current_test
    try:
        if in_test:
            with env.cr.savepoint():
                yield
        else:
            yield
    except Exception as error:
        roll_back(env)
        if isinstance(error, psycopg2.OperationalError):
            _logger.info("KSeF: %s: another process was faster", what)
        else:
            _logger.exception("KSeF: %s was left out", what)
