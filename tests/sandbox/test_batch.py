"""Batch sessions: parts, archives, and what becomes of bad ones."""

import io
import os
import tarfile
import zipfile
from datetime import timedelta

import pytest
import requests
from ksef_caller import (
    FA3,
    Process,
    Session,
    aes,
    b64,
    code,
    invoice,
    sha,
    today,
    until,
)


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
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
    return buffer.getvalue()


# What a test may put in the place of the right thing.
SPOILT = {"vector": "initializationVector", "key": "encryptedSymmetricKey"}


class Batch(Session):
    """A batch session; shares the ways of asking with the interactive one."""

    def __init__(
        self, caller, archive, count=1, kind=None, change=None, spoilt=None, **more
    ):
        self.caller = caller
        self.key, self.vector = os.urandom(32), os.urandom(16)
        step = -(-len(archive) // count)
        cuts = [archive[i : i + step] for i in range(0, len(archive), step)]
        self.parts = [aes(cut, self.key, self.vector) for cut in cuts]
        file = {
            "fileSize": len(archive),
            "fileHash": sha(archive),
            "fileParts": [
                {"ordinalNumber": n, "fileSize": len(part), "fileHash": sha(part)}
                for n, part in enumerate(self.parts, 1)
            ],
        }
        if kind:
            file["compressionType"] = kind
        if change:
            change(file)
        encryption = self.encryption()
        for name, content in (spoilt or {}).items():
            encryption[SPOILT[name]] = b64(content)
        body = {"formCode": FA3, "batchFile": file, "encryption": encryption}
        self.answer = caller.post("/sessions/batch", {**body, **more})
        found = self.answer.json()
        self.reference = found.get("referenceNumber")
        self.places = found.get("partUploadRequests", [])

    def upload(self, **headers):
        """Send every part; returns the answers."""
        return [
            requests.request(
                place["method"],
                place["url"],
                headers={**place["headers"], **headers},
                data=part,
                timeout=300,
            )
            for place, part in zip(self.places, self.parts, strict=True)
        ]

    def close(self):
        return self.caller.post(f"/sessions/batch/{self.reference}/close")

    def result(self):
        """Upload, close, wait; returns the last status of the session."""
        assert [answer.status_code for answer in self.upload()] == [201] * len(
            self.parts
        )
        assert self.close().status_code == 204
        return self.finished()


def some(count=3):
    return {f"{n}.xml": invoice(f"FV/{n}") for n in range(count)}


@pytest.mark.parametrize("kind, pack", [(None, zipped), ("TarGz", tarred)])
@pytest.mark.parametrize("count", [1, 3])
def test_invoices_are_judged_one_by_one(fresh, caller, kind, pack, count):
    files = {**some(), "bad.xml": b"<x/>", "again.xml": invoice("FV/0")}
    batch = Batch(caller, pack(files), count, kind)
    assert len(batch.places) == count
    status = batch.result()
    names = ("invoiceCount", "successfulInvoiceCount", "failedInvoiceCount")
    assert [status["status"]["code"], *(status[n] for n in names)] == [200, 5, 3, 2]
    path = f"/sessions/{batch.reference}/invoices"
    found = {i["invoiceFileName"]: i for i in caller.get(path).json()["invoices"]}
    assert {name: item["invoiceHash"] for name, item in found.items()} == {
        name: sha(content) for name, content in files.items()
    }
    assert {name: item["status"]["code"] for name, item in found.items()} == {
        "0.xml": 200,
        "1.xml": 200,
        "2.xml": 200,
        "bad.xml": 450,
        "again.xml": 440,
    }
    assert {item["invoicingDate"] for item in found.values()} == {status["dateCreated"]}
    assert len(fresh.ledger()) == 3 and status["upo"]["pages"]


def test_a_batch_is_processed_before_it_is_done(caller):
    batch = Batch(caller, zipped(some(1)))
    path = f"/sessions/{batch.reference}"
    assert caller.get(path).json()["status"]["code"] == 100
    batch.upload()
    batch.close()
    assert caller.get(path).json()["status"]["code"] == 150
    assert batch.finished()["status"]["code"] == 200


def test_offline_is_for_the_whole_batch(fresh, caller):
    Batch(caller, zipped(some(2)), offlineMode=True).result()
    assert {line["mode"] for line in fresh.ledger()} == {"Offline"}


@pytest.mark.parametrize(
    "archive, kind, expected",
    [
        (b"no archive", None, 430),
        (zipped(some(1)), "TarGz", 430),
        (zipped({"a.xml": b"<x/>"}), None, 445),
        (zipped({}), None, 440),
    ],
)
def test_a_bad_archive_fails_as_a_whole(caller, archive, kind, expected):
    assert Batch(caller, archive, kind=kind).result()["status"]["code"] == expected


def test_too_many_invoices_fail_as_a_whole(fresh, caller):
    limits = {
        "maxInvoiceSizeInMB": 1,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 2,
    }
    body = {"onlineSession": limits, "batchSession": limits}
    caller.post("/testdata/limits/context/session", body)
    assert Batch(caller, zipped(some(3))).result()["status"]["code"] == 420


COUNTS = ("invoiceCount", "successfulInvoiceCount", "failedInvoiceCount")


@pytest.mark.parametrize(
    "change, expected",
    [
        (lambda file: file.update(fileHash=sha(b"other")), 430),
        (lambda file: file.update(fileSize=5), 430),
        (lambda file: file["fileParts"][0].update(fileHash=sha(b"other")), 405),
    ],
)
def test_what_was_declared_must_be_so(caller, change, expected):
    status = Batch(caller, zipped(some(1)), change=change).result()
    assert status["status"]["code"] == expected
    assert [status[name] for name in COUNTS] == [None] * 3


def test_another_vector_spoils_the_archive_only(caller):
    batch = Batch(caller, zipped(some(1)), spoilt={"vector": os.urandom(16)})
    assert batch.result()["status"]["code"] == 430


def test_a_key_that_cannot_be_opened_fails_after_the_close(caller):
    batch = Batch(caller, zipped(some(1)), spoilt={"key": os.urandom(256)})
    assert caller.get(f"/sessions/{batch.reference}").json()["status"]["code"] == 100
    status = batch.result()
    assert status["status"]["code"] == 415
    assert [status[name] for name in COUNTS] == [None] * 3


@pytest.mark.parametrize("state", [500, 550])
def test_a_session_can_be_ordered_to_fail(fresh, caller, state):
    order = {"path": "/close$", "action": "state", "state": state}
    fresh.control("POST", "/faults", order)
    batch = Batch(caller, zipped(some(1)))
    assert batch.result()["status"]["code"] == state
    assert fresh.ledger() == []


def test_a_part_of_another_key_cannot_be_opened(caller):
    archive = zipped(some(1))
    foreign = aes(archive, b"k" * 32, b"v" * 16)

    def change(file):
        file["fileParts"][0].update(fileHash=sha(foreign))

    batch = Batch(caller, archive, change=change)
    batch.parts = [foreign]
    assert batch.result()["status"]["code"] in (430, 435)


@pytest.mark.parametrize(
    "change, expected",
    [
        (lambda file: file.update(fileParts=file["fileParts"] * 51), 21161),
        (lambda file: file["fileParts"][0].update(fileSize=100_000_017), 21157),
        (lambda file: file["fileParts"][0].update(ordinalNumber=2), 21405),
        (lambda file: file.update(fileParts=[]), 21405),
        (lambda file: file.update(fileSize=5_000_000_001), 21405),
        (lambda file: file.update(compressionType="Rar"), 21001),
    ],
)
def test_a_package_against_the_limits_is_not_opened(caller, change, expected):
    assert code(Batch(caller, zipped(some(1)), change=change).answer) == expected


def test_parts_must_be_there_and_of_their_size(caller):
    batch = Batch(caller, zipped(some(1)))
    assert code(batch.close()) == 21205
    batch.parts = [batch.parts[0] + b"x"]
    batch.upload()
    assert code(batch.close()) == 21157


def test_a_part_comes_without_a_token_and_with_its_headers(caller):
    batch = Batch(caller, zipped(some(1)))
    (answer,) = batch.upload(Authorization=f"Bearer {caller.access}")
    assert answer.status_code == 401
    place = batch.places[0]
    bare = requests.put(place["url"], data=batch.parts[0], timeout=300)
    assert bare.status_code == 400
    forged = place["url"].replace("sig=", "sig=0")
    answer = requests.put(forged, headers=place["headers"], data=b"x", timeout=300)
    assert answer.status_code == 403


def test_each_part_gives_twenty_minutes(fresh, caller):
    batch = Batch(caller, zipped(some(3)), count=3)
    fresh.control("POST", "/clock", {"offset": 3599})
    assert [answer.status_code for answer in batch.upload()] == [201] * 3
    fresh.control("POST", "/clock", {"offset": 3601})
    assert [answer.status_code for answer in batch.upload()] == [403] * 3
    token = caller.post("/auth/token/refresh", token=caller.refresh).json()
    caller.access = token["accessToken"]["token"]
    assert code(batch.close()) == 21208
    status = batch.finished()["status"]
    assert (status["code"], status["details"]) == (440, ["Przekroczono czas wysyłki"])


def test_an_invoice_dated_before_the_session_is_offline(fresh, caller):
    old = {"a.xml": invoice("FV/1", day=today() - timedelta(days=2))}
    Batch(caller, zipped(old)).result()
    assert [line["mode"] for line in fresh.ledger()] == ["Offline"]


def test_attachments_come_in_batches_and_with_consent(caller):
    xml = invoice("FV/1").replace(
        b"</Faktura>",
        b"<Zalacznik><BlokDanych><MetaDane><ZKlucz>a</ZKlucz><ZWartosc>b</ZWartosc>"
        b"</MetaDane></BlokDanych></Zalacznik></Faktura>",
    )
    batch = Batch(caller, zipped({"a.xml": xml}))
    batch.result()
    path = f"/sessions/{batch.reference}/invoices"
    (state,) = caller.get(path).json()["invoices"]
    assert state["status"]["code"] == 415, state
    caller.post("/testdata/attachment", {"nip": "5265877635"})
    assert caller.open().send(xml)["status"]["code"] == 415
    assert Batch(caller, zipped({"a.xml": xml})).result()["status"]["code"] == 200


def test_a_killed_process_goes_on_with_its_package(tmp_path):
    first = Process("--data", str(tmp_path))
    first.knobs(rate_limits="off")
    caller = first.logged_in()
    batch = Batch(caller, zipped(some(150)))
    batch.upload()
    assert batch.close().status_code == 204
    first.kill()
    second = Process("--data", str(tmp_path))
    try:
        caller.url, caller.process = second.ready["api_url"], second
        until(second.ledger, lambda found: len(found) == 150, tries=500)
        status = batch.finished()
        assert (status["status"]["code"], status["successfulInvoiceCount"]) == (
            200,
            150,
        )
    finally:
        second.stop()
