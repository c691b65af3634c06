"""Waiting as long as something moves: a busy machine takes longer, and that is all."""

import time
from pathlib import Path

# A wait is given up when so many crons ran, and nothing that matters moved …
USELESS_RUNS = 200
RUN = b"duration "  # in the last line of the log of each
# … or when for so long not even a line was logged.
SILENCE = 300


class Patience:
    """Ends a wait when nothing moves, however long that takes on this machine."""

    def __init__(self, log, books):
        """:param log: path of the log of all that runs"""
        self.log, self.books = Path(log), books
        self._position = self.log.stat().st_size
        self._moved()

    def _moved(self):
        self.last, self.runs, self.heard = self.books(), 0, time.monotonic()

    def check(self, what):
        """:raises AssertionError: it is no use to go on waiting"""
        with self.log.open("rb") as log:
            log.seek(self._position)
            lines = log.read()
        self._position += len(lines)
        if self.books() != self.last:
            return self._moved()
        self.runs += lines.count(RUN)
        now = time.monotonic()
        if lines:
            self.heard = now
        assert self.runs < USELESS_RUNS, f"{what}: {self.runs} crons ran; {self.last}"
        assert now - self.heard < SILENCE, f"{what}: nothing moves; {self.last}"
