"""The table of addresses, and what a handler gets and gives."""

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from .errors import BadRequest
from .fields import Fields

ENDPOINTS = []
WRITERS = ("InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations")
SESSION_READERS = (*WRITERS, "Introspection")


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API.

    `token` says which kind it needs: access, refresh, operation, a tuple of these, or
    None. One of `rights` is enough. `group` is that of the rate limits. `prefix` is
    empty for addresses outside the API, as pre-signed ones.
    """

    method: str
    path: str
    handler: object
    group: str = "other"
    token: object = "access"
    rights: tuple = ()
    prefix: str = "/v2"


def route(method, path, **options):
    """Register the function that answers an operation."""

    def register(handler):
        ENDPOINTS.append(Endpoint(method, path, handler, **options))
        return handler

    return register


@dataclass
class Call:
    """One request on its way through: who asks, and for what."""

    world: object
    request: object
    endpoint: Endpoint = None
    args: dict = field(default_factory=dict)
    identity: object = None

    @property
    def store(self):
        return self.world.store

    @property
    def now(self):
        return self.world.clock.now()

    @property
    def ip(self):
        return self.request.remote_addr

    @property
    def base_url(self):
        """Scheme and host as the caller wrote them, for addresses in answers."""
        parts = urlsplit(self.request.host_url)
        return f"{parts.scheme}://{parts.netloc}"

    def body(self):
        """The JSON object sent."""
        return Fields.of_request(self.request)

    def page_size(self, high, default=10):
        """`pageSize` of the query.

        :raises BadRequest: 21405 outside of 10..high
        """
        return self.query_number("pageSize", 10, high, default)

    def query_number(self, name, low, high, default):
        """A whole number of the query string, within limits."""
        text = self.request.args.get(name)
        if text is None:
            return default
        if not text.isdigit() or not low <= int(text) <= (high or int(text)):
            raise BadRequest(21405, f"{name}: wartość musi być od {low} do {high}.")
        return int(text)

    def page(self, table, where, values, high, newest_first=False):
        """A page of a list: rows, and the token of the next page or None.

        The order is that of insertion; the token (`x-continuation-token`) holds the
        last row's number.
        """
        size = self.page_size(high)
        mark = self._continuation()
        sign, order = ("<", "DESC") if newest_first else (">", "ASC")
        if mark is not None:
            where, values = f"({where}) AND rowid {sign} ?", [*values, mark]
        rows = self.store.rows(
            f"SELECT rowid AS mark, * FROM {table} WHERE {where} "
            f"ORDER BY rowid {order} LIMIT ?",
            *values,
            size + 1,
        )
        token = None
        if len(rows) > size:
            token = base64.urlsafe_b64encode(
                b"row:%d" % rows[size - 1]["mark"]
            ).decode()
        return rows[:size], token

    def _continuation(self):
        token = self.request.headers.get("x-continuation-token")
        if not token:
            return None
        try:
            kind, number = base64.urlsafe_b64decode(token).split(b":")
            if kind != b"row":
                raise ValueError(kind)
            return int(number)
        except ValueError as error:
            raise BadRequest(21418) from error


def json_answer(payload, status=200):
    """An answer in JSON."""
    text = json.dumps(payload, ensure_ascii=False)
    return Response(text, status, mimetype="application/json")


def empty(status=204):
    """An answer without content."""
    return Response(status=status)


def file_answer(content, digest, mimetype="application/xml"):
    """A document with its SHA-256 in `x-ms-meta-hash`."""
    return Response(content, 200, {"x-ms-meta-hash": digest}, mimetype=mimetype)
