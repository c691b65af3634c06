"""What a room says of one kind of thing that waits for people."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools import SQL

from ..access import ADMINISTRATOR, BILLING

__all__ = ["ADMINISTRATOR", "BILLING", "Source"]


@dataclass(frozen=True)
class Source:
    """One kind of line of *Needs Attention*: a row here is all that it takes.

    A room adds its own in ``_sources`` of ``l10n_pl_ksef.attention``
    (``docs/attention.md``).

    :param kind: its code, unique; also the name of the filter
    :param label: what people read of the kind
    :param model: of the records that wait
    :param query: SELECT of ``id``, ``company_id``, ``since`` (date) of these records,
        of all companies: who sees which is said by the rule of the model of lines
    :param reason: returns the sentence that says why ``record`` waits
    :param button: what the line's button says; None: it opens the record only
    :param action: name of the record's method behind the button, which checks rights
        itself where it is public; it may return an action
    :param groups: who has the button
    :param is_urgent: the dashboard says it in red
    :param title: returns what people call ``record``; None: its name
    """

    kind: str
    label: str
    model: str
    query: SQL
    reason: Callable
    button: str | None = None
    action: str | None = None
    groups: tuple = (BILLING,)
    is_urgent: bool = False
    title: Callable | None = None
