"""What must not be committed is found; what only looks like it is not."""

import pytest

from tools.repository import faults_of, hashes

KEY = "-----BEGIN {}PRIVATE KEY-----\n" + "MIIE" * 16


def faults(folder, name, text, foreign=()):
    path = folder / name
    path.write_text(text)
    return list(faults_of(path, foreign))


@pytest.mark.parametrize("kind", ["", "ENCRYPTED ", "EC "])
def test_a_private_key_is_found(kind, tmp_path):
    text = f"first line\n{KEY.format(kind)}"
    assert faults(tmp_path, "file", text) == ["a private key"]


def test_the_name_of_a_key_is_none(tmp_path):
    assert not faults(tmp_path, "file", 'b"-----BEGIN PRIVATE KEY-----"')


@pytest.mark.parametrize("name", ["schemat.xsd", "open-api-2.9.json", "OpenAPI.json"])
def test_a_file_of_others_is_found_by_its_name(name, tmp_path):
    assert faults(tmp_path, name, "{}") == ["a file of somebody else's"]


def test_a_file_of_others_is_found_under_another_name(tmp_path):
    published = tmp_path / "published"
    published.mkdir()
    (published / "sample.xml").write_text("<a/>")
    (published / "empty").touch()
    foreign = hashes(published)
    assert faults(tmp_path, "ours.xml", "<a/>", foreign) == [
        "a file of somebody else's"
    ]
    assert not faults(tmp_path, "empty", "", foreign)


def test_xml_is_well_formed(tmp_path):
    assert faults(tmp_path, "file.xml", "<a>")[0].startswith("not well-formed")
