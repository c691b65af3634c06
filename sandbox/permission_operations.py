"""Granting and revoking go on in the background: operations and how they end."""

import json
from datetime import timedelta

from . import grants
from .clock import iso, parse
from .errors import BadRequest, Gone
from .numbers import PERMISSION
from .routes import json_answer, route

DONE_AFTER = timedelta(seconds=2)
KEPT = timedelta(days=30)
DESCRIPTIONS = {
    100: "Operacja przyjęta do realizacji",
    200: "Operacja zakończona sukcesem",
    400: "Operacja zakończona niepowodzeniem",
    410: "Podane identyfikatory są niezgodne lub pozostają w niewłaściwej relacji",
    420: "Użyte poświadczenia nie mają uprawnień do wykonania tej operacji",
    430: "Kontekst identyfikatora nie odpowiada wymaganej roli lub uprawnieniom",
    440: "Operacja niedozwolona dla wskazanych powiązań identyfikatorów",
    450: "Operacja niedozwolona dla wskazanego identyfikatora lub jego typu",
    500: "Nieznany błąd",
    550: "Operacja została anulowana przez system",
}
# Right -> kinds of grants that its bearer may take back
REVOKERS = {
    "CredentialsManage": ("person", "entity", "indirect", "eu_admin", "subunit"),
    "SubunitManage": ("subunit",),
    "VatUeManage": ("eu_admin", "eu"),
}


def begin(call, right, **order):
    """Note what is to be done; answers 202 with the reference number.

    :param right: what its author needs when it is carried out, too
    """
    who, reference = call.identity, call.world.reference(PERMISSION)
    call.store.add(
        "operations",
        id=reference,
        context=json.dumps([who.context_type, who.context]),
        subject=json.dumps([who.subject_type, who.subject]),
        created=iso(call.now),
        code=call.ordered_state or 100,
        request=json.dumps({"right": right, **order}, ensure_ascii=False),
    )
    return json_answer({"referenceNumber": reference}, 202)


def settle(world):
    """Carry out what has waited long enough."""
    for row in world.store.rows("SELECT * FROM operations WHERE code = 100"):
        age = world.clock.now() - parse(row["created"])
        longest = DONE_AFTER + timedelta(seconds=world.knobs["processing_seconds"])
        if age >= longest or world.is_ready(row, row["created"]):
            world.store.change("operations", row["id"], code=_carry_out(world, row))


def _carry_out(world, row):
    """Do it, or not; the code it ends with."""
    request = json.loads(row["request"])
    context, author = (tuple(json.loads(row[name])) for name in ("context", "subject"))
    held = grants.rights(world.store, context, author)
    if "revoke" in request:
        return _revoke(world.store, request, context, held)
    if request["right"] not in held:
        return 420
    code = _judge(world.store, request, context)
    if code == 200:
        for grant in request["grants"]:
            grants.add(
                world,
                granted_in=context[1],
                author_type=author[0],
                author=author[1],
                **grant,
            )
    return code


def _judge(store, request, context):
    """What KSeF has against a grant, or 200."""
    checks = {
        "person": _judge_person,
        "entity": _judge_company,
        "authorization": _judge_company,
        "indirect": _judge_indirect,
        "subunit": _judge_subunit,
        "eu_admin": _judge_eu,
    }
    first = request["grants"][0]
    subject = (first["subject_type"], first["subject"])
    check = checks.get(first["kind"], lambda *_ignored: 200)
    return check(store, request["grants"], context, subject)


def _judge_person(store, asked, context, subject):
    permissions = {grant["permission"] for grant in asked}
    if grants.ENFORCEMENT in permissions:
        if not grants.may_enforce(store, context[1][:10]):
            return 430
    return 450 if grants.is_owner(store, context, subject) else 200


def _judge_company(store, asked, context, subject):
    is_pef = asked[0]["permission"] == "PefInvoicing"
    if is_pef is not (subject[0] == "PeppolId"):
        return 450
    return 450 if grants.is_owner(store, context, subject) else 200


def _judge_indirect(store, asked, context, subject):
    """Selective ones are for clients that gave this company something to pass on."""
    target = (asked[0]["context_type"], asked[0]["context"])
    if target[0] == grants.ALL_PARTNERS:
        return 200
    given = store.row(
        "SELECT 1 FROM grants WHERE subject_type = 'Nip' AND subject = ? "
        "AND context_type = ? AND context = ? "
        "AND (can_delegate OR permission = 'CredentialsManage')",
        context[1],
        *target,
    )
    return 200 if given else 410


def _judge_subunit(store, asked, context, subject):
    kind, unit = asked[0]["context_type"], asked[0]["context"]
    if kind == "InternalId":
        return 200 if unit.startswith(context[1]) else 410
    own = store.setting("subjects", context[1]) or {}
    if own.get("type") not in ("VatGroup", "JST"):
        return 430
    return 200 if unit in [item["nip"] for item in own["units"]] else 410


def _judge_eu(store, asked, context, subject):
    return 200 if asked[0]["context"].startswith(context[1] + "-") else 410


def _revoke(store, request, context, held):
    """Take a grant back; the code it ends with."""
    row = store.get("grants", request["revoke"])
    if not row or row["granted_in"] != context[1] or row["author_type"] == "System":
        return 400
    is_authorization = row["kind"] == "authorization"
    if is_authorization is not request["is_authorization"]:
        return 450
    allowed = {kind for right in held for kind in REVOKERS.get(right, ())}
    if is_authorization and "CredentialsManage" in held:
        allowed.add("authorization")
    if row["kind"] not in allowed:
        return 420
    store.run("DELETE FROM grants WHERE id = ?", row["id"])
    return 200


@route("GET", "/permissions/operations/<reference>")
def status(call):
    """How a grant or its revocation goes; told for thirty days."""
    row = call.store.get("operations", call.args["reference"])
    who = [call.identity.context_type, call.identity.context]
    if not row or json.loads(row["context"]) != who:
        raise BadRequest(21405, f"Operacja {call.args['reference']} nie istnieje.")
    if call.now - parse(row["created"]) > KEPT:
        raise Gone
    call.world.poll("operations", row, row["created"])
    code = row["code"]
    return json_answer({"status": {"code": code, "description": DESCRIPTIONS[code]}})
