"""What the groups of calls in `client_*.py` share."""

import re
from collections.abc import Callable

from .crypto import sha256_b64
from .environment import Environment
from .errors import BadAnswer, KsefError
from .transport import Answer, Transport
from .types import Download

HASH_HEADER = "x-ms-meta-hash"
CONTINUATION = "x-continuation-token"
_MAX_PAGES = 1000


class Calls:
    """One environment, one access token, one transport.

    `warnings` gathers what KSeF warned of beside its answers (`system_warnings`);
    `asked` is (method, path) of the last call that needed a login.

    :param access_token: used by every call that needs a login
    :param gate: called with method and path before each call that needs a login; it
        may raise to stop the call (`limits.LimitReached`)
    :param transport: made from the environment when not given; options of `Transport`
        (timeout, verify, session) may be given instead
    """

    def __init__(
        self,
        environment: Environment,
        *,
        access_token: str | None = None,
        transport: Transport | None = None,
        gate: Callable[[str, str], None] | None = None,
        **options,
    ):
        self.environment = environment
        self.transport = transport or Transport(environment, **options)
        self.warnings = []
        self.asked = None
        self._access_token = access_token
        self._gate = gate

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.close()

    def __repr__(self):
        return f"<{type(self).__name__} {self.environment.code}>"

    def close(self):
        """Close the connections."""
        self.transport.close()

    def _call(self, method, path, *, token=None, **kwargs) -> Answer:
        """A call that needs a login: with the access token, or the one given."""
        token = token or self._access_token
        self.asked = (method, path)
        if self._gate:
            self._gate(method, path)
        return self._send(method, path, token=token, **kwargs)

    def _send(self, method, path, **kwargs) -> Answer:
        """A call; what KSeF warns of beside its answer is kept in `warnings`."""
        try:
            answer = self.transport.call(method, path, **kwargs)
        except KsefError as error:
            self.warnings += error.warnings
            raise
        self.warnings += answer.warnings
        return answer

    def _listing(self, method, path, name, *, token=None, params=None, **kwargs):
        """Yield the items `name` of every page, as KSeF's continuation token leads.

        :raises BadAnswer: "endless": the pages go in a circle or have no end
        """
        continuation, seen = None, set()
        while len(seen) < _MAX_PAGES:
            headers = {CONTINUATION: continuation} if continuation else {}
            page = self._call(
                method, path, token=token, params=params, headers=headers, **kwargs
            ).fields()
            yield from page.items(name)
            continuation = page.text("continuationToken", None)
            if not continuation:
                return
            if continuation in seen:
                break
            seen.add(continuation)
        raise BadAnswer("endless")


def segment(value: str) -> str:
    """A reference or KSeF number as part of a path.

    :raises ValueError: it holds anything but letters, digits, dashes and underscores
    """
    if not isinstance(value, str) or not re.fullmatch(r"[\w-]{1,64}", value, re.ASCII):
        raise ValueError("not a reference or KSeF number")
    return value


def download(answer: Answer) -> Download:
    """A document out of an answer, checked against the hash that came with it.

    :raises BadAnswer: "hash"; or "content_type": a web page came instead
    """
    if "html" in answer.headers.get("Content-Type", "").lower():
        raise BadAnswer("content_type", http_status=answer.status)
    expected = answer.headers.get(HASH_HEADER)
    if expected and expected != sha256_b64(answer.content):
        raise BadAnswer("hash", http_status=answer.status)
    return Download(answer.content, expected)
