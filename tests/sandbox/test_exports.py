"""Exports: encrypted packages of invoices."""

import io
import json
import os
import tarfile
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
from ksef_caller import NIP, OTHER, Session, code, invoice, sha, unaes, until


class Export(Session):
    """An ordered package; shares the encryption with sessions."""

    def __init__(self, caller, span=None, usage="SymmetricKeyEncryption", **more):
        self.caller = caller
        self.key, self.vector = os.urandom(32), os.urandom(16)
        begin = datetime.now(timezone.utc) - timedelta(days=1)
        dates = {"dateType": "PermanentStorage", "from": begin.isoformat()}
        filters = {"subjectType": "Subject2", "dateRange": {**dates, **(span or {})}}
        body = {"filters": filters, "encryption": self.encryption(usage), **more}
        self.answer = caller.post("/invoices/exports", body)
        self.reference = self.answer.json().get("referenceNumber")

    def ask(self):
        return self.caller.get(f"/invoices/exports/{self.reference}")

    def finished(self):
        return until(
            lambda: self.ask().json(), lambda found: found["status"]["code"] != 100
        )

    def archive(self):
        """The parts, each decrypted by itself, put together."""
        plain = b""
        for part in self.finished()["package"]["parts"]:
            answer = self.caller.get(part["url"], token=None)
            assert answer.headers["x-ms-meta-hash"] == part["encryptedPartHash"]
            assert len(answer.content) == part["encryptedPartSize"]
            piece = unaes(answer.content, self.key, self.vector)
            assert (len(piece), sha(piece)) == (part["partSize"], part["partHash"])
            plain += piece
        return plain


@pytest.fixture
def three(fresh):
    """Invoices of a supplier by their KSeF numbers."""
    files = [invoice(f"FV/{n}", seller=OTHER, buyer=NIP) for n in range(3)]
    return {fresh.issue(xml): xml for xml in files}


def unzip(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def untar(content):
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        return {item.name: archive.extractfile(item).read() for item in archive}


@pytest.mark.parametrize("kind, unpack", [("Zip", unzip), ("TarGz", untar)])
@pytest.mark.parametrize("part_bytes", [50_000_000, 700])
def test_a_package_holds_files_and_metadata(
    fresh, caller, three, kind, unpack, part_bytes
):
    fresh.knobs(export_part_bytes=part_bytes)
    export = Export(caller, compressionType=kind)
    assert export.answer.status_code == 201
    files = unpack(export.archive())
    metadata = json.loads(files.pop("_metadata.json"))["invoices"]
    assert files == {f"{number}.xml": xml for number, xml in three.items()}
    assert [item["ksefNumber"] for item in metadata] == list(three)
    package = export.finished()["package"]
    assert (package["invoiceCount"], package["isTruncated"]) == (3, False)
    assert package["permanentStorageHwmDate"]
    assert (len(package["parts"]) > 1) == (part_bytes == 700)


def test_metadata_alone(caller, three):
    files = unzip(Export(caller, onlyMetadata=True).archive())
    assert list(files) == ["_metadata.json"]


def test_an_export_is_in_progress_before_it_is_done(caller):
    export = Export(caller)
    assert export.ask().json()["status"]["code"] == 100
    found = export.finished()
    assert (found["status"]["code"], found["package"]["invoiceCount"]) == (200, 0)


def test_a_truncated_package_tells_where_to_go_on(fresh, caller, three):
    fresh.knobs(export_cap=2)
    first = Export(caller).finished()["package"]
    assert (first["invoiceCount"], first["isTruncated"]) == (2, True)
    span = {"from": first["lastPermanentStorageDate"]}
    second = Export(caller, span=span)
    names = set(unzip(second.archive())) - {"_metadata.json"}
    # Bounds adjoin: the last one comes again.
    assert names == {f"{number}.xml" for number in list(three)[1:]}


def test_not_more_than_ten_at_once(fresh, caller):
    fresh.knobs(polls_before_ready=2)
    exports = [Export(caller) for _count in range(10)]
    assert code(Export(caller).answer) == 21182
    exports[0].finished()
    assert Export(caller).answer.status_code == 201


def test_an_expired_package_and_a_forgotten_export(fresh, caller, three):
    export = Export(caller)
    url = export.finished()["package"]["parts"][0]["url"]
    fresh.knobs(export_state="210")
    assert export.ask().json()["status"]["code"] == 210
    fresh.knobs(export_state="410")
    answer = export.ask()
    assert answer.status_code == 410
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    fresh.control("POST", "/clock", {"offset": 3601})
    assert caller.get(url, token=None).status_code == 403


def test_a_key_that_cannot_be_opened(caller):
    export = Export(caller, usage="KsefTokenEncryption")
    assert export.finished()["status"]["code"] == 415


def test_a_range_beyond_the_mark(caller):
    span = {
        "from": "2126-01-01T00:00:00Z",
        "restrictToPermanentStorageHwmDate": True,
    }
    assert Export(caller, span=span).finished()["status"]["code"] == 420


def test_an_export_of_others_is_unknown(fresh, caller):
    export = Export(caller)
    export.caller = fresh.logged_in(OTHER)
    assert code(export.ask()) == 21175
