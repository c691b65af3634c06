"""How many calls KSeF takes (limity/limity-api.md, [oa] *x-rate-limits*).

As production has them since 2.8, with groups of their own for closing sessions.

Calls are counted by context (NIP) and address, in groups, over the last second, minute
and hour at once. KSeF answers more with 429, and makes those who go on wait longer.
"""

import math
import re

from .errors import RateLimited

WINDOWS = {"perSecond": 1, "perMinute": 60, "perHour": 3600}
LONGEST = max(WINDOWS.values())
OTHER = "other"
_DOCUMENTED = {
    "onlineSession": (10, 30, 120),
    "onlineSessionClose": (20, 60, 240),
    "batchSession": (10, 20, 60),
    "batchSessionClose": (20, 40, 120),
    "invoiceSend": (10, 30, 180),
    "invoiceStatus": (30, 120, 1200),
    "sessionList": (5, 10, 60),
    "sessionInvoiceList": (10, 20, 200),
    "sessionMisc": (10, 120, 1200),
    "invoiceMetadata": (8, 16, 20),
    "invoiceExport": (8, 16, 20),
    "invoiceExportStatus": (10, 60, 600),
    "invoiceDownload": (8, 16, 64),
    "collectiveIdentifier": (20, 120, 240),
    OTHER: (10, 30, 120),
}
# As `GET /rate-limits` tells them for a context; these are everybody's.
DOCUMENTED = {
    group: dict(zip(WINDOWS, numbers, strict=True))
    for group, numbers in _DOCUMENTED.items()
}
# The first that fits counts; `*` stands for one reference or number.
_GROUPS = [
    ("POST", "/sessions/online", "onlineSession"),
    ("POST", "/sessions/online/*/close", "onlineSessionClose"),
    ("POST", "/sessions/online/*/invoices", "invoiceSend"),
    ("POST", "/sessions/batch", "batchSession"),
    ("POST", "/sessions/batch/*/close", "batchSessionClose"),
    ("GET", "/sessions", "sessionList"),
    ("GET", "/sessions/*/invoices", "sessionInvoiceList"),
    ("GET", "/sessions/*/invoices/failed", "sessionInvoiceList"),
    ("GET", "/sessions/*/invoices/*", "invoiceStatus"),
    ("POST", "/invoices/query/metadata", "invoiceMetadata"),
    ("POST", "/invoices/exports", "invoiceExport"),
    ("GET", "/invoices/exports/*", "invoiceExportStatus"),
    ("GET", "/invoices/ksef/*", "invoiceDownload"),
    ("POST", "/collective-identifiers", "collectiveIdentifier"),
    ("POST", "/collective-identifiers/query", "collectiveIdentifier"),
    ("POST", "/collective-identifiers/invoices", "collectiveIdentifier"),
    ("GET", "/collective-identifiers/ksef/*", "collectiveIdentifier"),
]
_PATTERNS = [
    (method, re.compile(path.replace("*", "[^/]+")), group)
    for method, path, group in _GROUPS
]
# 60 calls a second for everybody behind one address: out of reach.
_FREE = ("/auth/", "/security/", "/testdata/", "/peppol/")
_REFERENCE = re.compile(r"/[^/]*\d[^/]*")


class LimitReached(RateLimited):
    """A call was not made: KSeF would refuse it. Other groups of calls go on."""


def group_of(method: str, path: str) -> str | None:
    """The group that a call counts to; None when nobody counts it.

    *other* counts each of its operations by itself: the group names it, too.

    :param path: after the base address, `/sessions/online`
    """
    for its_method, pattern, group in _PATTERNS:
        if its_method == method and pattern.fullmatch(path):
            return group
    if path.startswith("/sessions/"):
        return "sessionMisc"
    if path.startswith(_FREE) and not path.startswith("/auth/sessions"):
        return None
    return f"{OTHER} {method} {_REFERENCE.sub('/*', path)}"


def of_group(group: str, told: dict | None) -> dict[str, int]:
    """The limits of a group, as `seconds_till_free` takes them.

    :param group: see `group_of`
    :param told: what KSeF told of this context; the documented ones count for a group
        that it did not tell
    """
    kind = group.split(" ")[0]
    return (told or {}).get(kind) or DOCUMENTED.get(kind, {})


def seconds_till_free(times: list[float], limits: dict[str, int], now: float) -> int:
    """Whole seconds till one more call is allowed; 0: now.

    :param times: seconds since 1970 of the calls of the last hour, in order
    :param limits: `{"perSecond": 10, ...}`; a window that it lacks, or whose number is
        not above zero, has no limit: KSeF says -1 for "none" ([oa] *GET /rate-limits*)
    """
    free = now
    for name, seconds in WINDOWS.items():
        limit = limits.get(name) or 0
        inside = [moment for moment in times if moment > now - seconds]
        if 0 < limit and len(inside) >= limit:
            free = max(free, inside[-limit] + seconds)
    return math.ceil(free - now)
