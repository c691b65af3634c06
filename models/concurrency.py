"""Commits around calls to KSeF, and locks that outlive them."""

import hashlib
import time
from contextlib import contextmanager

from odoo import modules


def checkpoint(env):
    """Make what was written so far survive, before or after a call to KSeF.

    Nothing is committed inside Odoo's in-process tests, where the transaction belongs
    to
    the test; there the pending writes are flushed only.
    """
    if modules.module.current_test:
        env.flush_all()
    else:
        env.cr.commit()


def time_is_left(env):
    """Tell whether the cron that runs, if one does, may begin another step."""
    return time.monotonic() < env.context.get("cron_end_time", float("inf"))


@contextmanager
def exclusive(env, name):
    """Yield True when this process alone holds the lock ``name`` (text), else False.

    The lock is a PostgreSQL advisory lock held by a cursor of its own: unlike a row
    lock
    it survives the commits of the work it guards, and it ends with the process that
    holds
    it, however that process ends. It works across workers and hosts.
    """
    digest = hashlib.sha256(f"{env.cr.dbname}:l10n_pl_ksef:{name}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    with env.registry.cursor() as cr:
        cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        yield cr.fetchone()[0]
