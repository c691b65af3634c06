"""What the browser does after a button: load the page anew, close a window, tell."""


def reload_page():
    """Return the action that loads what is on the screen anew."""
    return {"type": "ir.actions.client", "tag": "soft_reload"}


def close_window():
    """Return the action that closes a window."""
    return {"type": "ir.actions.act_window_close"}


def notice(message, kind="success", then=None, **params):
    """Return the action that tells ``message`` in the corner of the screen.

    :param kind: ``success``, ``info``, ``warning`` or ``danger``
    :param then: the action that follows
    :param params: of Odoo's *display_notification*: ``sticky``, ``links``
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "title": "KSeF",
            "message": message,
            **({"next": then} if then else {}),
            **params,
        },
    }


def is_notice(action):
    """Tell whether ``action`` is one of ``notice``."""
    return bool(action) and action.get("tag") == "display_notification"
