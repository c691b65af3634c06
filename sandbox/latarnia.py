"""The public service that tells whether KSeF works (*Latarnia*)."""

from .clock import iso
from .routes import json_answer, route

STATUSES = ("AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE")
KINDS = {
    "MAINTENANCE": "MAINTENANCE_ANNOUNCEMENT",
    "FAILURE": "FAILURE_START",
    "TOTAL_FAILURE": "FAILURE_START",
}
OPEN = {"token": None, "group": None, "prefix": "/latarnia"}


def announce(world, status, messages=None, start=None, end=None):
    """Set what the service tells.

    :param messages: its messages; without them one is made for a trouble, from `start`
        (ISO, else now) to `end`
    """
    if status not in STATUSES:
        raise ValueError(f"status is one of {STATUSES}")
    known = world.store.setting("latarnia", "messages", [])
    now = iso(world.clock.now())
    if messages is None and status in KINDS:
        number = len(known) + 1
        message = {
            "id": f"{number:08}-0000-4000-8000-000000000000",
            "eventId": number,
            "category": status,
            "type": KINDS[status],
            "title": "Komunikat testowy",
            "text": f"Stan KSeF: {status}",
            "start": start or now,
            "end": end,
            "version": 1,
            "published": now,
        }
        messages = [*known, message]
    elif messages is None:
        messages = _ended(known, now)
    world.store.set_setting("latarnia", "status", status)
    world.store.set_setting("latarnia", "messages", messages)


def _ended(known, now):
    """Troubles that have no end get one, and a message that says so."""
    done = []
    for message in known:
        done.append({**message, "end": message["end"] or now})
        if message["type"] == "FAILURE_START" and not message["end"]:
            done.append(
                {
                    **message,
                    "id": message["id"][:-1] + "1",
                    "type": "FAILURE_END",
                    "end": now,
                    "version": message["version"] + 1,
                    "published": now,
                }
            )
    return done


@route("GET", "/status", **OPEN)
def status(call):
    """The present state, with the messages that concern it."""
    now = iso(call.now)
    current = call.store.setting("latarnia", "status", "AVAILABLE")
    answer = {"status": current}
    if current != "AVAILABLE":
        answer["messages"] = [
            message
            for message in call.store.setting("latarnia", "messages", [])
            if not message["end"] or message["end"] > now
        ]
    return json_answer(answer)


@route("GET", "/messages", **OPEN)
def messages(call):
    """All messages."""
    return json_answer(call.store.setting("latarnia", "messages", []))
