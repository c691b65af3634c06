"""Packages of files: ZIP and tar.gz, read with limits and written."""

import gzip
import io
import tarfile
import zipfile

KINDS = ("Zip", "TarGz")
LONGEST_FILE = 10_000_000


class BadArchive(Exception):
    """It cannot be unpacked."""


def files(content, kind):
    """Yield (name, bytes) of the files of an archive.

    :raises BadArchive: while it is read
    """
    read = _zip_files if kind == "Zip" else _tar_files
    try:
        yield from read(content)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise BadArchive(str(error)) from error


def _zip_files(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for item in archive.infolist():
            if item.is_dir():
                continue
            with archive.open(item) as stream:
                yield item.filename, _read(stream)


def _tar_files(content):
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for item in archive:
            if item.isfile():
                yield item.name, _read(archive.extractfile(item))


def _read(stream):
    """A file; one byte more than is allowed shows that it is too long."""
    return stream.read(LONGEST_FILE + 1)


def pack(named, kind):
    """The bytes of an archive of (name, bytes)."""
    buffer = io.BytesIO()
    if kind == "Zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in named:
                archive.writestr(name, content)
        return buffer.getvalue()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb") as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, content in named:
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
    return buffer.getvalue()
