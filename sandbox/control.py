"""The control port: what tests order, and what they look at. Never under `/v2`."""

import base64
import json
import traceback

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from . import (
    grants,
    gus,
    invoices,
    keys,
    latarnia,
    peppol,
    registry,
    tokens,
    white_list,
)
from .judge import Refused
from .numbers import NIP
from .routes import json_answer
from .tokens import RIGHTS

SUBJECTS = {
    "subject_nip": "Nip",
    "subject_pesel": "Pesel",
    "subject_fingerprint": "Fingerprint",
}
ORDERS = []


def order(method, path):
    """Register the function for an order; it gets (world, body, args of the path)."""

    def register(handler):
        ORDERS.append(Rule(path, endpoint=handler, methods=[method]))
        return handler

    return register


class Control:
    """The WSGI application of the control port."""

    def __init__(self, world):
        self.world = world
        self._rules = Map([rule.empty() for rule in ORDERS])

    def __call__(self, environ, start_response):
        request = Request(environ)
        try:
            response = self._answer(request)
        except HTTPException as error:
            response = json_answer({"error": str(error)}, error.code)
        except Refused as error:
            told = {"code": error.code, "details": list(error.details)}
            response = json_answer({"error": told}, 422)
        except (KeyError, TypeError, ValueError) as error:
            text = f"{type(error).__name__}: {error}"
            response = json_answer({"error": text}, 400)
        except Exception as error:
            traceback.print_exc()
            response = json_answer({"error": repr(error)}, 500)
        return response(environ, start_response)

    def _answer(self, request):
        handler, args = self._rules.bind_to_environ(request.environ).match()
        body = json.loads(request.get_data() or b"{}")
        with self.world.store.transaction():
            found = handler(self.world, {**request.args.to_dict(), **body}, **args)
        return json_answer({} if found is None else found)


@order("GET", "/health")
def health(world, _body):
    """It lives."""
    return {"status": "ok", "time": world.now_text()}


@order("POST", "/reset")
def reset(world, _body):
    """Everything back to the start, but the keys."""
    world.reset()


@order("POST", "/clock")
def set_clock(world, body):
    """Move the clock to an offset against real time, in seconds."""
    world.set_clock(body["offset"])
    return get_clock(world, body)


@order("GET", "/clock")
def get_clock(world, _body):
    """The sandbox's time."""
    return {"offset": world.clock.offset, "now": world.now_text()}


@order("POST", "/knobs")
def set_knobs(world, body):
    """Change how it behaves."""
    world.set_knobs(body)
    return world.knobs


@order("GET", "/knobs")
def get_knobs(world, _body):
    """How it behaves."""
    return world.knobs


@order("POST", "/faults")
def add_fault(world, body):
    """Misbehave at the next fitting call."""
    return {"id": world.faults.add(body)}


@order("GET", "/faults")
def get_faults(world, _body):
    """Orders and how often they hit."""
    return {"faults": world.faults.all()}


@order("DELETE", "/faults")
def clear_faults(world, _body):
    """Behave again."""
    world.faults.clear()


@order("POST", "/certificates")
def add_certificate(world, body):
    """What the MCU gives a taxpayer: certificate, encrypted key, password."""
    return registry.hand_out(world, **body)


@order("GET", "/certificates")
def get_certificates(world, _body):
    """All KSeF certificates."""
    return {"certificates": registry.report(world)}


@order("POST", "/certificates/<serial>")
def change_certificate(world, body, serial):
    """Revoke, block or unblock one."""
    registry.set_status(world, serial, body["status"])


@order("POST", "/tokens")
def add_token(world, body):
    """A KSeF token, as made in Aplikacja Podatnika: active at once."""
    permissions = body.get("permissions", ["InvoiceRead", "InvoiceWrite"])
    if set(permissions) - set(RIGHTS):
        raise ValueError(f"permissions are {RIGHTS}")
    context = ("Nip", body["nip"])
    description = body.get("description", "Aplikacja Podatnika")
    reference, secret = tokens.new(
        world, context, context, permissions, description, active=True
    )
    return {"referenceNumber": reference, "token": secret}


@order("DELETE", "/tokens/<reference>")
def revoke_token(world, _body, reference):
    """As if the taxpayer revoked it."""
    world.store.change("tokens", reference, revoked=1)


def _granted(body):
    for name, kind in SUBJECTS.items():
        if name in body:
            return body["nip"], (kind, body[name]), body["permissions"]
    raise ValueError(f"one of {', '.join(SUBJECTS)} is needed")


@order("POST", "/permissions")
def add_permissions(world, body):
    """Let a subject act for a NIP."""
    grants.give_by_system(world, *_granted(body), "Nadane poza API")


@order("DELETE", "/permissions")
def remove_permissions(world, body):
    """Take rights back."""
    grants.take(world, *_granted(body))


