"""Packages of invoices that KSeF makes for us (pobieranie-faktur.md, hwm.md).

Parts are downloaded one by one, each decrypted by itself, put together in order, and
unpacked one document at a time: memory stays flat, and a hostile or damaged archive can
fill neither it nor the disk.
"""

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from . import ksef_number, safe_json
from .crypto import SymmetricKey, decrypt_aes_stream
from .errors import BadAnswer
from .fields import Fields
from .files import HashingFile, hash_file
from .invoice_types import InvoiceMetadata
from .types import Status

MAX_ENTRIES = 11_000  # 10 000 invoices, _metadata.json, and what may come to be
MAX_DOCUMENT = 20_000_000
MAX_METADATA = 50_000_000  # 10 000 invoices take some 10 MB
# Headers of one entry of a tar, whose sizes a name or an attribute may claim to be
# anything; the directory of a ZIP, of some 100 bytes for each entry.
MAX_HEADER = 1_000_000
MAX_DIRECTORY = 5_000_000
MAX_UNPACKED = 30_000_000_000  # 10 000 invoices of 3 MB
METADATA = "_metadata.json"
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # zipfile: a password is needed
    ValueError,  # zipfile: names that are no text
)


@dataclass(frozen=True)
class ExportPart:
    """One part of a package, on KSeF's side; the address is a secret."""

    ordinal: int
    name: str
    url: str = field(repr=False)
    size: int
    hash: str
    encrypted_size: int
    encrypted_hash: str
    expires: datetime

    @classmethod
    def read(cls, fields: Fields):
        if fields.text("method", "GET") != "GET":
            raise BadAnswer("field", details=["method of a part is not GET"])
        return cls(
            ordinal=fields.integer("ordinalNumber"),
            name=fields.text("partName"),
            url=fields.text("url"),
            size=fields.integer("partSize"),
            hash=fields.text("partHash"),
            encrypted_size=fields.integer("encryptedPartSize"),
            encrypted_hash=fields.text("encryptedPartHash"),
            expires=fields.moment("expirationDate"),
        )


@dataclass(frozen=True)
class ExportPackage:
    """A finished package. When `is_truncated`, go on from the last date, else from the
    high-water mark `hwm`.
    """

    invoice_count: int
    size: int
    is_truncated: bool
    parts: list[ExportPart]
    last_issue: date | None
    last_invoicing: datetime | None
    last_permanent_storage: datetime | None
    hwm: datetime | None

    @classmethod
    def read(cls, fields: Fields):
        parts = [ExportPart.read(item) for item in fields.items("parts")]
        return cls(
            invoice_count=fields.integer("invoiceCount", most=2**31),
            size=fields.integer("size"),
            is_truncated=fields.flag("isTruncated"),
            parts=sorted(parts, key=lambda part: part.ordinal),
            last_issue=fields.day("lastIssueDate", None),
            last_invoicing=fields.moment("lastInvoicingDate", None),
            last_permanent_storage=fields.moment("lastPermanentStorageDate", None),
            hwm=fields.moment("permanentStorageHwmDate", None),
        )


@dataclass(frozen=True)
class ExportStatus:
    """State of an export: 100 in progress, 200 done (`package`), 210 expired ..."""

    status: Status
    completed: datetime | None
    expires: datetime | None
    package: ExportPackage | None

    @classmethod
    def read(cls, fields: Fields):
        package = fields.child("package", None)
        return cls(
            status=Status.read(fields.child("status")),
            completed=fields.moment("completedDate", None),
            expires=fields.moment("packageExpirationDate", None),
            package=ExportPackage.read(package) if package else None,
        )


def download_package(
    client, package: ExportPackage, key: SymmetricKey, folder: Path
) -> Path:
    """Download, check, decrypt and put together a package.

    Parts stay in the folder encrypted, as they came: what a process that died had of
    them is not fetched again. A part that is not what was announced is fetched once
    more.

    :param client: a `KsefClient` of the environment that made it
    :param key: the key the export was ordered with
    :param folder: of this package only, readable by us alone; the caller removes it
    :return: path of the archive, for `read_package` and `read_metadata`
    :raises BadAnswer: "hash", "decryption", "foreign_url" ...
    :raises Gone, Forbidden: the time for downloading has passed
    """
    target = Path(folder) / "package"
    encrypted = [_have_part(client, part, Path(folder)) for part in package.parts]
    with target.open("wb") as file:
        for part, path in zip(package.parts, encrypted, strict=True):
            decrypted = HashingFile(file)
            with path.open("rb") as source:
                decrypt_aes_stream(source, decrypted, key)
            if (decrypted.size, decrypted.hash) != (part.size, part.hash):
                path.unlink()
                raise BadAnswer("hash", details=[part.name])
    return target


