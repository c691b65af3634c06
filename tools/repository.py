"""What must not stand in the repository, whoever commits it."""

import hashlib
import re
import xml.etree.ElementTree as ElementTree

from . import paths
from .command import run

# Written so that they do not match themselves.
FORBIDDEN = {
    "a package registry's host name": re.compile(
        r"(deb|ftp|snapshot|archive)\.(debian|ubuntu)\.(org|com)"
        r"|(test\.)?pypi\.(org|python\.org)|files\.pythonhosted\.org"
        r"|registry\.(npmjs|yarnpkg)\.(org|com)"
    ),
    "a path of the workplace": re.compile(r"/wor[k]/(shared|main)"),
    "a private key": re.compile(
        r"-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}(\s|\\n)+[A-Za-z0-9+/=]{40}"
    ),
}
# Published by others; found at run time, never copied.
FOREIGN_NAMES = re.compile(r"(\.xsd|open-?api\.json)$", re.IGNORECASE)
SHARED = paths.ROOT.parent / "shared"


def tracked_files():
    """Paths of the files in git's index that exist in the work tree."""
    names = run("git", "-C", paths.ROOT, "ls-files", "-z").stdout.split("\0")
    found = [paths.ROOT / name for name in names if name]
    return [path for path in found if path.is_file()]


def faults():
    """Lines of text about files that must not be as they are."""
    shared = _hashes(SHARED)
    return [fault for path in tracked_files() for fault in _faults_of(path, shared)]


def _hashes(folder):
    files = folder.rglob("*") if folder.is_dir() else ()
    return {_hash(path) for path in files if path.is_file() and path.stat().st_size}


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _faults_of(path, shared):
    name = path.relative_to(paths.ROOT)
    if FOREIGN_NAMES.search(path.name) or _hash(path) in shared:
        yield f"{name}: a file of somebody else's"
    yield from text_faults(name, path.read_text(errors="replace"))
    if path.suffix == ".xml":
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            yield f"{name}: not well-formed: {error}"


def text_faults(name, text):
    """Lines about forbidden things in one text.

    :param name: how the text is called in the answer
    """
    for what, pattern in FORBIDDEN.items():
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{name}:{line}: {what}"