@order("GET", "/permissions")
def get_permissions(world, _body):
    """Every grant, and every operation that granted or took back."""
    return grants.report(world.store)


@order("POST", "/peppol")
def add_peppol(world, body):
    """A Peppol provider that KSeF knows."""
    peppol.register(world, body["id"], body["name"])


@order("POST", "/keys/rotate")
def rotate_keys(world, body):
    """New encryption keys; `withdraw` ends the old ones at once."""
    keys.rotate(world, bool(body.get("withdraw")))


@order("POST", "/latarnia")
def set_latarnia(world, body):
    """Say that KSeF works, or that it does not."""
    latarnia.announce(world, **body)


@order("POST", "/companies")
def add_company(world, body):
    """A company that the look-alike of GUS knows; see `gus.add_company`."""
    return gus.add_company(world, **body)


@order("POST", "/taxpayers")
def add_taxpayer(world, body):
    """A company of the list of VAT payers; see `white_list.add_taxpayer`."""
    return white_list.add_taxpayer(world, **body)


@order("POST", "/invoices")
def add_invoices(world, body):
    """Suppliers issue invoices with other software; one, or many as `items`."""
    if "items" in body:
        return {"items": [_issue(world, item) for item in body["items"]]}
    return _issue(world, body)


def _issue(world, item):
    xml = base64.b64decode(item["xml_b64"], validate=True)
    number = invoices.issue(
        world,
        xml,
        form=item.get("form", "FA (3)"),
        delay=float(item.get("delay_seconds", 0)),
        appears=float(item.get("appears_after_seconds", 0)),
    )
    row = world.store.get("invoices", number)
    return {"ksef_number": number, "permanent_storage_date": row["stored"]}


def _ledger_line(row):
    buyer = json.loads(row["metadata"])["buyer"]["identifier"]
    return {
        "ksef_number": row["id"],
        "invoice_number": row["number"],
        "seller_nip": row["seller"],
        "buyer_nip": buyer["value"] if buyer["type"] == "Nip" else None,
        "hash": row["hash"],
        "session": row["session_id"],
        "mode": row["mode"],
        "issue_date": row["issued"],
        "invoice_type": row["type"],
        "permanent_storage_date": row["stored"],
        "status": 200,
    }


@order("GET", "/ledger")
def ledger(world, body):
    """Every accepted invoice, or those of a NIP."""
    where, values = "1", []
    if nip := body.get("nip"):
        where, values = "id IN (SELECT invoice_id FROM parties WHERE nip = ?)", [nip]
    rows = world.store.rows(
        f"SELECT * FROM invoices WHERE {where} ORDER BY rowid", *values
    )
    return {"invoices": [_ledger_line(row) for row in rows]}


@order("GET", "/ledger/<number>")
def ledger_one(world, _body, number):
    """One of them, with its file."""
    row = world.store.get("invoices", number)
    if not row:
        raise ValueError(f"there is no {number}")
    return {**_ledger_line(row), "xml_b64": base64.b64encode(row["xml"]).decode()}


@order("GET", "/collectives")
def collectives(world, _body):
    """Every collective identifier, with its invoices and amounts."""
    found = []
    for row in world.store.rows("SELECT * FROM collectives ORDER BY rowid"):
        members = world.store.rows(
            "SELECT invoice_id, amount FROM collective_invoices "
            "WHERE collective_id = ? ORDER BY invoice_id",
            row["id"],
        )
        invoices = {member["invoice_id"]: member["amount"] for member in members}
        one = {"number": row["id"], "nip": row["context"], "invoices": invoices}
        found.append(one)
    return {"collectives": found}


@order("GET", "/auth-sessions")
def auth_sessions(world, body):
    """Logins of a NIP, and which are alive."""
    rows = world.store.rows(
        "SELECT * FROM logins WHERE context = ? ORDER BY rowid", body["nip"]
    )
    return {
        "sessions": [
            {
                "reference": row["id"],
                "method": row["method"],
                "code": row["code"],
                "redeemed": bool(row["redeemed"]),
                "state": _state(world, row),
                "refresh_until": row["refresh_until"],
            }
            for row in rows
        ]
    }


def _state(world, row):
    if row["revoked"]:
        return "revoked"
    lives = row["redeemed"] and row["refresh_until"] > world.now_text()
    return "alive" if lives else "dead"


@order("POST", "/auth-sessions/revoke")
def revoke_sessions(world, body):
    """End the logins of a NIP, as if the user did in another program."""
    if not NIP.fullmatch(body["nip"]):
        raise ValueError("nip is wrong")
    world.store.run("UPDATE logins SET revoked = 1 WHERE context = ?", body["nip"])


@order("GET", "/calls")
def calls(world, _body):
    """What was asked of the API."""
    return world.calls.report()


@order("DELETE", "/calls")
def clear_calls(world, _body):
    """Start counting anew."""
    world.calls.clear()
