"""How much may be asked: sliding windows per context, address and group."""

import math
import threading
from collections import deque

from .errors import TooManyRequests
from .routes import json_answer, route

WINDOWS = (("perSecond", 1), ("perMinute", 60), ("perHour", 3600))
NAMES = tuple(name for name, _seconds in WINDOWS)
WINDOW_NAMES = {"perSecond": "sekundę", "perMinute": "minutę", "perHour": "godzinę"}
PRODUCTION = {
    "onlineSession": (10, 30, 120),
    "batchSession": (10, 20, 60),
    "invoiceSend": (10, 30, 180),
    "invoiceStatus": (30, 120, 1200),
    "sessionList": (5, 10, 60),
    "sessionInvoiceList": (10, 20, 200),
    "sessionMisc": (10, 120, 1200),
    "invoiceMetadata": (8, 16, 20),
    "invoiceExport": (8, 16, 20),
    "invoiceExportStatus": (10, 60, 600),
    "invoiceDownload": (8, 16, 64),
    "other": (10, 30, 120),
}
NO_LIMIT = -1
# What a contract has beside the groups above, or otherwise.
NEWER = {
    "2.7": {"collectiveIdentifier": (10, 60, 120)},
    "2.9": {
        "collectiveIdentifier": (20, 120, 240),
        "onlineSessionClose": (20, 60, 240),
        "batchSessionClose": (20, 40, 120),
        "anonymous": (60, NO_LIMIT, NO_LIMIT),
        "global": (NO_LIMIT, NO_LIMIT, NO_LIMIT),
    },
}
# Groups that cannot be set for a context: they are the address's.
OF_ADDRESS = ("anonymous", "global")
# Before 2.8, closing counted with opening.
CLOSING = {
    "onlineSessionClose": "onlineSession",
    "batchSessionClose": "batchSession",
}
PUBLIC = {"perSecond": 60}
# Invoices in one collective identifier
COLLECTIVE = {"maxInvoices": 500}
SESSION_LIMITS = {
    "maxInvoiceSizeInMB": 1,
    "maxInvoiceWithAttachmentSizeInMB": 3,
    "maxInvoices": 10000,
}
# (enrolments, certificates) by the kind of the subject's identifier
CERTIFICATE_LIMITS = {"Nip": (300, 100), "Pesel": (12, 6), "Fingerprint": (12, 6)}


def production(contract):
    """The documented limits in the shape of `GET /rate-limits`."""
    groups = {**PRODUCTION, **NEWER.get(contract, {})}
    return {
        group: dict(zip(NAMES, numbers, strict=True))
        for group, numbers in groups.items()
    }


def settable(contract):
    """The groups that `POST /testdata/rate-limits` sets."""
    return [
        group
        for group in production(contract)
        if group not in OF_ADDRESS and group not in CLOSING
    ]


def effective(world, context):
    """The limits of a context: the documented ones, or those set by `/testdata`.

    When they are off, what is told lets everything pass, too.
    """
    if world.knobs["rate_limits"] == "off":
        return {
            group: dict.fromkeys(NAMES, NO_LIMIT)
            for group in production(world.knobs["contract"])
        }
    own = world.store.setting("rate-limits", context) or {}
    return {**production(world.knobs["contract"]), **own}


class Counters:
    """Times of the calls of the last hour by key."""

    def __init__(self):
        self._lock = threading.Lock()
        self._calls, self._blocks = {}, {}

    def clear(self):
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
            self._blocks.clear()

    def count(self, key, limits, now):
        """Count a call, or refuse it.

        :param limits: `{"perSecond": …}`
        :param now: seconds
        :raises TooManyRequests: with the seconds till the call would pass; who asks
            again before that waits longer
        """
        with self._lock:
            calls = self._calls.setdefault(key, deque())
            while calls and calls[0] <= now - 3600:
                calls.popleft()
            until, text = self._blocks.get(key, (0, ""))
            if now < until:
                until += 1
            else:
                until, text = self._first_free(calls, limits, now)
            if until <= now:
                calls.append(now)
                self._blocks.pop(key, None)
                return
            self._blocks[key] = (until, text)
        raise TooManyRequests(max(1, math.ceil(until - now)), text)

    @staticmethod
    def _first_free(calls, limits, now):
        until, text = now, ""
        for name, seconds in WINDOWS:
            limit = limits.get(name)
            if limit is None or limit == NO_LIMIT:
                continue
            inside = [moment for moment in calls if moment > now - seconds]
            if len(inside) >= limit:
                free = inside[-limit] + seconds if limit else now + seconds
                if free > until:
                    until = free
                    text = f"Przekroczono limit {limit} żądań na {WINDOW_NAMES[name]}."
        return until, text


def check(call):
    """Count a call against its group.

    :raises TooManyRequests: see `Counters.count`
    """
    world, endpoint = call.world, call.endpoint
    if endpoint.group is None or world.knobs["rate_limits"] == "off":
        return
    now = world.clock.timestamp()
    if endpoint.group == "public":
        world.counters.count(("public", call.ip), PUBLIC, now)
        return
    context = call.identity.context if call.identity else ""
    known = effective(world, context)
    group = endpoint.group
    if group not in known:
        group = CLOSING[group]
    limits = known[group]
    if group == "other":
        # Each operation is counted by itself.
        group = f"{endpoint.method} {endpoint.path}"
    world.counters.count((context, call.ip, group), limits, now)


@route("GET", "/rate-limits")
def rate_limits(call):
    """The limits in force for the context."""
    return json_answer(effective(call.world, call.identity.context))


@route("GET", "/limits/context")
def context_limits(call):
    """Sizes and numbers in sessions, and in collective identifiers."""
    found = dict(session_limits(call.world, call.identity.context))
    if call.world.knobs["contract"] != "2.9":
        found.pop("collectiveIdentifier")
    return json_answer(found)


def session_limits(world, context):
    """Limits of a context, as `GET /limits/context` gives them."""
    default = {
        "onlineSession": SESSION_LIMITS,
        "batchSession": SESSION_LIMITS,
        "collectiveIdentifier": COLLECTIVE,
    }
    return {**default, **(world.store.setting("session-limits", context) or {})}


@route("GET", "/limits/subject")
def subject_limits(call):
    """How many certificates the subject may have."""
    enrolments, certificates = certificate_limits(call.world, call.identity)
    return json_answer(
        {
            "enrollment": {"maxEnrollments": enrolments},
            "certificate": {"maxCertificates": certificates},
        }
    )


def certificate_limits(world, identity):
    """(enrolments, certificates) that the subject may have."""
    own = world.store.setting("certificate-limits", identity.subject)
    return tuple(own) if own else CERTIFICATE_LIMITS[identity.subject_type]
