"""Bytes made to hurt: each ends as an error of its kind, in flat memory."""

import gzip
import io
import json
import struct
import tarfile
import tracemalloc
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime

import pki
import pytest
from asn1crypto import keys, pem, pkcs12
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from test_export import METADATA, number
from test_key_cost import PASSWORD, encrypted_key, p12, scrypt_key

from ksef_api import export, fa3, safe_json, upo
from ksef_api.certificate import load
from ksef_api.crypto import may_be_ksef_token
from ksef_api.errors import BadAnswer, CertificateError, DocumentError, KsefError
from ksef_api.fields import Fields
from ksef_api.invoice_types import InvoiceMetadata
from ksef_api.problems import error_for
from ksef_api.signed_file import check_signed_request
from ksef_api.types import Status

MB = 1_000_000
FLAT = 80 * MB  # a document has 20 MB at the most, and is put together once
CLAIMED = 1_000_000_000


@contextmanager
def flat_memory(most=FLAT):
    """Inside, no more than ``most`` bytes are taken by Python at once."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most, f"{peak / MB:.0f} MB"


# --- packages --------------------------------------------------------------------


def tar_header(kind, size, name="x", **fields):
    """The header of one entry, whatever the size that it claims."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT)


def packed(*pieces):
    """Pieces of a tar, each gzipped by itself; (bytes, count) is repeated."""
    return b"".join(
        gzip.compress(piece[0]) * piece[1]
        if isinstance(piece, tuple)
        else gzip.compress(piece)
        for piece in pieces
    )


def one_file(content=b"<a/>"):
    name = f"{number(1)}.xml"
    padding = bytes(-len(content) % 512)
    return tar_header(tarfile.REGTYPE, len(content), name) + content + padding


