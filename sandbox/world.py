"""Everything a request can touch: state, clock, keys, knobs, counters, faults."""

import os
import queue
import re
import tempfile
import threading
import time
import traceback
from collections import Counter, deque
from datetime import timedelta
from pathlib import Path

from . import clock, keys, numbers
from .errors import FORBIDDEN
from .limits import Counters
from .pki import Authority
from .schemas import Schemas
from .store import Store

KNOBS = {
    # An asynchronous thing answers "in progress" this many times, and this long.
    "polls_before_ready": 1,
    "auth_polls": 1,
    "processing_seconds": 0,
    # How far the high-water mark is behind, and permanent storage after acceptance.
    "hwm_lag_seconds": 0,
    # ISO time at which the high-water mark stands still.
    "hwm_frozen": "",
    "storage_delay_seconds": 0,
    "challenge_seconds": 600,
    "access_token_seconds": 900,
    "refresh_token_seconds": 604800,
    "url_seconds": 3600,
    "rate_limits": "production",
    # Of KSeF's contract; production speaks 2.9 (docs/ksef.md).
    "contract": "2.9",
    "accept_self_signed": True,
    # The most records that one set of filters gives, in lists and in exports.
    "query_cap": 10000,
    "export_cap": 10000,
    "export_part_bytes": 50_000_000,
    "export_state": "",
    "part_window_seconds": 1200,
    "upo_page_size": 10000,
    "nip_checksum": False,
    # Collective identifiers that one invoice may stand in, for each context.
    "collective_per_invoice": 132,
    "system_warning": "",
    # The list of VAT payers: searches a day (0: as many as one likes), its renewal.
    "white_list_searches": 0,
    "white_list_renewal": "",
}
KNOB_VALUES = {
    "rate_limits": ("production", "off"),
    "contract": ("2.6", "2.7", "2.9"),
    "export_state": ("", "210", "410"),
    "white_list_renewal": ("", "renewed", "lasts"),
}
CALLS_KEPT = 100_000
# What a fault of action "state" lets an invoice or a session end in.
STATES = (500, 550)


def check_order(order):
    """Codes may be any: tomorrow's KSeF has codes that nobody knows today.

    :raises ValueError: a reason or state that KSeF does not know
    """
    for name, known in (("reason", FORBIDDEN), ("state", STATES)):
        if order[name] is not None and order[name] not in known:
            raise ValueError(f"{name} is one of {', '.join(map(str, known))}")


class Faults:
    """Orders to misbehave, in the order given."""

    def __init__(self):
        self._lock = threading.Lock()
        self._orders, self._next = [], 1

    def add(self, order):
        """Note an order (see docs/ksef.md); returns its id."""
        defaults = {"method": "", "path": "", "action": "status", "status": 503}
        defaults |= {"seconds": 1, "retry_after": None, "times": 1, "after": 0}
        defaults |= {"held": None}
        defaults |= {"code": None, "reason": None, "security": {}, "state": 550}
        check_order({**defaults, **order})
        with self._lock:
            made = {**defaults, **order, "id": self._next, "hits": 0, "seen": 0}
            re.compile(made["path"])
            self._next += 1
            self._orders.append(made)
            return made["id"]

    def take(self, method, path):
        """The order for a call, used up by one, or None."""
        with self._lock:
            for order in self._orders:
                fits = order["method"] in ("", method) and re.search(
                    order["path"], path
                )
                if not fits or (order["times"] and order["hits"] >= order["times"]):
                    continue
                order["seen"] += 1
                if order["seen"] > order["after"]:
                    order["hits"] += 1
                    return dict(order)
        return None

    def hold(self, number, port):
        """Note the caller's port, whose call is held now; None: it is no more."""
        with self._lock:
            for order in self._orders:
                if order["id"] == number:
                    order["held"] = port

    def has(self, number):
        """Whether an order is still there."""
        with self._lock:
            return any(order["id"] == number for order in self._orders)

    def all(self):
        """Every order with its hits."""
        with self._lock:
            return [dict(order) for order in self._orders]

    def clear(self):
        """Forget every order."""
        with self._lock:
            self._orders.clear()


