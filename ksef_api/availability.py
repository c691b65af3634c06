"""What KSeF announces of its own troubles: the public service *Latarnia*.

Source: the service's OpenAPI document (GitHub, CIRFMF/ksef-latarnia), `GET /messages`.
It needs no login. It only informs: it has been down while KSeF worked, and the other
way round, so nothing is ever held back because of it.
"""

from dataclasses import dataclass
from datetime import datetime

import requests

from . import environment as ksef_environment
from .errors import BadAnswer
from .fields import Fields
from .transport import Transport

MAINTENANCE, FAILURE, TOTAL_FAILURE = "MAINTENANCE", "FAILURE", "TOTAL_FAILURE"
CATEGORIES = (MAINTENANCE, FAILURE, TOTAL_FAILURE)
FAILURE_END = "FAILURE_END"
MAX_BYTES = 1_000_000
TIMEOUT = (3, 5)


@dataclass(frozen=True)
class Trouble:
    """One announced trouble of KSeF (*niedostępność*, *awaria*, *awaria całkowita*).

    ``event`` is its number, the same in every message about it; ``category`` one of
    `CATEGORIES`; ``start`` and ``end`` are aware UTC, ``end`` is None while it lasts
    or nobody knows; ``title`` and ``text`` are Polish, as last published.
    """

    event: str
    category: str
    title: str
    text: str
    start: datetime
    end: datetime | None


def troubles(environment, session: requests.Session | None = None) -> list[Trouble]:
    """Ask for all announced troubles, oldest first.

    :param environment: `Environment` whose `status_url` is not None
    :raises KsefError: no answer, or one without sense; ask again later
    """
    service = ksef_environment.custom(environment.status_url)
    transport = Transport(service, timeout=TIMEOUT, total=sum(TIMEOUT), session=session)
    answer = transport.call("GET", "/messages", max_bytes=MAX_BYTES).json()
    if not isinstance(answer, list):
        raise BadAnswer("field", details=["a list is expected"])
    return _joined([Fields(message) for message in answer])


def _joined(messages):
    """Make one trouble of all messages about it; the last version counts."""
    last = {}
    for message in messages:
        if message.text("category", "") in CATEGORIES:
            event = str(message.data.get("eventId") or message.text("id"))
            known = last.get(event)
            if known is None or _age(message) >= _age(known):
                last[event] = message
    found = [_trouble(event, message) for event, message in last.items()]
    return sorted(found, key=lambda trouble: trouble.start)


def _age(message):
    published = message.moment("published", None)
    return message.integer("version", 0), published.timestamp() if published else 0


def _trouble(event, message):
    end = message.moment("end", None)
    if end is None and message.text("type", "") == FAILURE_END:
        end = message.moment("published")
    return Trouble(
        event=event,
        category=message.text("category"),
        title=message.text("title", ""),
        text=message.text("text", ""),
        start=message.moment("start"),
        end=end,
    )
