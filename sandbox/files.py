"""Pre-signed addresses: open without a token, until they expire."""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import quote, urlencode

from werkzeug.wrappers import Response

from .clock import iso, parse


class LinkRefused(Exception):
    """The address is not one that was given out, or no longer."""


def _signature(world, method, path, until):
    text = f"{method} {path} {until}".encode()
    return hmac.new(world.authority.secret, text, hashlib.sha256).hexdigest()


def link(call, path, method="GET", until=None):
    """An address on the host that was called, and the time it expires (ISO).

    :param path: below `/storage`
    """
    world, path = call.world, f"/storage/{path}"
    until = until or world.clock.now() + timedelta(seconds=world.knobs["url_seconds"])
    query = {
        "skoid": "1ad7cfe8-2cb2-406b-b96c-6eefb55794db",
        "sktid": "647754c7-3974-4442-a425-c61341b61c69",
        "se": iso(until),
        "sig": _signature(world, method, path, iso(until)),
    }
    return f"{call.base_url}{quote(path)}?{urlencode(query)}", iso(until)


def check(call):
    """:raises LinkRefused: wrong signature, or too late"""
    args, request = call.request.args, call.request
    until, given = args.get("se", ""), args.get("sig", "")
    right = _signature(call.world, request.method, request.path, until)
    if not hmac.compare_digest(right.encode(), given.encode()):
        raise LinkRefused("AuthenticationFailed")
    if parse(until) < call.now:
        raise LinkRefused("AuthenticationFailed: the address expired")


def refused(reason, status=403):
    """The storage's own error, which is XML and not KSeF's."""
    text = f"<?xml version='1.0' encoding='utf-8'?><Error><Code>{reason}</Code></Error>"
    return Response(text, status, mimetype="application/xml")