def _have_part(client, part, folder):
    """Return the path of an encrypted part, downloaded if it is not there already."""
    path = folder / f"part-{part.ordinal}.aes"
    if path.exists() and hash_file(path) == part.encrypted_hash:
        return path
    try:
        _download_part(client, part, path)
    except BadAnswer as error:
        if error.reason != "hash":
            raise
        _download_part(client, part, path)
    return path


def _download_part(client, part, path):
    with path.open("wb") as sink:
        client.download_part(part, sink)


def read_package(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (KSeF number, XML) of every invoice in an archive, ZIP or tar.gz.

    Entries that are not XML are passed over: there may be new ones some day.

    :raises BadAnswer: "package": damaged, too big unpacked, or an entry that is named
        after no KSeF number, or twice
    """
    seen, total = set(), 0
    with _damage_told():
        for name, stream in _entries(path):
            if not name.endswith(".xml"):
                continue
            number = name.removesuffix(".xml")
            if not ksef_number.is_valid(number) or number in seen:
                raise BadAnswer("package", details=[name[:100]])
            content = _read(stream, min(MAX_DOCUMENT, MAX_UNPACKED - total))
            total += len(content)
            seen.add(number)
            yield number, content


def read_metadata(path: Path) -> Iterator[InvoiceMetadata]:
    """Yield what `_metadata.json` in an archive says of each invoice.

    :raises BadAnswer: "package": there is none, or it cannot be read
    """
    with _damage_told():
        for name, stream in _entries(path):
            if name == METADATA:
                content = _read(stream, MAX_METADATA)
                break
        else:
            raise BadAnswer("package", details=[METADATA])
    data = safe_json.loads(content, "package")
    yield from map(InvoiceMetadata.read, Fields(data).items("invoices"))


@contextmanager
def _damage_told():
    try:
        yield
    except _DAMAGED as error:
        raise BadAnswer("package", details=[type(error).__name__]) from None


def _read(stream, limit):
    """The whole of an entry; sizes in headers are not believed."""
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise BadAnswer("package", details=["too large"])
    return content


def _entries(path):
    """Yield (name, stream) of each file in an archive; read it before the next."""
    with open(path, "rb") as file:
        entries = _zipped if file.read(2) == b"PK" else _tarred
    for count, entry in enumerate(entries(path), 1):
        if count > MAX_ENTRIES:
            raise BadAnswer("package", details=["too many entries"])
        yield entry


class _Metered:
    """A binary file that lets no more be read than it was told to expect.

    An archive's own words about sizes and counts are followed by the libraries that
    unpack it; here they come to an end.
    """

    def __init__(self, file, left):
        self._file, self.left = file, left

    def read(self, size=-1):
        """Read; `left` is what may still be read.

        :raises BadAnswer: "package": somebody wants more
        """
        if size < 0:
            size = self.left + 1
        content = self._file.read(min(size, self.left + 1))
        self.left -= len(content)
        if self.left < 0:
            raise BadAnswer("package", details=["too large"])
        return content

    def __getattr__(self, name):
        return getattr(self._file, name)


def _zipped(path):
    with open(path, "rb") as file:
        metered = _Metered(file, MAX_DIRECTORY)
        with zipfile.ZipFile(metered) as archive:
            metered.left = MAX_UNPACKED
            for info in archive.infolist():
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise BadAnswer("package", details=["way of compressing"])
                if info.is_dir():
                    yield info.filename, io.BytesIO()
                else:
                    with archive.open(info) as stream:
                        yield info.filename, stream


def _tarred(path):
    # tarfile's own "r|gz" takes a file that was cut short for its end; gzip does not.
    with gzip.open(path) as plain:
        metered = _Metered(plain, MAX_HEADER)
        with tarfile.open(fileobj=metered, mode="r|") as archive:
            total = 0
            while (member := archive.next()) is not None:
                # A sparse file says one size and has another; links lead elsewhere.
                if member.issparse() or not (member.isreg() or member.isdir()):
                    raise BadAnswer("package", details=["kind of entry"])
                content = member.size if member.isreg() else 0
                total += content
                if total > MAX_UNPACKED:
                    raise BadAnswer("package", details=["too large"])
                metered.left = content + MAX_HEADER
                yield member.name, archive.extractfile(member) or io.BytesIO()
