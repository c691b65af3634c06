"""Whose turn it is: rows that a cron takes further."""

from odoo import fields


def due(states):
    """Return the domain of the rows whose time has come, of companies that are active.

    :param states: those in which something is to be done; the model has ``company_id``,
        ``state`` and ``retry_at``
    """
    return [
        ("company_id.active", "=", True),
        ("state", "in", states),
        "|",
        ("retry_at", "=", False),
        ("retry_at", "<=", fields.Datetime.now()),
    ]
