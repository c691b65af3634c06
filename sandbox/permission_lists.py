"""What the lists of permissions have in common."""

import json

from . import grants
from .routes import json_answer

STATES = ("Active", "Inactive")


def typed(kind, value):
    """An identifier as KSeF writes it."""
    return {"type": kind, "value": value or None}


def details(row):
    """Members that describe who was given the right: a person, or a company."""
    told = json.loads(row["details"] or "null")
    if told:
        told.pop("euEntityDetails", None)
    is_person = bool(told) and "firstName" in told
    return {
        "subjectPersonDetails": told if is_person else None,
        "subjectEntityDetails": None if is_person else told,
    }


def target(row):
    """The client that an indirect grant is for."""
    if row["kind"] != "indirect":
        return None
    return context(row)


def context(row):
    """In whose context the right counts."""
    return typed(row["context_type"], row["context"])


def subject(row):
    """Who has the right."""
    return typed(row["subject_type"], row["subject"])


def author(row):
    """Who gave it."""
    return typed(row["author_type"], row["author"])


def common(row):
    """Members that every list has."""
    return {
        "id": row["id"],
        "permissionScope": row["permission"],
        "description": row["description"],
        "startDate": row["started"],
    }


def state(store, row):
    """Active, or Inactive while the client's own grant does not bear it."""
    return STATES[0] if grants.is_active(store, row) else STATES[1]


def page(call, rows, describe, name="permissions", **more):
    """A page of a list: the newest first, then by identifier."""
    rows = sorted(rows, key=lambda row: row["id"])
    rows.sort(key=lambda row: row["started"], reverse=True)
    rows, has_more = call.offset_page(rows)
    listed = [describe(row) for row in rows]
    return json_answer({name: listed, **more, "hasMore": has_more})


def matches(found, wanted):
    """True when a filter does not ask for something else.

    :param found: `{type, value}` of a grant, or None
    :param wanted: (type, identifier) of the filter, or None
    """
    if wanted is None:
        return True
    return found is not None and (found["type"], found["value"] or "") == wanted
