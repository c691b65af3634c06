"""HTTP to one KSeF environment: what goes out, what may come back, what is logged."""

import json
import logging
import re
import ssl
import time
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3 import exceptions as urllib3_errors

from . import safe_json, system_warnings
from .environment import Environment, same_authority
from .errors import BadAnswer, NoAnswer
from .fields import Fields
from .problems import error_for

_logger = logging.getLogger(__name__)

USER_AGENT = "l10n_pl_ksef"
MAX_ANSWER = 20_000_000  # a page of 250 invoices is about 0.5 MB, an invoice 3 MB
MAX_PROBLEM = 100_000
TOTAL_SECONDS = 120
_CHUNK = 1 << 14
# TLS failures that only happen before a request can have been sent.
_HANDSHAKE = {
    "CERTIFICATE_VERIFY_FAILED",
    "NO_PROTOCOLS_AVAILABLE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "WRONG_VERSION_NUMBER",
}
_NOT_CONNECTED = (
    urllib3_errors.NewConnectionError,
    urllib3_errors.ConnectTimeoutError,
    urllib3_errors.ProxyError,
)


class _HideSignatures(logging.Filter):
    """urllib3 logs whole addresses at debug level; pre-signed ones hold a secret."""

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(
                re.sub(r"\?.*sig=.*", "?(hidden)", arg) if isinstance(arg, str) else arg
                for arg in record.args
            )
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_HideSignatures())


class _Bearer(AuthBase):
    """Puts the token in; being there at all keeps `.netrc` from doing it instead."""

    def __init__(self, token):
        self._token = token

    def __call__(self, request):
        request.headers.pop("Authorization", None)
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass(frozen=True)
class Answer:
    """A successful answer, wholly read."""

    status: int
    headers: requests.structures.CaseInsensitiveDict = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def warnings(self) -> tuple[system_warnings.SystemWarning, ...]:
        """What KSeF warns of beside it."""
        return system_warnings.read(self.headers)

    def fields(self) -> Fields:
        """The body as a JSON object."""
        return Fields(self.json())

    def json(self):
        """The body as JSON, numbers with a fraction as `Decimal`.

        :raises BadAnswer: "content_type" or "not_json"
        """
        kind = self.headers.get("Content-Type", "")
        if "json" not in kind.lower():
            raise BadAnswer("content_type", http_status=self.status)
        return safe_json.loads(self.content)