class Calls:
    """What was asked, for tests that count."""

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        """Start counting anew."""
        with self._lock:
            self.total, self.by_group = 0, Counter()
            self.items = deque(maxlen=CALLS_KEPT)

    def add(self, group, **item):
        """Note a call."""
        with self._lock:
            self.total += 1
            self.by_group[group or "none"] += 1
            self.items.append({**item, "group": group})

    def report(self):
        """The calls as the control port tells them."""
        with self._lock:
            return {
                "total": self.total,
                "by_group": dict(self.by_group),
                "items": list(self.items),
            }


class World:
    """One local KSeF.

    :param folder: where state persists; None for a temporary one
    """

    def __init__(self, folder, hostname, schema_folder=None):
        self._temporary = None
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="ksef-sandbox-")
            folder = self._temporary.name
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o700)
        self.schemas = Schemas(schema_folder)
        self.store = Store(self.folder / "state.sqlite")
        self.clock = clock.Clock(self.store.setting("control", "clock", 0.0))
        self.knobs = {**KNOBS, **self.store.setting("control", "knobs", {})}
        self.authority = Authority(self.store, hostname)
        self.counters, self.faults, self.calls = Counters(), Faults(), Calls()
        keys.ensure(self)
        self._work = queue.Queue()
        threading.Thread(target=self._do_work, daemon=True).start()

    def after(self, job):
        """Do something in the background, one thing after the other."""
        self._work.put(job)

    def _do_work(self):
        while True:
            # A job is put while its request is in a transaction: let it end.
            job = self._work.get()
            with self.store.transaction():
                pass
            try:
                job()
            except Exception:
                traceback.print_exc()

    def close(self):
        """Close the files; a temporary folder is removed."""
        self.store.close()
        if self._temporary:
            self._temporary.cleanup()

    def reset(self):
        """Back to the start, but with the same keys and authorities."""
        self.store.reset()
        self.clock.offset = 0.0
        self.knobs = dict(KNOBS)
        for memory in (self.counters, self.faults, self.calls):
            memory.clear()

    def set_clock(self, offset):
        """Move the clock to real time plus `offset` seconds.

        Moved back, it forgets the calls it has counted: they lie in the future now.
        """
        if float(offset) < self.clock.offset:
            self.counters.clear()
        self.clock.offset = float(offset)
        self.store.set_setting("control", "clock", self.clock.offset)

    def set_knobs(self, values):
        """Turn knobs; raises ValueError for an unknown one or a value it has not."""
        for name, value in values.items():
            if name not in KNOBS:
                raise ValueError(f"there is no knob {name}")
            if value not in KNOB_VALUES.get(name, (value,)):
                raise ValueError(f"{name} is one of {KNOB_VALUES[name]}")
        self.knobs |= values
        self.store.set_setting("control", "knobs", self.knobs)

    def now_text(self):
        """The present as it is stored."""
        return clock.iso(self.clock.now())

    def reference(self, kind):
        """A new reference number of today."""
        return numbers.reference(kind, self.clock.now())

    def poll(self, table, row, since, knob="polls_before_ready"):
        """Note that somebody asks for an asynchronous thing; True when it is ready.

        :param since: ISO time when its processing began
        """
        ready = self.is_ready(row, since, knob)
        self.store.run(f"UPDATE {table} SET polls = polls + 1 WHERE id = ?", row["id"])
        return ready

    def is_ready(self, row, since, knob="polls_before_ready"):
        """True when an asynchronous thing was asked for often and long enough."""
        began = clock.parse(since)
        waited = self.clock.now() - began
        enough = timedelta(seconds=self.knobs["processing_seconds"])
        # What began in the future did so before somebody put the clock back.
        is_long = waited >= enough or waited < timedelta(0)
        return row["polls"] >= self.knobs[knob] and is_long


def wait(seconds):
    """Sleep, for faults of latency."""
    time.sleep(float(seconds))
