"""Packages that KSeF makes for us: downloaded, checked, unpacked."""

import io
import json
import tarfile
import tracemalloc
import zipfile

import pytest

from ksef_api import crypto, export, ksef_number
from ksef_api.errors import BadAnswer
from ksef_api.fields import Fields

KEY = crypto.SymmetricKey(bytes(32), bytes(16))
METADATA = {
    "ksefNumber": "5265877635-20250826-0100001AF629-AF",
    "invoiceNumber": "FV/1",
    "issueDate": "2025-08-26",
    "invoicingDate": "2025-08-26T10:00:00+00:00",
    "acquisitionDate": "2025-08-26T10:00:05.5+00:00",
    "permanentStorageDate": "2025-08-26T10:00:09+00:00",
    "seller": {"nip": "5265877635", "name": "Sprzedawca"},
    "buyer": {"identifier": {"type": "Nip", "value": "1111111111"}, "name": None},
    "netAmount": 100.10,
    "grossAmount": 123.12,
    "vatAmount": 23.02,
    "currency": "PLN",
    "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
    "invoicingMode": "Online",
    "invoiceType": "Vat",
    "isSelfInvoicing": False,
    "hasAttachment": False,
    "invoiceHash": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
}


def number(n):
    start = f"5265877635-20250826-{n:012X}"
    return f"{start}-{ksef_number.crc8(start.encode()):02X}"


INVOICES = {f"{number(n)}.xml": b"<Faktura>%d</Faktura>" % n for n in range(20)}
METADATA_FILE = {"_metadata.json": json.dumps({"invoices": [METADATA]}).encode()}


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def package(server, pieces, **changes):
    """The package KSeF announces, and the answers to its downloads."""
    parts = []
    for ordinal, piece in enumerate(pieces, 1):
        encrypted = crypto.encrypt_aes(piece, KEY)
        server.will_answer(body=encrypted, kind="application/octet-stream")
        parts.append(
            {
                "ordinalNumber": ordinal,
                "partName": f"{ordinal}.zip.aes",
                "method": "GET",
                "url": f"{server.url}/part/{ordinal}?sig=s",
                "partSize": len(piece),
                "partHash": crypto.sha256_b64(piece),
                "encryptedPartSize": len(encrypted),
                "encryptedPartHash": crypto.sha256_b64(encrypted),
                "expirationDate": "2026-01-01T10:00:00+00:00",
                **changes,
            }
        )
    data = {"invoiceCount": 20, "size": 1, "isTruncated": False, "parts": parts}
    return export.ExportPackage.read(Fields(data))


def refusal(call, *args):
    with pytest.raises(BadAnswer) as caught:
        list(call(*args))
    return caught.value.reason


def written(tmp_path, content):
    path = tmp_path / "package"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_parts_become_invoices_and_metadata(server, client, tmp_path, pack):
    archive = pack(INVOICES | METADATA_FILE)
    third = len(archive) // 3
    pieces = [archive[:third], archive[third : 2 * third], archive[2 * third :]]
    path = export.download_package(client, package(server, pieces), KEY, tmp_path)
    assert {f"{n}.xml": xml for n, xml in export.read_package(path)} == INVOICES
    (metadata,) = export.read_metadata(path)
    assert metadata.ksef_number == METADATA["ksefNumber"]
    assert str(metadata.gross) == "123.12"
    assert all(
        "Authorization" not in headers for _m, _p, headers, _b in server.requests
    )


def test_parts_are_put_in_order_whatever_the_list(server):
    announced = package(server, [b"a", b"b"])
    data = {"invoiceCount": 1, "size": 1, "isTruncated": False}
    parts = [
        {
            "ordinalNumber": n,
            "partName": str(n),
            "method": "GET",
            "url": "u",
            "partSize": 1,
            "partHash": "",
            "encryptedPartSize": 16,
            "encryptedPartHash": "",
            "expirationDate": "2026-01-01T10:00:00Z",
        }
        for n in (2, 1)
    ]
    read = export.ExportPackage.read(Fields(data | {"parts": parts}))
    assert [p.ordinal for p in read.parts] == [p.ordinal for p in announced.parts]


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"encryptedPartHash": "wrong"}, "hash"),
        ({"partHash": "wrong"}, "hash"),
        ({"partSize": 1}, "hash"),
        ({"encryptedPartSize": 16}, "too_large"),
        ({"encryptedPartSize": 61_000_000}, "too_large"),
        ({"encryptedPartSize": 0}, "too_large"),
        ({"url": "https://elsewhere.example/x"}, "foreign_url"),
    ],
)
def test_parts_that_are_not_as_announced_are_refused(
    server, client, tmp_path, changes, reason
):
    announced = package(server, [zipped(INVOICES)], **changes)
    server.replies *= 2  # a part with a wrong hash is fetched once more
    assert refusal(export.download_package, client, announced, KEY, tmp_path) == reason


def test_another_key_does_not_open_it(server, client, tmp_path):
    other = crypto.SymmetricKey(b"x" * 32, bytes(16))
    announced = package(server, [zipped(INVOICES)])
    assert refusal(export.download_package, client, announced, other, tmp_path) in (
        "decryption",
        "hash",
    )


def test_files_of_a_later_contract_are_passed_over(tmp_path):
    path = written(tmp_path, zipped(INVOICES | {"_summary.json": b"{}", "dir/": b""}))
    assert len(list(export.read_package(path))) == 20


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("name", ["../../etc/cron.d/x.xml", "1.xml", "/x.xml"])
def test_entries_named_after_no_ksef_number_are_refused(tmp_path, pack, name):
    path = written(tmp_path, pack(INVOICES | {name: b"<a/>"}))
    assert refusal(export.read_package, path) == "package"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_bomb_is_refused_without_filling_the_memory(tmp_path, pack):
    bomb = pack({f"{number(1)}.xml": bytes(200_000_000)})
    path = written(tmp_path, bomb)
    tracemalloc.start()
    reason = refusal(export.read_package, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (reason, peak < 80_000_000) == ("package", True)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_too_many_entries_are_refused(tmp_path, pack):
    path = written(tmp_path, pack({f"{n}.txt": b"" for n in range(11_001)}))
    assert refusal(export.read_package, path) == "package"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"neither",
        zipped(INVOICES)[:-30],
        tarred(INVOICES)[: len(tarred(INVOICES)) // 2],
        zipped(INVOICES).replace(b"\x50\x4b\x03\x04", b"\x50\x4b\x00\x00"),
    ],
)
def test_damaged_archives_are_refused(tmp_path, content):
    path = written(tmp_path, content)
    assert refusal(export.read_package, path) == "package"
    assert refusal(export.read_metadata, path) == "package"


@pytest.mark.parametrize("content", [b"", b"[", b"[" * 100_000])
def test_damaged_metadata_are_refused(tmp_path, content):
    path = written(tmp_path, zipped({"_metadata.json": content}))
    assert refusal(export.read_metadata, path) == "package"


def test_parts_that_are_there_are_not_fetched_again(server, client, tmp_path):
    archive = zipped(INVOICES)
    half = len(archive) // 2
    announced = package(server, [archive[:half], archive[half:]])
    server.replies.append(server.replies[1])
    export.download_package(client, announced, KEY, tmp_path)
    (tmp_path / "part-2.aes").write_bytes(b"cut sho")
    before = len(server.requests)
    path = export.download_package(client, announced, KEY, tmp_path)
    assert len(list(export.read_package(path))) == 20
    assert len(server.requests) == before + 1