def claiming(kind):
    """An entry whose header claims 1 GB and has it, in 1 MB of package."""
    return packed(tar_header(kind, CLAIMED), (bytes(MB), CLAIMED // MB), one_file())


def pax(values, kind=tarfile.XHDTYPE):
    records = b""
    for key, value in values.items():
        line = f" {key}={value}\n"
        length = len(line) + len(str(len(line) + len(str(len(line)))))
        records += f"{length}{line}".encode()
    return tar_header(kind, len(records)) + records + bytes(-len(records) % 512)


def sparse_without_end():
    """GNU's old sparse entry: each block of its map says that another one follows."""
    block = (b"0" * 11 + b"\0" + b"1".zfill(11) + b"\0") * 21
    block = block.ljust(504, b"\0") + b"\1" + bytes(7)
    header = bytearray(tar_header(tarfile.GNUTYPE_SPARSE, 0))
    header[482] = 1
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 256 + sum(header[156:]))
    return packed(bytes(header), (block * 2000, 200))


def sparse_map_without_end():
    """The pax form of the same: a map of so many numbers, before the content."""
    attributes = {"GNU.sparse.major": 1, "GNU.sparse.minor": 0}
    attributes["GNU.sparse.realsize"] = 9
    big = tar_header(tarfile.REGTYPE, CLAIMED)
    numbers = (b"1\n" * 500_000, 200)
    return packed(pax(attributes) + big + b"999999999\n" + b"1\n" * 251, numbers)


def archive_of(*entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def directory_of_many():
    """A ZIP whose directory lists far more entries than a package has."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", *[20] * 6, *[0] * 10) + b""
    listed = entry * 400_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFE, 0xFFFE, len(listed), 0, 0)
    return listed + end


def overlapping():
    """Quoted overlap: every name of the directory points at one content."""
    whole = archive_of((f"{number(1)}.xml", b"a" * MB))
    start = whole.index(b"PK\1\2")
    end = whole.index(b"PK\5\6")
    entry = whole[start:end]
    count = 2000
    tail = bytearray(whole[end:])
    tail[8:12] = struct.pack("<2H", count, count)
    tail[12:16] = struct.pack("<L", len(entry) * count)
    return whole[:start] + entry * count + bytes(tail)


def lying_about_sizes():
    """The directory says 4 bytes where 200 MB are packed."""
    whole = bytearray(archive_of((f"{number(1)}.xml", bytes(200 * MB))))
    at = whole.index(b"PK\1\2")
    whole[at + 24 : at + 28] = struct.pack("<L", 4)
    return bytes(whole)


def link(kind):
    return packed(tar_header(kind, 0, f"{number(1)}.xml", linkname="/etc/passwd"))


PACKAGES = {
    "pax header of 1 GB": claiming(tarfile.XHDTYPE),
    "global pax header of 1 GB": claiming(tarfile.XGLTYPE),
    "Solaris header of 1 GB": claiming(tarfile.SOLARIS_XHDTYPE),
    "GNU long name of 1 GB": claiming(tarfile.GNUTYPE_LONGNAME),
    "GNU long link of 1 GB": claiming(tarfile.GNUTYPE_LONGLINK),
    "sparse map without end": sparse_without_end(),
    "sparse map of pax without end": sparse_map_without_end(),
    "negative size by pax": packed(pax({"size": -1024}), one_file()),
    "size by pax beyond everything": packed(pax({"size": 10**18}), one_file()),
    "symbolic link": link(tarfile.SYMTYPE),
    "hard link": link(tarfile.LNKTYPE),
    "device": link(tarfile.CHRTYPE),
    "pipe": link(tarfile.FIFOTYPE),
    "directories without end": packed(
        (tar_header(tarfile.DIRTYPE, 0, "d/") * 2000, 100)
    ),
    "one file of 1 GB": packed(
        tar_header(tarfile.REGTYPE, CLAIMED, f"{number(1)}.xml"),
        (bytes(MB), CLAIMED // MB),
    ),
    "directory of a ZIP with 400 000 entries": directory_of_many(),
    "overlapping entries": overlapping(),
    "lying sizes": lying_about_sizes(),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_hostile_package_is_a_bad_package_in_flat_memory(tmp_path, name):
    path = tmp_path / "package"
    path.write_bytes(PACKAGES[name])
    assert path.stat().st_size < 30 * MB
    with flat_memory(), pytest.raises(BadAnswer) as caught:
        list(export.read_package(path))
    assert caught.value.reason == "package"


def test_a_package_inside_a_package_is_not_opened(tmp_path):
    path = tmp_path / "package"
    inside = archive_of((f"{number(2)}.xml", b"<b/>"))
    path.write_bytes(archive_of(("more.zip", inside), (f"{number(1)}.xml", b"<a/>")))
    assert list(export.read_package(path)) == [(number(1), b"<a/>")]


def test_attributes_and_long_names_of_usual_length_are_read(tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo(f"{number(1)}.xml")
        info.size, info.pax_headers = 4, {"comment": "ż" * 1000}
        tar.addfile(info, io.BytesIO(b"<a/>"))
        tar.addfile(tarfile.TarInfo("folder/" * 30 + "x.txt"))
    path = tmp_path / "package"
    path.write_bytes(buffer.getvalue())
    assert list(export.read_package(path)) == [(number(1), b"<a/>")]


def test_whatever_bytes_are_turned_over_a_package_is_read_or_refused(tmp_path):
    path = tmp_path / "package"
    whole = gzip.decompress(packed(pax({"path": f"{number(1)}.xml"}), one_file()))
    for place in range(0, len(whole), 7):
        for value in (0, 0x80, 0xFF):
            changed = whole[:place] + bytes([value]) + whole[place + 1 :]
            path.write_bytes(gzip.compress(changed))
            try:
                list(export.read_package(path))
            except BadAnswer as error:
                assert error.reason == "package"


# --- JSON ------------------------------------------------------------------------

JSON = {
    "nesting": b"[" * 10 * MB,
    "objects": b'{"invoices":[' + b"{}," * 4 * MB,
    "lists": b'{"invoices":[' + b"[]," * 4 * MB,
    "texts": b'{"invoices":[' + b'"",' * 4 * MB,
    "a number without end": b'{"invoices":[' + b"1" * 10 * MB + b"]}",
    "an exponent": b'{"invoices":[{"netAmount": 1e999999999999999999999}]}',
}


@pytest.mark.parametrize("name", JSON)
def test_hostile_metadata_are_a_bad_package_in_flat_memory(tmp_path, name):
    path = tmp_path / "package"
    path.write_bytes(archive_of(("_metadata.json", JSON[name])))
    with flat_memory(4 * len(JSON[name]) + FLAT), pytest.raises(BadAnswer):
        list(export.read_metadata(path))


def test_the_metadata_of_a_full_package_are_read(tmp_path):
    path = tmp_path / "package"
    content = json.dumps({"invoices": [METADATA] * 10_000}).encode()
    path.write_bytes(archive_of(("_metadata.json", content)))
    assert len(list(export.read_metadata(path))) == 10_000


@pytest.mark.parametrize(
    "change",
    [
        {"netAmount": 10**30},
        {"grossAmount": "1e999999"},
        {"issueDate": "0000-00-00"},
        {"invoicingDate": "9999-12-31T23:59:59-05:00"},
        {"permanentStorageDate": "0001-01-01T00:00:00+14:00"},
        {"ksefNumber": "5" * 3000},
        {"seller": {"nip": ["5265877635"]}},
    ],
)
def test_metadata_without_sense_are_a_bad_answer(change):
    text = json.dumps(METADATA | change).replace('"1e999999"', "1e999999")
    with pytest.raises(BadAnswer):
        InvoiceMetadata.read(Fields(safe_json.loads(text.encode())))


@pytest.mark.parametrize("name", ["Zły\x00", "\ud800", "\udfff\x00"])
def test_text_that_no_database_takes_is_replaced(name):
    changed = METADATA | {"seller": {"nip": "5265877635", "name": name}}
    data = safe_json.loads(json.dumps(changed).encode())
    read = InvoiceMetadata.read(Fields(data)).seller_name
    assert "\0" not in read and read.encode()


@pytest.mark.parametrize(
    "problem",
    [
        {"errors": [{"code": 10**30, "description": "\x00\ud800"}]},
        {"errors": [{"code": True, "details": ["\x00"]}]},
        {"errors": {"code": []}},
        {"errors": 7},
        {"exception": {"exceptionDetailList": [{"exceptionCode": -(10**12)}]}},
    ],
)
def test_an_error_that_ksef_words_strangely_can_be_kept(problem):
    error = error_for(400, {}, json.dumps(problem).encode())
    assert isinstance(error, KsefError) and "\0" not in str(error).encode().decode()
    assert error.code is None or error.code < 2**31


def test_a_state_that_ksef_words_strangely_can_be_kept():
    extensions = {"originalKsefNumber": "\x00\ud800", "more": {"x": 1}}
    status = {"code": 440, "description": "\x00", "details": ["\ud800"]}
    read = Status.read(Fields({**status, "extensions": extensions}))
    kept = [read.description, *read.details, *read.extensions.values()]
    assert not any("\0" in text for text in kept) and "".join(kept).encode()


# --- XML -------------------------------------------------------------------------

ENTITIES = b"<!DOCTYPE a [" + b"".join(
    b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 20 if n else b"ha" * 50)
    for n in range(10)
)
XML = {
    "entities in entities": ENTITIES + b"]><a>&e9;</a>",
    "one entity many times": b'<!DOCTYPE a [<!ENTITY e "%s">]><a>%s</a>'
    % (b"x" * 100_000, b"&e;" * 100_000),
    "an entity from outside": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b"<a>&e;</a>",
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % e SYSTEM "file:///etc/hosts"> %e;]>'
    b"<a/>",
    "a document type": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "nesting": b"<a>" * 200_000,
    "attributes in attributes": b"<a "
    + b" ".join(b"b%d=''" % n for n in range(50_000)),
    "no XML": b"\x00" * 1000,
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?><a/>',
}
READERS = {
    "invoice": fa3.read,
    "UPO": upo.read_upo,
    "signed file": lambda data: check_signed_request(data, b"<a/>"),
}


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("reader", READERS)
def test_hostile_xml_is_refused_by_every_reader_in_flat_memory(reader, name):
    with flat_memory(), pytest.raises(KsefError):
        READERS[reader](XML[name])


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_is_too_long_is_not_read(reader):
    data = b"<a>" + bytes(31 * MB)
    with flat_memory(), pytest.raises(DocumentError) as caught:
        READERS[reader](data)
    assert caught.value.reason == "too_large"


# --- certificates and keys -------------------------------------------------------


@pytest.fixture(scope="module")
def made():
    return pki.make(pki.new_key("ec"))


def refusal(*files):
    with pytest.raises(CertificateError) as caught:
        load(*files)
    return caught.value.reason


@pytest.mark.parametrize("rounds", [0, -1, -(2**31)])
def test_a_key_with_no_rounds_is_refused(made, rounds):
    key = encrypted_key(made, rounds)
    armoured = pem.armor("ENCRYPTED PRIVATE KEY", key)
    assert refusal(pki.cert_pem(made), key, PASSWORD) == "damaged"
    assert refusal(pki.cert_pem(made) + armoured, None, PASSWORD) == "damaged"


@pytest.mark.parametrize("cost, block", [(0, 8), (3, 8), (1, 8), (16, 0), (-1, 8)])
def test_scrypt_with_parameters_that_are_none_is_refused(made, cost, block):
    key = scrypt_key(made, cost, block)
    assert refusal(pki.cert_pem(made), key, PASSWORD) == "damaged"


@pytest.mark.parametrize("rounds", [0, -1])
def test_pkcs12_with_no_rounds_is_refused(made, rounds):
    pfx = pkcs12.Pfx.load(p12(made))
    pfx["mac_data"]["iterations"] = rounds
    assert refusal(pfx.dump(force=True), None, PASSWORD) == "damaged"


def test_a_panic_of_the_library_is_an_error_of_the_file(made, monkeypatch):
    class PanicException(BaseException):
        """As `pyo3_runtime` has it, which cannot be imported."""

    def panic(*_args):
        raise PanicException("called `Result::unwrap()` on an `Err` value")

    monkeypatch.setattr(serialization, "load_pem_private_key", panic)
    files = pki.cert_pem(made), pki.key_pkcs8(made, PASSWORD), PASSWORD
    assert refusal(*files) == "damaged"


def test_who_ends_the_program_ends_it(made, monkeypatch):
    def interrupt(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(serialization, "load_pem_private_key", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load(pki.cert_pem(made), pki.key_pkcs8(made), None)


def changed(made, change):
    """The certificate with ``change`` made to its body; nobody checks who signed it."""
    certificate = asn1_x509.Certificate.load(made.certificate_der)
    change(certificate["tbs_certificate"])
    return certificate.dump()


def valid(first, last):
    """Change the dates; they are given as they stand in a certificate."""
    dates = b"".join(b"\x18\x0f" + date.encode() for date in (first, last))

    def change(body):
        body["validity"] = asn1_x509.Validity.load(b"\x30\x22" + dates)

    return change


def with_serial(serial):
    def change(body):
        body["serial_number"] = serial

    return change


STRANGE = {
    "serial of 0": with_serial(0),
    "serial below 0": with_serial(-5),
    "valid from the year 0": valid("00000101000000Z", "20990101000000Z"),
    "valid from the year 1": valid("00010101000000Z", "20990101000000Z"),
    "valid from 1900": valid("19000101000000Z", "20990101000000Z"),
    "valid until a month that is none": valid("20200101000000Z", "20991301000000Z"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_certificate_is_refused_with_a_reason(made, name):
    assert refusal(changed(made, STRANGE[name])) in ("damaged", "not_a_certificate")


def test_a_serial_without_end_is_no_certificate_or_is_written(made):
    der = changed(made, with_serial(2**4000))
    try:
        assert len(load(der).serial) < 2000
    except CertificateError as error:
        assert error.reason in ("damaged", "not_a_certificate")


def test_for_ever_has_a_date_in_every_time_zone(made):
    loaded = load(changed(made, valid("20200101000000Z", "99991231235959Z")))
    assert loaded.not_after == datetime(9999, 12, 30, tzinfo=UTC)
    loaded.check("authentication")


def test_an_identifier_without_end_is_read_at_its_beginning_only():
    """What is looked for in it takes the square of its length."""
    endless = "NIP-" * 1000 + "1111111111"
    attributes = [(NameOID.ORGANIZATION_IDENTIFIER, endless)]
    assert pki.make(attributes=attributes).nip is None


def test_a_name_with_control_characters_is_shown_without_them():
    strange = "Jan\x00\n\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe"
    made = pki.make(attributes=[(NameOID.ORGANIZATION_NAME, strange)])
    shown = "".join(str(value) for value in made.describe().values())
    assert shown.isprintable() and "gpj.exe" in made.subject


@pytest.mark.parametrize("usage", ["both", None, "neither"])
def test_no_key_usage_makes_a_certificate_something_it_cannot_be(usage):
    certificate = pki.make(usage=usage)
    assert certificate.usage in ("authentication", None)
    with pytest.raises(CertificateError):
        certificate.check("offline")


def test_bytes_turned_over_in_a_key_file_end_in_a_reason(made):
    info = keys.EncryptedPrivateKeyInfo.load(encrypted_key(made, 2))
    whole = info.dump(force=True)
    for place in range(0, 120):
        for value in (0, 0x7F, 0x80, 0xFF):
            key = whole[:place] + bytes([value]) + whole[place + 1 :]
            try:
                load(pki.cert_pem(made), key, PASSWORD)
            except CertificateError as error:
                assert error.reason


# --- tokens ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, may_be",
    [
        ("20250625-EC-20C5E33000-6B5D2A4AE0-2F|nip-5265877635|" + "a" * 64, True),
        ("a" * 160, True),
        ("a" * 161, False),
        ("a" * 200_000, False),
        ("zażółć", False),
        ("two words", False),
        ("line\nbreak", False),
        ("\x00", False),
        ("", False),
    ],
)
def test_only_what_may_be_a_token_is_taken_for_one(text, may_be):
    assert may_be_ksef_token(text) is may_be
