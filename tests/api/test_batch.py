"""Packages for batch sessions: built, announced, uploaded."""

import io
import os
import tarfile
import tracemalloc
import zipfile

import pytest

from ksef_api import batch, crypto
from ksef_api.errors import BadAnswer, DocumentError
from ksef_api.types import FA3, EncryptionInfo

KEY = crypto.SymmetricKey(bytes(32), bytes(16))
INFO = EncryptionInfo("k", "iv", "id")
INVOICES = [(f"{n}.xml", os.urandom(1000) + b"%d" % n) for n in range(30)]
SESSION = "20260101-SB-27A85F3000-F0A18DD4CB-C0"


def put_together(package):
    """What KSeF makes of the parts: decrypt each, join."""
    return b"".join(
        crypto.decrypt_aes(part.path.read_bytes(), KEY) for part in package.parts
    )


def unpacked(compression, archive):
    if compression == batch.ZIP:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return [(name, opened.read(name)) for name in opened.namelist()]
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return [(entry.name, opened.extractfile(entry).read()) for entry in opened]


@pytest.mark.parametrize("compression", [batch.ZIP, batch.TAR_GZ])
@pytest.mark.parametrize("part_size", [7_001, batch.MAX_PART])
def test_ksef_can_put_the_package_together(tmp_path, compression, part_size):
    package = batch.build_package(INVOICES, tmp_path, KEY, compression, part_size)
    archive = put_together(package)
    assert unpacked(compression, archive) == INVOICES
    assert (len(archive), crypto.sha256_b64(archive)) == (package.size, package.hash)
    assert package.count == 30
    for part in package.parts:
        content = part.path.read_bytes()
        assert (len(content), crypto.sha256_b64(content)) == (part.size, part.hash)
        assert part.size <= part_size + 16


@pytest.mark.parametrize("compression", [batch.ZIP, batch.TAR_GZ])
def test_made_again_later_it_is_the_same(tmp_path, monkeypatch, compression):
    packages = []
    for name, moment in (("one", 1.0e9), ("two", 1.7e9)):
        monkeypatch.setattr("time.time", lambda moment=moment: moment)
        (tmp_path / name).mkdir()
        packages.append(
            batch.build_package(INVOICES, tmp_path / name, KEY, compression, 20_000)
        )
    one, two = packages
    assert one.hash == two.hash
    assert [part.hash for part in one.parts] == [part.hash for part in two.parts]


def test_parts_are_numbered_from_one_and_no_plain_file_stays(tmp_path):
    package = batch.build_package(INVOICES, tmp_path, KEY, part_size=10_000)
    count = len(package.parts)
    assert [part.ordinal for part in package.parts] == list(range(1, count + 1))
    assert count == -(-package.size // 10_000) > 1
    assert sorted(tmp_path.iterdir()) == [part.path for part in package.parts]


def test_memory_stays_flat(tmp_path):
    size = 40
    invoices = ((f"{n}.xml", os.urandom(1_000_000)) for n in range(size))
    tracemalloc.start()
    package = batch.build_package(invoices, tmp_path, KEY, part_size=15_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert package.size > size * 1_000_000
    assert peak < 8_000_000


@pytest.mark.parametrize(
    "names, reason",
    [
        ([], "empty"),
        (["a.xml", "a.xml"], "duplicate_name"),
        (["../a.xml"], "file_name"),
        (["a/b.xml"], "file_name"),
        (["a.txt"], "file_name"),
        ([f"{n}.xml" for n in range(10_001)], "too_many"),
    ],
)
def test_packages_that_ksef_would_refuse_are_not_made(tmp_path, names, reason):
    with pytest.raises(DocumentError) as caught:
        batch.build_package([(name, b"<a/>") for name in names], tmp_path, KEY)
    assert caught.value.reason == reason


def test_more_than_fifty_parts_are_refused(tmp_path):
    with pytest.raises(DocumentError) as caught:
        batch.build_package(INVOICES, tmp_path, KEY, part_size=100)
    assert caught.value.reason == "too_large"


# Through HTTP


def opening(server, package, **changes):
    """Order the answer that opens a session for this package."""
    requests = [
        {
            "ordinalNumber": part.ordinal,
            "method": "PUT",
            "url": f"{server.url}/storage/{part.ordinal}?sig=s",
            "headers": {"x-ms-blob-type": "BlockBlob"},
            **changes,
        }
        for part in package.parts
    ]
    data = {"referenceNumber": SESSION, "partUploadRequests": requests}
    server.will_answer(201, data)


def test_parts_go_where_ksef_says_without_a_token(server, client, tmp_path):
    package = batch.build_package(INVOICES, tmp_path, KEY, part_size=20_000)
    opening(server, package)
    session = client.open_batch(FA3, INFO, package)
    for upload, part in zip(session.uploads, package.parts, strict=True):
        server.will_answer(201)
        client.upload_part(upload, part)
    server.will_answer(204)
    client.close_batch(session.reference)
    *uploads, close = server.requests[1:]
    assert close[:2] == ("POST", f"/v2/sessions/batch/{SESSION}/close")
    assert [body for *_, body in uploads] == [
        part.path.read_bytes() for part in package.parts
    ]
    for method, path, headers, _body in uploads:
        assert (method, path.endswith("?sig=s")) == ("PUT", True)
        assert headers["x-ms-blob-type"] == "BlockBlob"
        assert "Authorization" not in headers and "Transfer-Encoding" not in headers


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"url": "https://elsewhere.example/steal"}, "foreign_url"),
        ({"method": "DELETE"}, "field"),
    ],
)
def test_a_strange_upload_is_not_made(server, client, tmp_path, changes, reason):
    package = batch.build_package(INVOICES, tmp_path, KEY)
    opening(server, package, **changes)
    session = client.open_batch(FA3, INFO, package)
    with pytest.raises(BadAnswer) as caught:
        client.upload_part(session.uploads[0], package.parts[0])
    assert caught.value.reason == reason
    assert len(server.requests) == 1


def test_ksef_must_ask_for_the_parts_there_are(server, client, tmp_path):
    package = batch.build_package(INVOICES, tmp_path, KEY)
    opening(server, package, ordinalNumber=2)
    with pytest.raises(BadAnswer):
        client.open_batch(FA3, INFO, package)
