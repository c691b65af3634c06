"""What `./dev test [selection]` means for each part of the tests."""

import ast
from dataclasses import dataclass, field

from . import paths
from .console import DevError

# Folders that pytest runs, in this order; Odoo runs tests/test_*.py itself.
PYTEST_PARTS = ("tools", "api", "sandbox", "interop", "survival")
ODOO = "odoo"
# Odoo with this add-on and what it depends on, no more: no Sales, for one.
BARE = "bare"
BARE_FILES = ("test_fa3_sales.py", "test_fa3_corrections.py")
BARE_TAG = f"{paths.MODULE}_bare"


@dataclass
class Selection:
    """Parts to run; `pytest` maps a part to its arguments, `tags` are Odoo's.

    `bare` are the tags for an Odoo that has nothing but the add-on.
    """

    pytest: dict = field(default_factory=dict)
    tags: list = field(default_factory=list)
    bare: list = field(default_factory=list)
    keyword: str = ""


ALL_TAGS = f"/{paths.MODULE}"


def parse(words, keyword=""):
    """Turn the words of the command line into a `Selection`.

    :param words: part names (`api`, `odoo` …) or paths (`tests/test_x.py::C::test_y`)
    :param keyword: pytest's -k; for Odoo, a part of a test's file, class or name
    :raises DevError: when a word names nothing
    """
    chosen = Selection(keyword=keyword)
    for word in words or (*PYTEST_PARTS, ODOO, BARE):
        _add(chosen, word)
    if keyword and chosen.tags:
        chosen.tags = _tags_with(keyword, chosen.tags)
    return chosen


def _add(chosen, word):
    path, _, inside = word.partition("::")
    parts = path.removeprefix("./").removeprefix("tests/").rstrip("/").split("/")
    if parts == [ODOO] and not inside:
        chosen.tags.append(ALL_TAGS)
        return
    if parts == [BARE] and not inside:
        chosen.bare = [*(_tag(f"tests/{name}") for name in BARE_FILES), BARE_TAG]
        return
    target = paths.ROOT / "tests" / "/".join(parts)
    if parts[0] in PYTEST_PARTS:
        if len(parts) > 1 and not target.exists():
            raise DevError(f"There is no {target}")
        arguments = chosen.pytest.setdefault(parts[0], [])
        arguments.append(f"{target}::{inside}" if inside else str(target))
    elif target.suffix == ".py" and target.exists():
        chosen.tags.append(_tag(f"tests/{target.name}", inside))
    else:
        known = ", ".join((*PYTEST_PARTS, ODOO, BARE))
        raise DevError(f"{word} is no part of the tests ({known}) and no test file.")


def _tag(file, inside=""):
    """Odoo's tag for a file and, in pytest's spelling, a class and a method in it."""
    tag = f"/{paths.MODULE}/{file}"
    names = inside.split("::") if inside else []
    return tag + "".join(mark + name for mark, name in zip(":.", names, strict=False))


def _tags_with(keyword, tags):
    """Tags of the single Odoo tests whose file, class or method holds `keyword`."""
    folder = paths.ROOT / "tests"
    found = []
    for file in sorted(folder.glob("test_*.py")):
        for cls, method in _tests_in(file):
            if keyword.lower() in f"{file.name}::{cls}::{method}".lower():
                found.append(_tag(f"tests/{file.name}", f"{cls}::{method}"))
    prefixes = tuple(tags)
    return [tag for tag in found if tag.startswith(prefixes)]


def _tests_in(file):
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if getattr(member, "name", "").startswith("test"):
                    yield node.name, member.name
