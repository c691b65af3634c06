"""Every `sudo()` is counted, and says beside it why it may be (docs/security.md)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUDO = re.compile(r"\.sudo\(\)|su=True|SUPERUSER_ID")
REASON = re.compile(r"# sudo: \w+")
FOLDERS = ("models", "wizards", "controllers")
# One more is one more way around the rules: change the number when it has to be.
COUNT = {
    "bill": 2,
    "connection": 29,
    "enrolment": 14,
    "invoice": 6,
    "law": 1,
    "notification": 14,
    "office": 5,
    "offline": 14,
    "payment": 5,
    "permission": 10,
    "picture": 5,
    "receiving": 15,
    "sending": 52,
    "takeover": 8,
    "models": 6,
    "vault": 3,
    "white_list": 10,
    "workplace": 33,
    "wizards": 30,
    "controllers": 3,
}
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def _room(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "models" and len(parts) > 2 else parts[0]


def _sudos(path):
    """(line number, line, the line before) of each line with a `sudo()`."""
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        if SUDO.search(line.partition("#")[0]):
            yield number + 1, line, lines[number - 1]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_sudo_has_its_reason_on_its_line_or_the_one_before(path):
    without = [
        f"{number}: {line.strip()}"
        for number, line, before in _sudos(path)
        if not REASON.search(line) and not REASON.search(before)
    ]
    assert not without


def test_sudos_are_counted_by_room():
    found = {}
    for path in FILES:
        for _, line, _ in _sudos(path):
            count = len(SUDO.findall(line.partition("#")[0]))
            found[_room(path)] = found.get(_room(path), 0) + count
    assert found == COUNT
