"""Things done once, and addresses found on the machine."""

from tools import apt, paths, stamps


def test_a_changed_file_changes_the_key(tmp_path):
    lock_file = tmp_path / "requirements.lock"
    missing = stamps.digest(lock_file)
    lock_file.write_text("a==1")
    first = stamps.digest(lock_file)
    lock_file.write_text("a==2")
    assert len({missing, first, stamps.digest(lock_file)}) == 3


def test_done_counts_for_the_same_inputs_only(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "STAMPS", tmp_path / "stamps")
    assert not stamps.is_done("venv", "key")
    stamps.mark_done("venv", "key")
    assert stamps.is_done("venv", "key")
    assert not stamps.is_done("venv", "other key")


def test_the_mirror_is_read_from_either_form_of_source_file(tmp_path):
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    deb822 = folder / "debian.sources"
    deb822.write_text("Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\n")
    assert apt.mirror_in_sources(tmp_path) == "http://mirror.test/debian"
    deb822.unlink()
    line = "deb [signed-by=/k.gpg] http://other.test/debian/ bookworm main\n"
    (tmp_path / "sources.list").write_text(
        f"deb http://x.test/debian-security y main\n{line}"
    )
    assert apt.mirror_in_sources(tmp_path) == "http://other.test/debian/"
