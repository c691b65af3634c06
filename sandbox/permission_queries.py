"""`/permissions/query`: who may do what (*wyszukiwanie nadanych uprawnień*)."""

from . import grants
from . import permission_fields as read
from . import permission_lists as show
from .grants import ALL_PARTNERS
from .permission_grants import PERSONS
from .routes import route

VIEW = ("CredentialsManage", "CredentialsRead")
VIEW_UNITS = (*VIEW, "SubunitManage")
TARGETS = ("Nip", ALL_PARTNERS, "InternalId")
CURRENT, GRANTED = "PermissionsInCurrentContext", "PermissionsGrantedInCurrentContext"


@route("POST", "/permissions/query/personal/grants")
def personal(call):
    """What the caller may do here; needs no right."""
    body, who = call.body(), call.identity
    context = read.identifier(body, "contextIdentifier", ("Nip", "InternalId"), False)
    target = read.identifier(body, "targetIdentifier", TARGETS, False, (ALL_PARTNERS,))
    types = body.choices("permissionTypes", (*PERSONS, "VatUeManage"), False)
    state = body.choice("permissionState", show.STATES, False)
    body.done()
    own, subject = (who.context_type, who.context), (who.subject_type, who.subject)
    owns = grants.is_owner(call.store, own, subject)
    found = []
    for row in _personal_rows(call.store, own, subject, owns):
        item = _describe_personal(call.store, row, subject)
        if (
            show.matches(item["contextIdentifier"], context)
            and show.matches(item["targetIdentifier"], target)
            and (not types or row["permission"] in types)
            and state in (None, item["permissionState"])
        ):
            found.append(row)
    more = {}
    if call.world.knobs["contract"] == "2.9":
        rights = grants.owner_rights(call.store, own) if owns else ()
        more["ownerPermissions"] = [right for right in PERSONS if right in rights]
    return show.page(
        call, found, lambda row: _describe_personal(call.store, row, subject), **more
    )


def _personal_rows(store, own, subject, owns):
    """The grants that a subject has in a context."""
    rows = [
        row
        for row in grants.of_subject(store, subject, grants.DIRECT)
        if (row["context_type"], row["context"]) == own
    ]
    for row in grants.of_subject(store, subject, ("indirect",)):
        is_target = (row["context_type"], row["context"]) == own
        is_for_all = row["context_type"] == ALL_PARTNERS
        if is_target or row["granted_in"] == own[1]:
            rows.append(row)
        elif is_for_all and grants.is_active(store, row, own):
            rows.append(row)
    if owns:
        # What other companies gave to this one.
        rows += grants.of_subject(store, ("Nip", own[1]), ("entity",))
    return rows


def _describe_personal(store, row, subject):
    kind = "InternalId" if "-" in row["granted_in"] else "Nip"
    is_other = (row["subject_type"], row["subject"]) != subject
    is_entity = row["kind"] == "entity"
    return {
        **show.common(row),
        "contextIdentifier": show.typed(kind, row["granted_in"]) if is_entity else None,
        "authorizedIdentifier": show.subject(row) if is_other else None,
        "targetIdentifier": show.target(row),
        **show.details(row),
        "permissionState": show.state(store, row),
        "canDelegate": bool(row["can_delegate"]),
    }


@route("POST", "/permissions/query/persons/grants", rights=VIEW_UNITS)
def persons(call):
    """Who may work in this context; or what the caller granted in it."""
    body = call.body()
    author = read.identifier(
        body, "authorIdentifier", (*read.PEOPLE, "System"), False, ("System",)
    )
    subject = read.identifier(body, "authorizedIdentifier", read.PEOPLE, False)
    context = read.identifier(body, "contextIdentifier", ("Nip", "InternalId"), False)
    target = read.identifier(body, "targetIdentifier", TARGETS, False, (ALL_PARTNERS,))
    types = body.choices("permissionTypes", PERSONS, False)
    state = body.choice("permissionState", show.STATES, False)
    kind = body.choice("queryType", (CURRENT, GRANTED))
    body.done()
    own = (call.identity.context_type, call.identity.context)
    # An invoice right of whoever works here counts in this very context.
    found = []
    for row in _person_rows(call, kind):
        item = _describe_person(call.store, row)
        here = item["contextIdentifier"] or show.typed(*own)
        there = item["targetIdentifier"] or here
        if (
            show.matches(item["authorIdentifier"], author)
            and show.matches(item["authorizedIdentifier"], subject)
            and show.matches(here, context)
            and show.matches(there, target)
            and (not types or row["permission"] in types)
            and state in (None, item["permissionState"])
        ):
            found.append(row)
    return show.page(call, found, lambda row: _describe_person(call.store, row))


