"""Authentication sessions: their list, and ending them."""

from .auth import describe
from .clock import iso
from .routes import empty, json_answer, route


def _mine(call):
    """Condition and values for the logins of the caller that live."""
    where = (
        "context = ? AND subject = ? AND code = 200 AND redeemed = 1 AND revoked = 0 "
        "AND refresh_until > ?"
    )
    return where, [call.identity.context, call.identity.subject, iso(call.now)]


@route("GET", "/auth/sessions")
def sessions(call):
    """The logins of the caller whose refresh token lives, newest first."""
    rows, token = call.page("logins", *_mine(call), high=100, newest_first=True)
    items = [
        {
            **describe(row),
            "referenceNumber": row["id"],
            "isCurrent": row["id"] == call.identity.login,
        }
        for row in rows
    ]
    return json_answer({"continuationToken": token, "items": items})


@route("DELETE", "/auth/sessions/current", token=("access", "refresh"))
def end_current(call):
    """End the login of the token used; access tokens live on to their end."""
    call.store.change("logins", call.identity.login, revoked=1)
    return empty()


@route("DELETE", "/auth/sessions/<reference>")
def end(call):
    """End one of the caller's logins."""
    where, values = _mine(call)
    call.store.run(
        f"UPDATE logins SET revoked = 1 WHERE id = ? AND {where}",
        call.args["reference"],
        *values,
    )
    return empty()
