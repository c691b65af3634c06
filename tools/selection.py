"""What `./dev test [selection]` means for each part of the tests."""

import ast
from dataclasses import dataclass, field

from . import paths
from .console import DevError

# Folders that pytest runs, in this order; Odoo runs the others (the rooms) itself.
PYTEST_PARTS = (
    "tools",
    "api",
    "sandbox",
    "interop",
    "wheel",
    "takeover",
    "beside",
    "survival",
)
# What needs a folder of `--with`: a folder for pytest, and a tag of Odoo's tests.
OFFICIAL = "official"
OFFICIAL_TAG = f"{paths.MODULE}_official"
ODOO = "odoo"
# Odoo with this add-on and what it depends on, no more: no Sales, for one.
BARE = "bare"
BARE_FILES = (
    "invoice/test_fa3_sales.py",
    "invoice/test_fa3_corrections.py",
    "workplace/test_vendor_products.py",
)
BARE_TAG = f"{paths.MODULE}_bare"


@dataclass
class Selection:
    """Parts to run: `pytest` maps a part to its arguments, `odoo` a room to its tags.

    `bare` and `official` are tags, too: for an Odoo that has nothing but the add-on,
    and for tests that read what `--with` adds.
    """

    pytest: dict = field(default_factory=dict)
    odoo: dict = field(default_factory=dict)
    bare: list = field(default_factory=list)
    official: list = field(default_factory=list)
    keyword: str = ""


def parse(words, keyword="", additions=False):
    """Turn the words of the command line into a `Selection`.

    :param words: part names (`api`, `odoo` …), rooms (`sending`) or paths
        (`tests/sending/test_x.py::C::test_y`)
    :param keyword: pytest's -k; for Odoo, a part of a test's file, class or name
    :param additions: whether there is what the official parts read
    :raises DevError: when a word names nothing
    """
    chosen = Selection(keyword=keyword)
    everything = (*PYTEST_PARTS, ODOO, BARE, *([OFFICIAL] if additions else []))
    for word in words or everything:
        _add(chosen, word, additions)
    if keyword:
        chosen.odoo = _with_keyword(keyword, chosen.odoo)
    return chosen


def _add(chosen, word, additions):
    path, _, inside = word.partition("::")
    parts = path.removeprefix("./").removeprefix("tests/").rstrip("/").split("/")
    target = _tests() / "/".join(parts)
    if parts[0] == OFFICIAL and not additions:
        raise DevError("The official parts need a folder: ./dev test --with FOLDER")
    if parts == [OFFICIAL] and not inside:
        chosen.official = [OFFICIAL_TAG]
    if parts[0] in (*PYTEST_PARTS, OFFICIAL):
        if len(parts) > 1 and not target.exists():
            raise DevError(f"There is no {target}")
        arguments = chosen.pytest.setdefault(parts[0], [])
        arguments.append(f"{target}::{inside}" if inside else str(target))
    elif parts == [ODOO] and not inside:
        for room in rooms():
            _add(chosen, room.name, additions)
    elif parts == [BARE] and not inside:
        chosen.bare = [*(_tag(_tests() / name) for name in BARE_FILES), BARE_TAG]
    elif target in rooms():
        tags = chosen.odoo.setdefault(target.name, [])
        tags += [_tag(file) for file in odoo_files(target)]
    elif target in odoo_files():
        chosen.odoo.setdefault(parts[0], []).append(_tag(target, inside))
    else:
        known = ", ".join((*PYTEST_PARTS, ODOO, BARE, *(r.name for r in rooms())))
        raise DevError(f"{word} is no part of the tests ({known}) and no test file.")


def _tests():
    return paths.ROOT / "tests"


def rooms():
    """Folders of Odoo's tests, one for each room of `models/`."""
    folders = {file.parent for file in _tests().glob("*/test_*.py")}
    return sorted(f for f in folders if f.name not in (*PYTEST_PARTS, OFFICIAL))


def odoo_files(room=None):
    """Files of Odoo's tests: of one room, or of all."""
    folders = [room] if room else rooms()
    return [file for folder in folders for file in sorted(folder.glob("test_*.py"))]


def _tag(file, inside=""):
    """Odoo's tag for a file and, in pytest's spelling, a class and a method in it."""
    tag = f"/{paths.MODULE}/{file.relative_to(paths.ROOT).as_posix()}"
    names = inside.split("::") if inside else []
    return tag + "".join(mark + name for mark, name in zip(":.", names, strict=False))


def _with_keyword(keyword, by_room):
    """Of the rooms' tags, those of single tests whose name holds `keyword`: that of
    the file, the class or the method.
    """
    found = {}
    for room, tags in by_room.items():
        for file in odoo_files(_tests() / room):
            for cls, method in _tests_in(file):
                tag = _tag(file, f"{cls}::{method}")
                named = f"{file.name}::{cls}::{method}".lower()
                if keyword.lower() in named and tag.startswith(tuple(tags)):
                    found.setdefault(room, []).append(tag)
    return found


def _tests_in(file):
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if getattr(member, "name", "").startswith("test"):
                    yield node.name, member.name
