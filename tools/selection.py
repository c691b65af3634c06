"""What `./dev test [selection]` means for each part of the tests."""

import ast
from dataclasses import dataclass, field

from . import paths
from .console import DevError

# Folders that pytest runs, in this order; Odoo runs the others (the rooms) itself.
PYTEST_PARTS = ("tools", "api", "sandbox", "interop", "survival")
ODOO = "odoo"
# Odoo with this add-on and what it depends on, no more: no Sales, for one.
BARE = "bare"
BARE_FILES = ("invoice/test_fa3_sales.py", "invoice/test_fa3_corrections.py")
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

    :param words: part names (`api`, `odoo` …), rooms (`sending`) or paths
        (`tests/sending/test_x.py::C::test_y`)
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
        chosen.bare = [*(_tag(_tests() / name) for name in BARE_FILES), BARE_TAG]
        return
    target = _tests() / "/".join(parts)
    if parts[0] in PYTEST_PARTS:
        if len(parts) > 1 and not target.exists():
            raise DevError(f"There is no {target}")
        arguments = chosen.pytest.setdefault(parts[0], [])
        arguments.append(f"{target}::{inside}" if inside else str(target))
    elif target in rooms():
        chosen.tags += [_tag(file) for file in odoo_files(target)]
    elif target in odoo_files():
        chosen.tags.append(_tag(target, inside))
    else:
        known = ", ".join((*PYTEST_PARTS, ODOO, BARE, *(r.name for r in rooms())))
        raise DevError(f"{word} is no part of the tests ({known}) and no test file.")


def _tests():
    return paths.ROOT / "tests"


def rooms():
    """Folders of Odoo's tests, one for each room of `models/`."""
    folders = {file.parent for file in _tests().glob("*/test_*.py")}
    return sorted(f for f in folders if f.name not in PYTEST_PARTS)


def odoo_files(room=None):
    """Files of Odoo's tests: of one room, or all."""
    folders = [room] if room else [_tests(), *rooms()]
    return [file for folder in folders for file in sorted(folder.glob("test_*.py"))]


def _tag(file, inside=""):
    """Odoo's tag for a file and, in pytest's spelling, a class and a method in it."""
    tag = f"/{paths.MODULE}/{file.relative_to(paths.ROOT).as_posix()}"
    names = inside.split("::") if inside else []
    return tag + "".join(mark + name for mark, name in zip(":.", names, strict=False))


def _tags_with(keyword, tags):
    """Tags of the single Odoo tests whose file, class or method holds `keyword`."""
    found = []
    for file in odoo_files():
        for cls, method in _tests_in(file):
            if keyword.lower() in f"{file.name}::{cls}::{method}".lower():
                found.append(_tag(file, f"{cls}::{method}"))
    prefixes = tuple(tags)
    return [tag for tag in found if tag.startswith(prefixes)]


def _tests_in(file):
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if getattr(member, "name", "").startswith("test"):
                    yield node.name, member.name
