"""Peppol service providers known to KSeF (*dostawcy usług Peppol*)."""

from .routes import json_answer, route


def register(world, identifier, name):
    """Note a provider, as its first login does in KSeF."""
    world.store.set_setting(
        "peppol", identifier, {"name": name, "created": world.now_text()}
    )


@route("GET", "/peppol/query", token=None, group="public")
def providers(call):
    """All of them, the newest first; no login."""
    rows = call.store.rows("SELECT key FROM settings WHERE space = 'peppol'")
    found = []
    for row in sorted(rows, key=lambda row: row["key"]):
        told = call.store.setting("peppol", row["key"])
        found.append(
            {"id": row["key"], "name": told["name"], "dateCreated": told["created"]}
        )
    found.sort(key=lambda item: item["dateCreated"], reverse=True)
    page, has_more = call.offset_page(found)
    return json_answer({"peppolProviders": page, "hasMore": has_more})
