"""`/permissions/query`: units, companies below and above, and those of the EU."""

import json

from . import grants
from . import permission_fields as read
from . import permission_lists as show
from .auth_request import VAT_UE
from .errors import Forbidden
from .judge import attachments_allowed
from .permission_grants import EU_ADMIN
from .permission_queries import VIEW, VIEW_UNITS
from .routes import json_answer, route


@route("POST", "/permissions/query/subunits/grants", rights=VIEW_UNITS)
def subunits(call):
    """Who manages the units of this context."""
    body = call.body()
    unit = read.identifier(body, "subunitIdentifier", ("InternalId", "Nip"), False)
    body.done()
    rows = call.store.rows(
        "SELECT * FROM grants WHERE kind = 'subunit' AND granted_in = ?",
        call.identity.context,
    )

    def describe(row):
        return {
            **show.common(row),
            "authorizedIdentifier": show.subject(row),
            "subunitIdentifier": show.context(row),
            "authorIdentifier": show.author(row),
            "subjectPersonDetails": show.details(row)["subjectPersonDetails"],
            "subunitName": row["name"],
        }

    found = [row for row in rows if show.matches(show.context(row), unit)]
    return show.page(call, found, describe)


@route("POST", "/permissions/query/eu-entities/grants", rights=(*VIEW, "VatUeManage"))
def eu_entities(call):
    """Who manages and represents companies of the EU bound to this one."""
    body, who = call.body(), call.identity
    number = body.text("vatUeIdentifier", False, pattern=VAT_UE)
    fingerprint = body.text("authorizedFingerprintIdentifier", False)
    types = body.choices("permissionTypes", EU_ADMIN, False)
    body.done()
    if who.context_type not in ("Nip", "NipVatUe"):
        raise Forbidden(
            "context-type-not-allowed", contextIdentifierType=who.context_type
        )
    # In the context of a NIP only what was granted from it: the administrators.
    column = "granted_in" if who.context_type == "Nip" else "context"
    rows = call.store.rows(
        f"SELECT * FROM grants WHERE kind IN ('eu_admin', 'eu') AND {column} = ?",
        who.context,
    )
    names = {row["context"]: row for row in rows if row["kind"] == "eu_admin"}

    def describe(row):
        admin = names.get(row["context"], row)
        told = json.loads(admin["details"])
        return {
            **show.common(row),
            "authorIdentifier": show.author(row),
            "vatUeIdentifier": row["context"].partition("-")[2],
            "euEntityName": admin["name"] or told["fullName"],
            "authorizedFingerprintIdentifier": row["subject"],
            **show.details(row),
            "euEntityDetails": told.get("euEntityDetails"),
        }

    found = [
        row
        for row in rows
        if number in (None, row["context"].partition("-")[2])
        and (fingerprint or "").upper() in row["subject"]
        and (not types or row["permission"] in types)
    ]
    return show.page(call, found, describe)


@route("GET", "/permissions/query/entities/roles", rights=VIEW)
def roles(call):
    """What the company of this context is."""
    found = [
        {
            "parentEntityIdentifier": show.typed("Nip", parent) if parent else None,
            "role": role,
            "description": told["description"],
            "startDate": told["created"],
        }
        for role, parent, told in grants.roles(call.store, call.identity.context)
    ]
    page, has_more = call.offset_page(found)
    return json_answer({"roles": page, "hasMore": has_more})


@route("POST", "/permissions/query/subordinate-entities/roles", rights=VIEW_UNITS)
def subordinates(call):
    """The companies below this one."""
    body = call.body()
    wanted = read.identifier(body, "subordinateEntityIdentifier", ("Nip",), False)
    body.done()
    own = call.store.setting("subjects", call.identity.context) or {"units": []}
    role = grants.ROLES.get(own.get("type"), (None, None))[1]
    found = [
        {
            "subordinateEntityIdentifier": show.typed("Nip", unit["nip"]),
            "role": role,
            "description": unit["description"],
            "startDate": own["created"],
        }
        for unit in own["units"]
        if role and wanted in (None, ("Nip", unit["nip"]))
    ]
    page, has_more = call.offset_page(found)
    return json_answer({"roles": page, "hasMore": has_more})


@route("GET", "/permissions/attachments/status", rights=VIEW)
def attachments(call):
    """Whether this company has announced invoices with attachments."""
    nip = call.identity.context[:10]
    ended = (call.store.setting("attachments", nip) or {}).get("ended")
    is_allowed = attachments_allowed(call.world, nip)
    return json_answer({"isAttachmentAllowed": is_allowed, "revokedDate": ended})
