"""No test of Odoo is forgotten: each file is imported."""

import ast

from tools import paths
from tools.selection import odoo_files

TESTS = paths.ROOT / "tests"


def imported():
    """Files that `tests/__init__.py` imports."""
    for node in ast.parse((TESTS / "__init__.py").read_text()).body:
        folder = TESTS / (node.module or "")
        yield from (folder / f"{alias.name}.py" for alias in node.names)


def test_every_file_is_imported():
    files = {*odoo_files(), *TESTS.glob("test_*.py")}
    assert files == set(imported())
