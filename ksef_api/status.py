"""KSeF's public availability service, *Latarnia*; no login, DEMO has none.

Not in ksef-docs; addresses and shapes as the Ministry's SDKs have them, so everything
but the status itself may be absent.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from .environment import Environment
from .fields import Fields
from .transport import Transport

AVAILABLE, MAINTENANCE, FAILURE, TOTAL_FAILURE = (
    "AVAILABLE",
    "MAINTENANCE",
    "FAILURE",
    "TOTAL_FAILURE",
)
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Message:
    """An announcement. `category` FAILURE, TOTAL_FAILURE or MAINTENANCE; `type` tells a
    beginning (FAILURE_START) from an end (FAILURE_END) and MAINTENANCE_ANNOUNCEMENT.
    """

    id: str
    event: str
    category: str
    type: str
    title: str
    text: str
    start: datetime | None
    end: datetime | None
    published: datetime | None

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            id=_any(fields, "id"),
            event=_any(fields, "eventId"),
            category=fields.text("category", ""),
            type=fields.text("type", ""),
            title=fields.text("title", ""),
            text=fields.text("text", ""),
            start=fields.moment("start", None),
            end=fields.moment("end", None),
            published=fields.moment("published", None),
        )


@dataclass(frozen=True)
class Availability:
    """What the service says now; `status` is one of the four, or one we do not know."""

    status: str
    messages: list[Message]


def availability(environment: Environment, **options) -> Availability | None:
    """Ask how KSeF is; None where the environment has no such service.

    :param options: of `Transport`
    :raises KsefError: the service itself does not answer, which says nothing of KSeF
    """
    if not environment.status_url:
        return None
    transport = Transport(
        replace(environment, api_url=environment.status_url), **options
    )
    try:
        fields = transport.call("GET", "/status", max_bytes=MAX_BYTES).fields()
    finally:
        transport.close()
    messages = [Message.read(item) for item in fields.items("messages", [])]
    return Availability(fields.text("status"), messages)


def _any(fields, name):
    """A value that may be a number or a text."""
    return str(fields.data.get(name) or "")
