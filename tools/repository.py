"""What must not stand in the repository, whoever commits it."""

import hashlib
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import paths, references
from .command import run

# Written so that it does not match itself.
PRIVATE_KEY = re.compile(r"-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}(\s|\\n)+[A-Za-z0-9+/=]{40}")
# Published by others; found at run time, never copied.
FOREIGN_NAMES = re.compile(r"(\.xsd|open-?api.*\.json)$", re.IGNORECASE)


def tracked_files():
    """Paths of the files in git's index that exist in the work tree."""
    names = run("git", "-C", paths.ROOT, "ls-files", "-z").stdout.split("\0")
    found = [paths.ROOT / name for name in names if name]
    return [path for path in found if path.is_file()]


def faults():
    """Lines of text about files that must not be as they are.

    What others published is known by the packages that set-up fetches, and by the
    folder of `--with` where there is one.
    """
    foreign = hashes(references.FOLDER)
    if os.environ.get(references.WITH):
        foreign |= hashes(Path(os.environ[references.WITH]))
    return [
        f"{path.relative_to(paths.ROOT)}: {fault}"
        for path in tracked_files()
        for fault in faults_of(path, foreign)
    ]


def hashes(folder):
    """Hashes of all files of a folder but empty ones."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {_hash(path) for path in files if path.stat().st_size}


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def faults_of(path, foreign):
    """What is wrong with one file.

    :param foreign: hashes of files of others
    """
    if FOREIGN_NAMES.search(path.name) or _hash(path) in foreign:
        yield "a file of somebody else's"
    if PRIVATE_KEY.search(path.read_text(errors="replace")):
        yield "a private key"
    if path.suffix == ".xml":
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            yield f"not well-formed: {error}"
