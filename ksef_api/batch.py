"""Packages of invoices for batch sessions (sesja-wsadowa.md).

Invoices -> one archive -> cut into parts -> each part encrypted with the session's key.
Everything goes through files, so memory stays flat however many invoices there are.
The same invoices in the same order, with the same key, give the same bytes: a package
that was lost with its process can be made again and its upload be finished.
"""

import gzip
import io
import re
import tarfile
import zipfile
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .crypto import SymmetricKey, encrypt_aes_stream
from .errors import DocumentError
from .fields import Fields
from .files import HashingFile, hash_file

ZIP, TAR_GZ = "Zip", "TarGz"
MAX_INVOICES = 10_000
MAX_PARTS = 50
MAX_PART = 100_000_000  # bytes before encryption; KSeF's MB is 10^6
MAX_PACKAGE = 5_000_000_000
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}\.xml", re.ASCII)


@dataclass(frozen=True)
class BatchPart:
    """One encrypted part on disk; size and hash are of the encrypted file."""

    ordinal: int
    path: Path
    size: int
    hash: str


@dataclass(frozen=True)
class BatchPackage:
    """A package ready to be announced and uploaded.

    Size and hash are of the plain archive; `count` is the number of invoices.
    """

    size: int
    hash: str
    compression: str
    count: int
    parts: list[BatchPart]

    def payload(self):
        """As it goes into the request that opens the session."""
        return {
            "fileSize": self.size,
            "fileHash": self.hash,
            "compressionType": self.compression,
            "fileParts": [
                {
                    "ordinalNumber": part.ordinal,
                    "fileSize": part.size,
                    "fileHash": part.hash,
                }
                for part in self.parts
            ],
        }


@dataclass(frozen=True)
class PartUpload:
    """Where and how one part is to be uploaded; the address is a secret."""

    ordinal: int
    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)

    @classmethod
    def read(cls, fields: Fields):
        headers = fields.child("headers", None)
        return cls(
            fields.integer("ordinalNumber"),
            fields.text("method"),
            fields.text("url"),
            {name: str(value) for name, value in headers.data.items()}
            if headers
            else {},
        )


@dataclass(frozen=True)
class BatchSession:
    """A batch session just opened; parts are due in 20 minutes times their number."""

    reference: str
    uploads: list[PartUpload]

    @classmethod
    def read(cls, fields: Fields):
        uploads = [PartUpload.read(item) for item in fields.items("partUploadRequests")]
        return cls(fields.text("referenceNumber"), uploads)


def build_package(
    invoices: Iterable[tuple[str, bytes]],
    folder: Path,
    key: SymmetricKey,
    compression: str = ZIP,
    part_size: int = MAX_PART,
) -> BatchPackage:
    """Write the encrypted parts of a package into a folder.

    :param invoices: (file name ending in .xml, document), taken one at a time; KSeF's
        statuses are matched to them by the hash of the document, or by this name
    :param folder: empty, readable by us alone; the caller removes it
    :param compression: ZIP or TAR_GZ
    :raises DocumentError: "file_name", "duplicate_name", "empty", "too_many",
        "too_large"
    """
    folder = Path(folder)
    archive = folder / "package"
    count = _pack(invoices, archive, compression)
    size = archive.stat().st_size
    if size > min(MAX_PACKAGE, MAX_PARTS * part_size):
        raise DocumentError("too_large")
    whole = hash_file(archive)
    parts = _split(archive, size, part_size, key)
    archive.unlink()
    return BatchPackage(size, whole, compression, count, parts)


def _pack(invoices, path, compression):
    """Write the archive; returns the number of invoices."""
    opened, add = {ZIP: (_zip, _add_to_zip), TAR_GZ: (_tar, _add_to_tar)}[compression]
    names = set()
    with opened(path) as archive:
        for name, document in invoices:
            if not _NAME.fullmatch(name):
                raise DocumentError("file_name", name)
            if name in names:
                raise DocumentError("duplicate_name", name)
            if len(names) == MAX_INVOICES:
                raise DocumentError("too_many")
            names.add(name)
            add(archive, name, document)
    if not names:
        raise DocumentError("empty")
    return len(names)


def _zip(path):
    return zipfile.ZipFile(path, "w")


def _add_to_zip(archive, name, document):
    # A ZipInfo of its own has no time of today in it.
    info = zipfile.ZipInfo(name)
    archive.writestr(info, document, compress_type=zipfile.ZIP_DEFLATED)


@contextmanager
def _tar(path):
    with (
        gzip.GzipFile(path, "wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        yield archive


def _add_to_tar(archive, name, document):
    info = tarfile.TarInfo(name)
    info.size = len(document)
    archive.addfile(info, io.BytesIO(document))


def _split(archive, size, part_size, key):
    """Cut into parts of the size allowed, and encrypt each."""
    parts = []
    with archive.open("rb") as source:
        for ordinal in range(1, -(-size // part_size) + 1):
            path = archive.with_name(f"part-{ordinal:03}.aes")
            with path.open("wb") as file:
                target = HashingFile(file)
                encrypt_aes_stream(HashingFile(source, part_size), target, key)
            parts.append(BatchPart(ordinal, path, target.size, target.hash))
    return parts
