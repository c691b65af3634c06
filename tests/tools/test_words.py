"""Words that are no longer said to people do not come back (docs/words.md)."""

import re
from pathlib import Path

import polib
import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
WORDS = ROOT / "docs" / "words.md"
LABELS = ("string", "title", "help", "placeholder", "confirm")
CODE = re.compile(r"`([^`]+)`")


def _forbidden(column):
    """Regular expressions of a column of the table "For people"."""
    table = WORDS.read_text().partition("## In the code")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    # A "|" inside an expression would end its cell.
    return [word for row in rows[1:] for word in CODE.findall(row[column])]


POLISH, ENGLISH = _forbidden(4), _forbidden(5)


def _polish_texts():
    """(where, text) of all that is said in Polish."""
    for entry in polib.pofile(str(ROOT / "i18n" / "pl.po")):
        yield f"pl.po: {entry.msgid[:60]}", entry.msgstr
    for page in sorted((ROOT / "docs" / "podrecznik").rglob("*.md")):
        for number, line in enumerate(page.read_text().splitlines(), 1):
            yield f"{page.name}:{number}", line


def _english_labels():
    """(where, text) of labels, names and headings in views, data and windows."""
    for folder in ("views", "data", "static/src"):
        for path in sorted((ROOT / folder).rglob("*.xml")):
            for node in etree.parse(str(path)).iter(etree.Element):
                texts = [node.get(name) for name in LABELS]
                if node.get("name") == "name" or node.tag in ("summary", "button"):
                    texts.append(node.text)
                if node.tag == "menuitem":
                    texts.append(node.get("name"))
                for text in filter(None, texts):
                    yield f"{path.name}:{node.sourceline}", text.strip()


def test_the_table_is_read():
    assert "samoczynnie" in POLISH
    assert "^Why$" in ENGLISH


@pytest.mark.parametrize("word", POLISH)
def test_never_in_polish(word):
    found = [where for where, text in _polish_texts() if re.search(word, text)]
    assert not found


@pytest.mark.parametrize("word", ENGLISH)
def test_never_on_a_label(word):
    found = [where for where, text in _english_labels() if re.search(word, text)]
    assert not found


def _names():
    """(English, Polish) of rows with one name each."""
    table = WORDS.read_text().partition("## In the code")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    for row in rows[1:]:
        english, polish = row[1].strip(), row[2].strip()
        if not re.search("[,;]", english + polish):
            yield english, polish


@pytest.mark.parametrize(("english", "polish"), list(_names()))
def test_each_thing_has_the_one_name(english, polish):
    by_id = {e.msgid: e.msgstr for e in polib.pofile(str(ROOT / "i18n" / "pl.po"))}
    assert by_id.get(english, polish) == polish
