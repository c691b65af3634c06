"""Every button that this add-on puts on a page, found in the views themselves."""

from dataclasses import dataclass

from lxml import etree

from odoo.tools.safe_eval import safe_eval
from odoo.tools.view_validation import get_expression_field_names

MODULE = "l10n_pl_ksef"
OURS = f"{MODULE}."
PAGES = ("list", "form", "kanban")
PRESSED = "//*[self::button or self::a][@name][@type='object' or @type='action']"


@dataclass(frozen=True)
class Button:
    """One button of one page.

    :param kind: "object" (a method) or "action"
    :param place: "header" (of a list or of cards), "row", "card" or "form"
    :param always: a list's header shows it with nothing selected, too
    :param invisible: when the page does not show it
    :param conditional: a card has it under a condition of its own (t-if)
    """

    model: str
    view: int
    page: str
    name: str
    kind: str
    place: str
    always: bool
    context: str
    invisible: str
    conditional: bool = False

    def __str__(self):
        return f"{self.model} {self.page} {self.place} {self.name}"


def pages(env):
    """Return ``{(model, view id, type): names}`` of the pages with buttons of ours.

    ``names`` are (kind, name) of what we add to a page of Odoo's, None for all of ours.
    """
    found = {}
    for view in _our_views(env):
        root = _root(view)
        key = (root.model, root.id, root.type)
        if root.model.startswith(OURS):
            found[key] = None
        elif names := _names(etree.fromstring(view.arch_db)):
            found.setdefault(key, set()).update(names)
    return found


def buttons(env):
    """Return the buttons of ours that Odoo shows to the user of ``env``."""
    found = []
    for (model, view, page), names in pages(env).items():
        if not env[model].has_access("read"):
            continue
        arch = etree.fromstring(env[model].get_view(view, page)["arch"])
        for node in arch.xpath(PRESSED):
            # Lists inside a form are other models' own, with buttons of their own.
            is_nested = next(node.iterancestors("field"), None) is not None
            if not is_nested and (names is None or _name(node) in names):
                found.append(_button(node, model, view, page))
    return list(dict.fromkeys(found))


def nested(env):
    """Return names of our buttons in lists inside forms: nothing here presses those."""
    return {
        name
        for view in _our_views(env)
        for node in etree.fromstring(view.arch_db).xpath(PRESSED)
        if any(each.get("name") for each in node.iterancestors("field"))
        for name in [f"{view.model} {node.get('name')}"]
    }


def is_shown(button, record):
    """Tell whether the page of ``record`` shows the button."""
    values = {"context": {}, "uid": record.env.uid, "True": True, "False": False}
    for name in get_expression_field_names(button.invisible):
        if name.split(".")[0] not in ("context", "uid", "parent"):
            value = record[name]
            is_record = hasattr(value, "_name")
            values[name] = (value.ids or False) if is_record else value
    return not safe_eval(button.invisible, values)


def _our_views(env):
    data = env["ir.model.data"].sudo()
    names = data.search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
    views = env["ir.ui.view"].sudo().browse(names.mapped("res_id"))
    return views.filtered(lambda view: view.type in PAGES)


def _root(view):
    while view.inherit_id and view.mode == "extension":
        view = view.inherit_id
    return view


def _names(arch):
    return {_name(node) for node in arch.xpath(PRESSED)}


def _name(node):
    return node.get("type"), node.get("name")


def _button(node, model, view, page):
    parent = node.getparent()
    # What a part of the page that is hidden holds is hidden with it.
    parts = (node, *node.iterancestors())
    hidden = [part.get("invisible") for part in parts if part.get("invisible")]
    place = {"list": "row", "kanban": "card", "form": "form"}[page]
    if parent.tag == "header" and page != "form":
        place = "header"
    return Button(
        model,
        view,
        page,
        node.get("name"),
        node.get("type"),
        place,
        node.get("display") == "always",
        node.get("context") or "{}",
        " or ".join(f"({each})" for each in hidden) or "False",
        any(part.get("t-if") for part in parts),
    )
