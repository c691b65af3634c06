"""The tables of ``docs/security.md``, and what there is that they must name."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs" / "security.md"
CODE = "odoo.addons.l10n_pl_ksef."
OURS = "l10n_pl_ksef."
# Everybody who has a column; the words are groups of Odoo.
KINDS = {
    "portal": "base.group_portal",
    "internal": "base.group_user",
    "sales": "sales_team.group_sale_salesman",
    "billing": "account.group_account_invoice",
    "auditor": "account.group_account_readonly",
    "accountant": "account.group_account_user",
    "administrator": "account.group_account_manager",
    "system": "account.group_account_manager,base.group_system",
}
# Its user's alone, about the companies that they have; and the law, which is the same
# for all of them.
OF_NO_COMPANY = ("l10n_pl_ksef.welcome", "l10n_pl_ksef.legal.fact")
# Of records; the second table is about them.
ORM = {"create", "write", "unlink", "onchange", "fields_get", "default_get"}


def methods():
    """Return ``{"model.method": {kind: may they}}`` of the first table."""
    rows = _rows("model.method")
    return {
        name: {kind: mark == "yes" for kind, mark in row.items()}
        for name, row in rows.items()
    }


def records():
    """Return ``{model: {kind: letters of what they may}}`` of the second table."""
    rows = _rows("model")
    return {
        name: {kind: set(mark.replace("–", "")) for kind, mark in row.items()}
        for name, row in rows.items()
    }


def _rows(first):
    """Return ``{first cell: {heading: cell}}`` of the table whose first column is so
    named."""
    found, heads = {}, None
    for line in DOCS.read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            heads = None
        elif cells[0] == first:
            heads = cells[1:]
        elif heads and not set(cells[0]) <= set("-: "):
            found[cells[0]] = dict(zip(heads, cells[1:], strict=True))
    return found


def public_methods(registry):
    """Return ``{"model.method"}`` of all that this add-on defines or overrides, and
    that anybody may call over RPC.
    """
    return {
        f"{model_name}.{name}"
        for model_name, model in registry.items()
        if not model._abstract or not model_name.startswith(OURS)
        for cls in model.mro()
        if f"{cls.__module__}.".startswith(CODE)
        for name, member in vars(cls).items()
        if callable(member) and not name.startswith("_") and name not in ORM
    }


def models_of_ours(registry):
    """Return the names of the models of this add-on that hold records."""
    return {
        name
        for name, model in registry.items()
        if name.startswith(OURS) and not model._abstract
    }
