"""Rooms of `models/` build on rooms below them only (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

MODELS = Path(__file__).resolve().parents[2] / "models"
# From the ground up; rooms of one line do not know each other.
STOREYS = (
    ("law", "attention"),
    ("vault", "invoice", "bill"),
    ("picture", "connection"),
    ("sending", "receiving"),
    ("notification", "takeover", "payment"),
    ("offline", "white_list", "permission"),
    ("enrolment", "workplace"),
    ("office",),
)
LEVEL = {room: level for level, rooms in enumerate(STOREYS) for room in rooms}
GROUND = {
    "access",
    "cached_mixin",
    "client_actions",
    "concurrency",
    "settings_mixin",
    "taxpayer",
    "times",
}
FILES = sorted(MODELS.glob("*/*.py"))


def test_every_room_has_its_storey():
    folders = {path.name for path in MODELS.iterdir() if any(path.glob("*.py"))}
    assert folders == set(LEVEL)
    assert {path.stem for path in MODELS.glob("*.py")} == GROUND | {"__init__"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-2:]))
def test_nothing_is_built_on_a_room_above(file):
    room = file.parent.name
    used = (_imports(file) | _inherits(file)) - GROUND - {room}
    above = {other for other in used if LEVEL[other] >= LEVEL[room]}
    assert not above


def _imports(file):
    """Rooms, or files of the ground, that `file` imports from."""
    nodes = ast.walk(ast.parse(file.read_text()))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return {
        node.module.split(".")[0] if node.module else alias.name
        for node in froms
        if node.level == 2
        for alias in node.names
    }


def _inherits(file):
    """Rooms that define a model which `file` extends."""
    return {HOMES[name] for name in _assigned(file, "_inherit") if name in HOMES}


def _assigned(file, attribute):
    """Strings that classes of `file` assign to `attribute`."""
    for cls in ast.walk(ast.parse(file.read_text())):
        if isinstance(cls, ast.ClassDef):
            for node in cls.body:
                if isinstance(node, ast.Assign) and node.targets[0].id == attribute:
                    constants = ast.walk(node.value)
                    yield from (c.value for c in constants if hasattr(c, "value"))


def _homes():
    """{model of ours: the room that defines it}."""
    homes = {}
    for file in FILES:
        for name in set(_assigned(file, "_name")) - set(_assigned(file, "_inherit")):
            homes[name] = file.parent.name
    return homes


HOMES = _homes()


def test_what_is_overridden_stands_below():
    """`super()` reaches the method of a lower room; one above would win unseen."""
    floors = {}
    for file, model, method in _methods():
        level = LEVEL[file.parent.name]
        calls_super = "super()" in ast.unparse(method)
        floors.setdefault((model, method.name), {}).setdefault(level, []).append(
            calls_super
        )
    upside_down = [
        f"{model}.{name}"
        for (model, name), levels in floors.items()
        for level, supers in levels.items()
        if level > min(levels) and not all(supers)
    ]
    assert not upside_down


def test_a_method_is_begun_once():
    """Two that do not call `super()` are two things with one name: one is lost."""
    begun = {}
    for file, model, method in _methods():
        if "super(" not in ast.unparse(method):
            place = "/".join(file.parts[-2:])
            begun.setdefault((model, method.name), []).append(place)
    assert not {key: files for key, files in begun.items() if len(files) > 1}


def _methods():
    """(file, model, method) of every class of a model."""
    for file in FILES:
        for cls in ast.parse(file.read_text()).body:
            if isinstance(cls, ast.ClassDef):
                names = [
                    value.value
                    for attribute in ("_name", "_inherit")
                    for node in cls.body
                    if isinstance(node, ast.Assign)
                    and getattr(node.targets[0], "id", "") == attribute
                    for value in ast.walk(node.value)
                    if isinstance(value, ast.Constant)
                ]
                for node in cls.body:
                    if names and isinstance(node, ast.FunctionDef):
                        yield file, names[0], node


def test_a_field_is_defined_once():
    """Two definitions would have two helps, and the later one would win unseen."""
    places = {}
    for file, model, name in _fields():
        places.setdefault((model, name), []).append("/".join(file.parts[-2:]))
    twice = {key: files for key, files in places.items() if len(files) > 1}
    assert not twice


def _fields():
    """(file, model, field) of every field that a model defines, not extends."""
    for file in FILES:
        for cls in ast.parse(file.read_text()).body:
            models = [
                value.value
                for node in getattr(cls, "body", ())
                if isinstance(node, ast.Assign)
                and getattr(node.targets[0], "id", "") in ("_name", "_inherit")
                for value in ast.walk(node.value)
                if isinstance(value, ast.Constant)
            ]
            for node in getattr(cls, "body", ()) if models else ():
                call = getattr(node, "value", None)
                if (
                    isinstance(node, ast.Assign)
                    and isinstance(call, ast.Call)
                    and ast.unparse(call.func).startswith("fields.")
                    and {word.arg for word in call.keywords} - EXTENDING
                ):
                    yield file, models[0], node.targets[0].id


# What only adds to a definition that stands elsewhere.
EXTENDING = {"selection_add", "ondelete"}
