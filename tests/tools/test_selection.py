"""What people type after `./dev test`."""

import pytest

from tools import paths, selection
from tools.console import DevError
from tools.selection import parse


@pytest.fixture(autouse=True)
def tree(tmp_path, monkeypatch):
    """A repository with one test file for Odoo and one for pytest."""
    for folder in selection.PYTEST_PARTS:
        (tmp_path / "tests" / folder).mkdir(parents=True)
    (tmp_path / "tests" / "api" / "test_qr.py").write_text("")
    (tmp_path / "tests" / "sending").mkdir()
    (tmp_path / "tests" / "sending" / "test_send.py").write_text(
        "class TestSend:\n    def setUp(self): ...\n    def test_upo(self): ...\n"
        "class TestRetry:\n    def test_outage(self): ...\n"
    )
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return tmp_path


def test_nothing_means_everything():
    chosen = parse([])
    assert tuple(chosen.pytest) == selection.PYTEST_PARTS
    assert list(chosen.odoo) == ["sending"]
    assert chosen.bare
    assert not chosen.official


def test_what_the_ministry_publishes_is_asked_for_with_its_folder():
    assert parse([], additions=True).official == [selection.OFFICIAL_TAG]
    assert "official" in parse([], additions=True).pytest
    with pytest.raises(DevError):
        parse(["official"])


@pytest.mark.parametrize("word", ["api", "tests/api", "./tests/api/"])
def test_a_part_by_its_name_or_folder(word, tree):
    chosen = parse([word])
    assert chosen.pytest == {"api": [str(tree / "tests" / "api")]}
    assert not chosen.odoo


def test_an_odoo_of_its_own_for_the_add_on_alone():
    chosen = parse(["bare"])
    assert selection.BARE_TAG in chosen.bare
    assert not chosen.odoo
    assert not chosen.pytest


def test_one_test_of_pytest(tree):
    chosen = parse(["tests/api/test_qr.py::test_link"])
    assert chosen.pytest == {"api": [f"{tree}/tests/api/test_qr.py::test_link"]}


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("tests/sending/test_send.py", "/l10n_pl_ksef/tests/sending/test_send.py"),
        (
            "sending/test_send.py::TestSend",
            "/l10n_pl_ksef/tests/sending/test_send.py:TestSend",
        ),
        (
            "tests/sending/test_send.py::TestSend::test_upo",
            "/l10n_pl_ksef/tests/sending/test_send.py:TestSend.test_upo",
        ),
    ],
)
def test_a_file_class_or_method_of_odoo(word, tag):
    assert parse([word]).odoo == {"sending": [tag]}


def test_a_room_is_all_of_its_files():
    tags = ["/l10n_pl_ksef/tests/sending/test_send.py"]
    assert parse(["sending"]).odoo == parse(["odoo"]).odoo == {"sending": tags}


@pytest.mark.parametrize("word", ["tests/test_nothing.py", "tests/api/test_no.py", "x"])
def test_a_word_that_names_nothing_is_refused(word):
    with pytest.raises(DevError):
        parse([word])


def test_a_keyword_picks_odoo_tests_by_name():
    assert parse(["odoo"], "UPO").odoo == {
        "sending": ["/l10n_pl_ksef/tests/sending/test_send.py:TestSend.test_upo"]
    }


def test_a_keyword_stays_within_the_selected_file():
    assert parse(["tests/sending/test_send.py::TestRetry"], "upo").odoo == {}
