"""Who may do what in whose context: the grants behind every login.

A grant is of one `kind`: person (of people in the context), entity (of a company, for
invoices of the context), authorization (of a company, to invoice in the name of the
context), indirect (of an entity's people, for its clients), subunit (of who manages a
unit), eu_admin and eu (of an EU company's people). `granted_in` is the context in which
it was made, (`context_type`, `context`) the one in which it counts.
"""

import json
import uuid

OWNER_RIGHTS = frozenset(
    (
        "InvoiceRead",
        "InvoiceWrite",
        "PefInvoiceWrite",
        "CredentialsRead",
        "CredentialsManage",
        "SubunitManage",
        "Introspection",
        "CollectiveIdentifierManage",
    )
)
ENFORCEMENT = "EnforcementOperations"
ENFORCERS = ("EnforcementAuthority", "CourtBailiff")
AUTHORIZATIONS = ("SelfInvoicing", "RRInvoicing", "TaxRepresentative", "PefInvoicing")
DIRECT = ("person", "entity", "subunit", "eu_admin", "eu")
ALL_PARTNERS = "AllPartners"
# `subjectType` of the test data -> (role of the company, role of its units)
ROLES = {
    "EnforcementAuthority": ("EnforcementAuthority", None),
    "VatGroup": ("VatGroupUnit", "VatGroupSubUnit"),
    "JST": ("LocalGovernmentUnit", "LocalGovernmentSubUnit"),
}


def add(world, **values):
    """Store a grant; one that is there already stays as it is."""
    store = world.store
    values = {
        "can_delegate": False,
        "author_type": "System",
        "author": None,
        "details": None,
        "name": None,
        **values,
    }
    same = ("kind", "granted_in", "context_type", "context", "subject_type", "subject")
    where = " AND ".join(f"{name} = ?" for name in (*same, "permission"))
    known = (values[name] for name in (*same, "permission"))
    if not store.row(f"SELECT 1 FROM grants WHERE {where}", *known):
        started = world.now_text()
        store.add("grants", id=str(uuid.uuid4()), started=started, **values)


def report(store):
    """All grants, and the operations behind them, in the order of both."""
    operations = store.rows("SELECT * FROM operations ORDER BY rowid")
    return {
        "grants": [dict(row) for row in store.rows("SELECT * FROM grants")],
        "operations": [
            {"code": row["code"], **json.loads(row["request"])} for row in operations
        ],
    }


def give_by_system(world, context, subject, permissions, description):
    """Let a subject act in the context of a NIP, as test data do.

    :param subject: (type, identifier)
    """
    for permission in permissions:
        kind = "authorization" if permission in AUTHORIZATIONS else "person"
        add(
            world,
            kind=kind,
            granted_in=context,
            context_type="Nip",
            context=context,
            subject_type=subject[0],
            subject=subject[1],
            permission=permission,
            description=description,
        )


def take(world, context, subject, permissions=()):
    """Take back what a subject has in the context of a NIP; all when none is named."""
    where = "context_type = 'Nip' AND context = ? AND subject_type = ? AND subject = ?"
    if permissions:
        where += f" AND permission IN ({', '.join('?' * len(permissions))})"
    world.store.run(
        f"DELETE FROM grants WHERE {where}", context, *subject, *permissions
    )


def roles(store, nip):
    """What a company is: [(role, NIP of the one above or None, where it is told)]."""
    found = []
    own = store.setting("subjects", nip)
    if own:
        found.append((ROLES[own["type"]][0], None, own))
    if (store.setting("persons", nip) or {}).get("is_bailiff"):
        found.append(("CourtBailiff", None, store.setting("persons", nip)))
    for row in store.rows("SELECT key, value FROM settings WHERE space = 'subjects'"):
        parent = json.loads(row["value"])
        for unit in parent["units"]:
            if unit["nip"] == nip:
                told = {**unit, "created": parent["created"]}
                found.append((ROLES[parent["type"]][1], row["key"], told))
    return found


def may_enforce(store, context):
    """True for a bailiff and an enforcement authority."""
    return any(role in ENFORCERS for role, _parent, _told in roles(store, context))


def is_owner(store, context, subject):
    """The same NIP, or the PESEL linked with it, in its own context or a unit's."""
    kind, value = context
    if kind not in ("Nip", "InternalId"):
        return False
    nip = value[:10]
    linked = (store.setting("persons", nip) or {}).get("pesel")
    return subject in (("Nip", nip), ("Pesel", linked))


def owner_rights(store, context):
    """What the owner of a context may do."""
    more = {ENFORCEMENT} if may_enforce(store, context[1][:10]) else set()
    return OWNER_RIGHTS | more


def identities(store, subject):
    """A subject, and the NIPs whose owner that person is."""
    if subject[0] != "Pesel":
        return [subject]
    people = store.rows("SELECT key, value FROM settings WHERE space = 'persons'")
    owned = [
        ("Nip", row["key"])
        for row in people
        if json.loads(row["value"])["pesel"] == subject[1]
    ]
    return [subject, *owned]


def of_subject(store, subject, kinds):
    """The grants of these kinds that a subject has, in whatever context."""
    marks = ", ".join("?" * len(kinds))
    return [
        row
        for who in identities(store, subject)
        for row in store.rows(
            f"SELECT * FROM grants WHERE kind IN ({marks}) "
            "AND subject_type = ? AND subject = ?",
            *kinds,
            *who,
        )
    ]


def is_active(store, row, context=None):
    """False for an indirect grant that the client's own does not, or no longer, bear.

    :param context: the client's, for a grant over all partners; any client when None
    """
    if row["kind"] != "indirect":
        return True
    where, values = "", []
    target = context if row["context_type"] == ALL_PARTNERS else _context(row)
    if target:
        where, values = "AND context_type = ? AND context = ?", list(target)
    found = store.row(
        "SELECT 1 FROM grants WHERE kind = 'entity' AND can_delegate "
        f"AND subject_type = 'Nip' AND subject = ? AND permission = ? {where}",
        row["granted_in"],
        row["permission"],
        *values,
    )
    return found is not None


def _context(row):
    return row["context_type"], row["context"]


def rights(store, context, subject):
    """What a subject may do in a context.

    :param context: (type, identifier); likewise the subject
    """
    if is_owner(store, context, subject):
        return owner_rights(store, context)
    found = {
        row["permission"]
        for row in of_subject(store, subject, DIRECT)
        if _context(row) == context
    }
    for row in of_subject(store, subject, ("indirect",)):
        fits = _context(row) == context or row["context_type"] == ALL_PARTNERS
        if fits and is_active(store, row, context):
            found.add(row["permission"])
    return frozenset(found)


def authorizations(store, seller, subject):
    """In which ways a subject may invoice in the name of a seller."""
    rows = store.rows(
        "SELECT permission FROM grants WHERE kind = 'authorization' "
        "AND context = ? AND subject_type = ? AND subject = ?",
        seller,
        *subject,
    )
    return {row["permission"] for row in rows}
