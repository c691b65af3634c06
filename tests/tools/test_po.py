"""Translations are complete, or lint says which are not."""

import polib
import pytest

from tools import po


def catalogue(path, *texts, fuzzy=()):
    """Write a catalogue of (text, translation)."""
    made = polib.POFile()
    for text, translation in texts:
        flags = ["fuzzy"] if text in fuzzy else []
        made.append(polib.POEntry(msgid=text, msgstr=translation, flags=flags))
    path.parent.mkdir(exist_ok=True)
    made.save(str(path))


@pytest.fixture
def folder(tmp_path):
    """An export and an `i18n` folder that is complete."""
    catalogue(tmp_path / "new.pot", ("Send", ""), ("Fetch", ""))
    catalogue(tmp_path / "i18n" / po.TEMPLATE, ("Send", ""), ("Fetch", ""))
    catalogue(tmp_path / "i18n" / "pl.po", ("Send", "Wyślij"), ("Fetch", "Pobierz"))
    return tmp_path


def faults(folder, capsys):
    count = po.check(folder / "new.pot", folder / "i18n")
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == count
    return lines


def test_a_complete_translation_has_no_faults(folder, capsys):
    assert faults(folder, capsys) == []


def test_a_text_that_is_not_translated_is_named(folder, capsys):
    catalogue(folder / "i18n" / "pl.po", ("Send", ""), ("Fetch", "Pobierz"))
    assert faults(folder, capsys) == ["pl.po: not translated: 'Send'"]


def test_a_fuzzy_translation_is_none(folder, capsys):
    texts = ("Send", "Wyślij"), ("Fetch", "Pobierz")
    catalogue(folder / "i18n" / "pl.po", *texts, fuzzy=["Fetch"])
    assert faults(folder, capsys) == ["pl.po: fuzzy: 'Fetch'"]


def test_a_new_text_makes_the_template_old(folder, capsys):
    catalogue(folder / "new.pot", ("Send", ""), ("Fetch", ""), ("Retry", ""))
    assert faults(folder, capsys) == [
        f"{po.TEMPLATE} is not what Odoo exports; run ./dev i18n",
        "pl.po: not there: 'Retry'",
    ]


def test_merging_keeps_translations_and_drops_what_is_gone(folder, capsys):
    catalogue(folder / "new.pot", ("Send", ""), ("Retry", ""))
    po.merge(folder / "new.pot", folder / "i18n")
    made = polib.pofile(str(folder / "i18n" / "pl.po"))
    assert {entry.msgid: entry.msgstr for entry in made} == {
        "Send": "Wyślij",
        "Retry": "",
    }