def _person_rows(call, kind):
    who, store = call.identity, call.store
    if kind == CURRENT:
        return store.rows(
            "SELECT * FROM grants WHERE (kind IN ('person', 'entity', 'subunit') "
            "AND context_type = ? AND context = ?) "
            "OR (kind = 'indirect' AND granted_in = ?)",
            who.context_type,
            who.context,
            who.context,
        )
    return store.rows(
        "SELECT * FROM grants WHERE granted_in = ? AND author_type = ? AND author = ? "
        "AND kind IN ('person', 'entity', 'subunit', 'indirect')",
        who.context,
        who.subject_type,
        who.subject,
    )


def _describe_person(store, row):
    is_unit = row["kind"] == "subunit"
    unit = show.context(row)
    return {
        **show.common(row),
        "authorizedIdentifier": show.subject(row),
        "contextIdentifier": unit if is_unit else None,
        "targetIdentifier": show.target(row),
        "authorIdentifier": show.author(row),
        **show.details(row),
        "permissionState": show.state(store, row),
        "canDelegate": bool(row["can_delegate"]),
    }


@route("POST", "/permissions/query/entities/grants", rights=VIEW)
def entities(call):
    """What other companies let this one do with their invoices."""
    body = call.body()
    context = read.identifier(body, "contextIdentifier", ("Nip", "InternalId"), False)
    body.done()
    rows = call.store.rows(
        "SELECT * FROM grants WHERE kind = 'entity' AND subject = ?",
        call.identity.context,
    )

    def describe(row):
        return {
            **show.common(row),
            "contextIdentifier": show.context(row),
            "canDelegate": bool(row["can_delegate"]),
        }

    found = [row for row in rows if show.matches(show.context(row), context)]
    return show.page(call, found, describe)


@route(
    "POST",
    "/permissions/query/authorizations/grants",
    rights=(*VIEW, "PefInvoiceWrite"),
)
def authorizations(call):
    """Who may invoice in the name of this company; or for whom this one may."""
    body = call.body()
    giver = read.identifier(body, "authorizingIdentifier", ("Nip",), False)
    taker = read.identifier(body, "authorizedIdentifier", ("Nip", "PeppolId"), False)
    kind = body.choice("queryType", ("Granted", "Received"))
    types = body.choices("permissionTypes", grants.AUTHORIZATIONS, False)
    body.done()
    column = "context" if kind == "Granted" else "subject"
    rows = call.store.rows(
        f"SELECT * FROM grants WHERE kind = 'authorization' AND {column} = ?",
        call.identity.context,
    )

    def describe(row):
        item = show.common(row)
        item["authorizationScope"] = item.pop("permissionScope")
        is_system = row["author_type"] == "System"
        return {
            **item,
            "authorIdentifier": None if is_system else show.author(row),
            "authorizedEntityIdentifier": show.subject(row),
            "authorizingEntityIdentifier": show.context(row),
            "subjectEntityDetails": show.details(row)["subjectEntityDetails"],
        }

    found = [
        row
        for row in rows
        if (not types or row["permission"] in types)
        # Each filter is for one of the two lists.
        and (kind == "Granted" or show.matches(show.context(row), giver))
        and (kind == "Received" or show.matches(show.subject(row), taker))
    ]
    return show.page(call, found, describe, name="authorizationGrants")
