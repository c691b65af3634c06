"""Orders of the control port: what suppliers issue, in bulk and against all rules."""

import base64
import random
from datetime import timedelta

from . import invoices, judge
from .clock import iso
from .control import order

NUMBER = b"@number@"


@order("POST", "/invoices/many")
def issue_many(world, body):
    """Many invoices of one pattern, stored in random order and shown with delays.

    The pattern (`xml_b64`) holds `@number@` where the number stands. `count` of them
    are stored within `spread_seconds` from now; a share `late_share` (0 to 1) of them
    shows up to `late_seconds` after its storage date, and the high-water mark waits
    for it. `seed` makes it the same each time; `first` is the first number.
    """
    pattern = base64.b64decode(body["xml_b64"], validate=True)
    chance, first = random.Random(body.get("seed", 0)), body.get("first", 1)
    sending = judge.Sending("FA (3)", moment=world.clock.now())
    made = []
    for ordinal in range(first, first + body["count"]):
        xml = pattern.replace(NUMBER, f"M/{ordinal:06}".encode())
        if not made:
            accepted = judge.judge(world, xml, sending)
        accepted.document.number = f"M/{ordinal:06}"
        is_late = chance.random() < body.get("late_share", 0)
        number = invoices.keep(
            world,
            xml,
            accepted,
            sending,
            delay=chance.uniform(0, body.get("spread_seconds", 0)),
            appears=chance.uniform(0, body.get("late_seconds", 60)) * is_late,
        )
        made.append(number)
    return {"count": len(made), "first": made[0], "last": made[-1]}


@order("POST", "/invoices/strange")
def issue_strange(world, body):
    """A file (`xml_b64`) that KSeF would never take, kept as if it were `like_b64`."""
    like = base64.b64decode(body["like_b64"], validate=True)
    strange = base64.b64decode(body["xml_b64"], validate=True)
    sending = judge.Sending("FA (3)", moment=world.clock.now())
    accepted = judge.judge(world, like, sending)
    return {"ksef_number": invoices.keep(world, strange, accepted, sending)}


@order("POST", "/invoices/<number>/again")
def show_again(world, _body, number):
    """The invoice stands in the lists a second time, later, as after a repair."""
    later = world.clock.now() + timedelta(microseconds=1)
    world.store.change("invoices", number, stored=iso(later))
