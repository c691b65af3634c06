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
# Page numbers are of 32 bits.
LAST_PAGE = 2**31 - 1


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API.

    `token` says which kind it needs: access, refresh, operation, a tuple of these, or
    None. One of `rights` is enough. `group` is that of the rate limits. `prefix` is
    empty for addresses outside the API, as pre-signed ones. `since` is the contract
    that brought it.
    """

    method: str
    path: str
    handler: object
    group: str = "other"
    token: object = "access"
    rights: tuple = ()
    prefix: str = "/v2"
    since: str = "2.6"


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
    # Status code that a fault orders for what this call sends or closes.
    ordered_state: int = None

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
        is_number = text.isascii() and text.isdigit() and len(text) < 11
        if not is_number or not low <= int(text) <= high:
            raise BadRequest(21405, f"{name}: wartość musi być od {low} do {high}.")
        return int(text)

    def offset_page(self, rows, high=100):
        """A page of all rows by `pageOffset`, and whether there is more."""
        size = self.page_size(high)
        start = self.query_number("pageOffset", 0, LAST_PAGE, 0) * size
        return rows[start : start + size], len(rows) > start + size

    def key_page(self, rows, key, high):
        """A page of all rows from the highest key down; and the next page's token.

        :param key: gives the texts of a row that it is sorted by
        """
        size = self.page_size(high)
        rows = sorted(rows, key=key, reverse=True)
        if (mark := self._continuation("key")) is not None:
            rows = [row for row in rows if list(key(row)) < mark]
        token = None
        if len(rows) > size:
            token = _token("key", list(key(rows[size - 1])))
        return rows[:size], token

    def page(self, table, where, values, high, newest_first=False):
        """A page of a list: rows, and the token of the next page or None.

        The order is that of insertion; the token (`x-continuation-token`) holds the
        last row's number.
        """
        size = self.page_size(high)
        mark = self._continuation("row")
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
            token = _token("row", rows[size - 1]["mark"])
        return rows[:size], token

    def _continuation(self, kind):
        """What the token of the request holds, or None.

        :raises BadRequest: 21418 when KSeF did not make it, or not for such a list
        """
        token = self.request.headers.get("x-continuation-token")
        if not token:
            return None
        try:
            found = json.loads(base64.urlsafe_b64decode(token))
            if not isinstance(found, dict) or list(found) != [kind]:
                raise ValueError(token)
            mark = found[kind]
            is_fit = (
                isinstance(mark, int) and abs(mark) < 2**63
                if kind == "row"
                else isinstance(mark, list) and all(isinstance(k, str) for k in mark)
            )
            if not is_fit:
                raise ValueError(token)
        except (ValueError, RecursionError) as error:
            raise BadRequest(21418) from error
        return mark


def _token(kind, mark):
    return base64.urlsafe_b64encode(json.dumps({kind: mark}).encode()).decode()


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
