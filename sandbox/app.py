"""From a request to an answer: routing, faults, login, limits, rights, errors."""

import re
import socket
import time
import traceback
from select import select

from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

# Importing them fills the table of addresses.
from . import (  # noqa: F401
    auth,
    auth_sessions,
    batch,
    certificates,
    collective,
    exports,
    gus,
    keys,
    latarnia,
    limits,
    online,
    pages,
    peppol,
    permission_grants,
    permission_operations,
    permission_queries,
    permission_structure,
    query,
    sessions,
    testdata,
    tokens,
    upo,
    white_list,
)
from .clock import iso
from .errors import (
    ApiError,
    BadRequest,
    Forbidden,
    Injected,
    MethodNotAllowed,
    NotFound,
    TooManyRequests,
    render,
)
from .identity import identify
from .numbers import KSEF_NUMBER, REFERENCE
from .routes import ENDPOINTS, Call

MALFORMED = b'{"referenceNumber": "20260101-XX-'


class Dropped(ConnectionError):
    """The connection was cut by order of a test."""


class Application:
    """The WSGI application of the API, its files and its pages."""

    def __init__(self, world):
        self.world = world
        self._rules = Map(
            [
                Rule(item.prefix + item.path, endpoint=item, methods=[item.method])
                for item in ENDPOINTS
            ],
            strict_slashes=False,
            merge_slashes=False,
        )

    def __call__(self, environ, start_response):
        request = Request(environ)
        path = request.path.removeprefix("/v2")
        fault = self.world.faults.take(request.method, path) or {"action": None}
        if fault["action"] in ("hold_before", "delay"):
            self._hold(fault, environ)
        if fault["action"] in ("drop_before", "hold_before"):
            cut(environ)
        response = self._ordered(fault, request) or self.answer(request, fault)
        if fault["action"] == "hold_after":
            self._hold(fault, environ)
        if fault["action"] in ("drop_after", "hold_after"):
            cut(environ)
        if fault["action"] == "corrupt":
            content = response.get_data()
            response.set_data(bytes([content[0] ^ 1]) + content[1:])
        forced = request.headers.get("X-Test-System-Warning")
        if warning := forced or self.world.knobs["system_warning"]:
            response.headers["X-System-Warning"] = warning
        return response(environ, start_response)

    def _hold(self, fault, environ):
        """Keep a call open until its time is over, or its order or its caller ends."""
        connection, faults = environ["werkzeug.socket"], self.world.faults
        faults.hold(fault["id"], connection.getpeername()[1])
        end = time.monotonic() + fault["seconds"]
        while time.monotonic() < end and faults.has(fault["id"]):
            # Whoever waits for an answer says nothing more; only its end is to be read.
            if select([connection], [], [], 0.05)[0]:
                break
        faults.hold(fault["id"], None)

    def _ordered(self, fault, request):
        """The answer that a fault orders instead of the real one, or None."""
        action, now = fault["action"], self.world.clock.now()
        if action == "malformed":
            return Response(MALFORMED, 200, mimetype="application/json")
        if action == "rate_limit":
            error = TooManyRequests(fault["retry_after"] or 5, "Przekroczono limit.")
        elif action == "status":
            error = _ordered_error(fault)
        else:
            return None
        return render(error, request, now)

    def answer(self, request, fault):
        """The real answer to a request."""
        call = Call(self.world, request)
        if fault["action"] == "state":
            call.ordered_state = fault["state"]
        try:
            response = self._dispatch(call)
        except ApiError as error:
            response = render(error, request, call.now)
        except Exception:
            traceback.print_exc()
            response = render(ApiError(), request, call.now)
        self._record(call, response)
        return response

    def _dispatch(self, call):
        adapter = self._rules.bind_to_environ(call.request.environ)
        try:
            call.endpoint, call.args = adapter.match()
        except NoSuchMethod as error:
            raise MethodNotAllowed from error
        except HTTPException as error:
            raise NotFound from error
        if call.endpoint.since > self.world.knobs["contract"]:
            raise NotFound
        with self.world.store.transaction():
            permission_operations.settle(self.world)
            if call.endpoint.token:
                call.identity = identify(call)
            limits.check(call)
            self._check_rights(call)
            self._check_arguments(call)
            return call.endpoint.handler(call)

    @staticmethod
    def _check_rights(call):
        rights = call.endpoint.rights
        if rights and not call.identity.permissions.intersection(rights):
            raise Forbidden(
                "missing-permissions",
                requiredAnyOfPermissions=list(rights),
                presentPermissions=sorted(call.identity.permissions),
            )

    @staticmethod
    def _check_arguments(call):
        for name, value in call.args.items():
            pattern = {
                "number": KSEF_NUMBER,
                "serial": re.compile(r"[0-9A-F]{16}"),
            }.get(name, REFERENCE if name.endswith("reference") else None)
            if pattern and not pattern.fullmatch(value):
                raise BadRequest(21405, f"{name}: nieprawidłowy format.")

    def _record(self, call, response):
        self.world.calls.add(
            call.endpoint.group if call.endpoint else None,
            time=iso(call.now),
            method=call.request.method,
            path=call.request.path,
            status=response.status_code,
            nip=call.identity.context if call.identity else None,
        )


def _ordered_error(fault):
    """The refusal that a fault orders: a status, with a code or reason of KSeF's."""
    text = "Ordered by the control port"
    if fault["status"] == 400:
        return BadRequest(fault["code"] or 21405, text)
    if fault["status"] == 403 and fault["reason"]:
        return Forbidden(fault["reason"], **fault["security"])
    return Injected(fault["status"], fault["retry_after"])


def cut(environ):
    """Cut the connection without an answer."""
    connection = environ["werkzeug.socket"]
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was faster.
        pass
    raise Dropped
