"""Big files in pieces: hashing while reading or writing, in flat memory."""

import base64
import hashlib


class HashingFile:
    """Wraps a binary file; counts and hashes what is read or written through it.

    :param limit: reading ends after so many bytes, as if the file did
    """

    def __init__(self, file, limit: int | None = None):
        self._file = file
        self._hash = hashlib.sha256()
        self._limit = limit
        self.size = 0

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes."""
        if self._limit is not None:
            size = min(size, self._limit - self.size)
        return self._seen(self._file.read(size))

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._seen(data)
        return self._file.write(data)

    @property
    def hash(self) -> str:
        """SHA-256 of what went through, standard base64."""
        return base64.b64encode(self._hash.digest()).decode()

    def _seen(self, data):
        self._hash.update(data)
        self.size += len(data)
        return data


def hash_file(path) -> str:
    """SHA-256 of a file, standard base64."""
    with open(path, "rb") as file:
        counted = HashingFile(file)
        while counted.read(1 << 18):
            pass
    return counted.hash