class Transport:
    """Calls to one environment over one `requests.Session`.

    It keeps nothing of a login, no cookies either: connections of several companies,
    and threads, may share one.

    :param timeout: seconds for connecting and for each silence while reading
    :param verify: False is not taken: True, or the path of an authority's certificate
    :param total: seconds in which a whole answer must have come; looked at between
        pieces of it
    :param problems: makes the error of an answer that is no success, for services that
        word theirs in another way than KSeF
    """

    def __init__(
        self,
        environment: Environment,
        timeout=(5, 30),
        verify=True,
        session: requests.Session | None = None,
        total: float = TOTAL_SECONDS,
        problems=error_for,
    ):
        if not verify:
            raise ValueError("certificates of servers are always verified")
        self.environment = environment
        self._timeout = timeout
        self._verify = verify
        self._total = total
        self._error_for = problems
        self._session = session or requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.headers["Accept-Encoding"] = "gzip"

    def close(self):
        """Close the connections."""
        self._session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        payload=None,
        body: bytes | None = None,
        content_type: str | None = None,
        params=None,
        headers=None,
        max_bytes: int = MAX_ANSWER,
    ) -> Answer:
        """Call an endpoint of the API.

        :param path: after the base address, `/auth/challenge`
        :param token: sent as Bearer
        :param payload: sent as JSON; or `body` with its `content_type`
        :raises KsefError: whatever the answer says, see `problems`; or NoAnswer
        """
        sent = {"X-Error-Format": "problem-details", **(headers or {})}
        sent["Accept"] = "application/json, application/xml, application/problem+json"
        if payload is not None:
            body = json.dumps(payload, separators=(",", ":")).encode()
            content_type = "application/json"
        if content_type:
            sent["Content-Type"] = content_type
        url = self.environment.api_url + path
        with self._open(
            method, url, path, token=token, params=params, headers=sent, data=body
        ) as response:
            return self._read(response, max_bytes, self._total)

    def signed_url(
        self,
        method: str,
        url: str,
        *,
        body=None,
        headers=None,
        sink=None,
        max_bytes: int = MAX_ANSWER,
        total: float | None = None,
        timeout=None,
    ) -> Answer:
        """Call a pre-signed address that KSeF handed out; no token goes with it.

        :param body: bytes, or a binary file that is streamed
        :param sink: a binary file that takes the answer; `content` is empty then
        :param total, timeout: for big files, instead of the transport's own
        :raises BadAnswer: "foreign_url": the address is not of this environment
        """
        url = urljoin(self.environment.api_url + "/", url)
        if not same_authority(self.environment, url):
            raise BadAnswer("foreign_url", details=[urlsplit(url).hostname or ""])
        label = "(pre-signed) " + urlsplit(url).path[-60:]
        with self._open(
            method, url, label, timeout=timeout, headers=headers, data=body
        ) as response:
            return self._read(response, max_bytes, total or self._total, sink)

    def _open(self, method, url, label, *, token=None, timeout=None, **kwargs):
        began = time.monotonic()
        try:
            response = self._session.request(
                method,
                url,
                auth=_Bearer(token),
                timeout=timeout or self._timeout,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
                **kwargs,
            )
        except (requests.RequestException, urllib3_errors.HTTPError, OSError) as error:
            sent = _may_have_been_sent(error)
            kind = type(error).__name__
            _logger.info("KSeF %s %s: %s, sent: %s", method, label, kind, sent)
            # Not chained: requests' messages hold whole addresses, signature and all.
            raise NoAnswer(sent=sent, details=[kind]) from None
        took = time.monotonic() - began
        _logger.info(
            "KSeF %s %s: %s in %.2f s", method, label, response.status_code, took
        )
        return response

    def _read(self, response, max_bytes, total, sink=None):
        pieces = _pieces(response, time.monotonic() + total)
        if not 200 <= response.status_code < 300:
            problem = _problem(pieces)
            error = self._error_for(response.status_code, response.headers, problem)
            error.warnings = system_warnings.read(response.headers)
            raise error
        content, size = [], 0
        for piece in pieces:
            size += len(piece)
            if size > max_bytes:
                raise BadAnswer("too_large", http_status=response.status_code)
            (sink.write if sink else content.append)(piece)
        return Answer(response.status_code, response.headers, b"".join(content))


def _pieces(response, deadline):
    """The body in pieces, until the deadline."""
    try:
        for piece in response.iter_content(_CHUNK):
            if time.monotonic() > deadline:
                raise NoAnswer(sent=True, details=["too slow"])
            yield piece
    except requests.exceptions.ContentDecodingError:
        raise BadAnswer("encoding", http_status=response.status_code) from None
    except (requests.RequestException, urllib3_errors.HTTPError, OSError) as error:
        raise NoAnswer(sent=True, details=[type(error).__name__]) from None


def _problem(pieces):
    """As much of an error's body as is worth reading."""
    body = b""
    for piece in pieces:
        body += piece
        if len(body) > MAX_PROBLEM:
            break
    return body


def _may_have_been_sent(error):
    """False only for failures that come before the first byte of a request."""
    for cause in _causes(error):
        if isinstance(cause, _NOT_CONNECTED):
            return False
        if isinstance(cause, ssl.SSLError) and cause.reason in _HANDSHAKE:
            return False
    return not isinstance(error, ValueError)  # an address or header that cannot be sent


def _causes(error):
    """The error and everything it was made of, however it was wrapped."""
    seen, todo = [], [error]
    while todo:
        current = todo.pop()
        if isinstance(current, BaseException) and current not in seen:
            seen.append(current)
            todo += [*current.args, current.__cause__, current.__context__]
            todo.append(getattr(current, "reason", None))
    return seen
