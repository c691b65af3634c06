"""Reads the JSON of a request as KSeF does.

Unknown members are ignored. A wrong type, an unknown enumeration value or a malformed
date makes the whole text unreadable (21001); everything else that is wrong with a field
is reported together (21405), with the field's path.
"""

import base64
import binascii
import json
import re
from datetime import date

from . import clock
from .errors import BadRequest


class Fields:
    """One JSON object; `done()` raises what was found wrong."""

    def __init__(self, data, path="", problems=None):
        if not isinstance(data, dict):
            raise BadRequest(21001)
        self._data, self._path = data, path
        self.problems = [] if problems is None else problems

    @classmethod
    def of_request(cls, request):
        """The body of a request.

        :raises BadRequest: 21001 when it is no JSON object
        """
        try:
            return cls(json.loads(request.get_data() or b"null"))
        except (ValueError, RecursionError) as error:
            raise BadRequest(21001) from error

    def done(self):
        """:raises BadRequest: 21405 with everything that was wrong"""
        if self.problems:
            raise BadRequest(21405, *self.problems)

    def wrong(self, name, what):
        """Note that a field is not as it should be."""
        self.problems.append(f"{self._path}{name}: {what}")

    def _value(self, name, kind, required):
        value = self._data.get(name)
        if value is None:
            if required:
                self.wrong(name, "wartość jest wymagana.")
            return None
        is_bool = isinstance(value, bool)
        if not isinstance(value, kind) or (is_bool and kind is not bool):
            raise BadRequest(21001, f"{self._path}{name}")
        return value

    def text(self, name, required=True, low=0, high=None, pattern=None):
        """A string within limits of length, that matches `pattern` whole."""
        value = self._value(name, str, required)
        if value is None:
            return None
        if len(value) < low or (high is not None and len(value) > high):
            self.wrong(name, f"długość musi być od {low} do {high} znaków.")
        elif pattern and not re.fullmatch(pattern, value):
            self.wrong(name, "nieprawidłowy format.")
        return value

    def texts(self, name, required=True, low=0, high=None, pattern=None):
        """A list of strings that match `pattern` whole."""
        values = self._value(name, list, required) or []
        if any(not isinstance(value, str) for value in values):
            raise BadRequest(21001, f"{self._path}{name}")
        if len(values) < low or (high is not None and len(values) > high):
            self.wrong(name, f"liczba elementów musi być od {low} do {high}.")
        elif pattern and not all(re.fullmatch(pattern, value) for value in values):
            self.wrong(name, "nieprawidłowy format.")
        return values

    def choice(self, name, choices, required=True):
        """A string out of an enumeration."""
        value = self._value(name, str, required)
        if value is not None and value not in choices:
            raise BadRequest(21001, f"{self._path}{name}")
        return value

    def choices(self, name, choices, required=True):
        """A list of values of an enumeration."""
        values = self._value(name, list, required) or []
        if any(value not in choices for value in values):
            raise BadRequest(21001, f"{self._path}{name}")
        return values

    def number(self, name, required=True, low=None, high=None, kind=int):
        """A number, whole unless `kind` is told."""
        value = self._value(name, kind, required)
        outside = value is not None and (
            (low is not None and value < low) or (high is not None and value > high)
        )
        if outside:
            self.wrong(name, f"wartość musi być od {low} do {high}.")
        return value

    def flag(self, name, default=False, required=False):
        """A boolean."""
        value = self._value(name, bool, required)
        return default if value is None else value

    def moment(self, name, required=True):
        """A time, as an aware datetime; without an offset it is Warsaw's."""
        value = self._value(name, str, required)
        if value is None:
            return None
        try:
            return clock.parse(value)
        except ValueError as error:
            raise BadRequest(21001, f"{self._path}{name}") from error

    def day(self, name, required=True):
        """A date, as it came."""
        value = self._value(name, str, required)
        try:
            return value and date.fromisoformat(value).isoformat()
        except ValueError as error:
            raise BadRequest(21001, f"{self._path}{name}") from error

    def binary(self, name, required=True, length=None):
        """Bytes out of base64."""
        value = self._value(name, str, required)
        if value is None:
            return None
        try:
            decoded = base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error):
            self.wrong(name, "wartość nie jest zakodowana w Base64.")
            return None
        if length is not None and len(decoded) != length:
            self.wrong(name, f"wymagana długość to {length} bajtów.")
        return decoded

    def hash(self, name, required=True):
        """A SHA-256 in base64; returned as it came."""
        self.binary(name, required, length=32)
        return self._data.get(name)

    def child(self, name, required=True):
        """The object in a member; an empty one when it is not there."""
        value = self._value(name, dict, required)
        # What is required inside an absent member need not be told.
        problems = self.problems if value is not None else []
        return Fields(value or {}, f"{self._path}{name}.", problems)

    def has(self, name):
        """True when the member is there and not null."""
        return self._data.get(name) is not None

    def children(self, name, required=True, low=0, high=None):
        """The objects of a list."""
        values = self._value(name, list, required) or []
        if len(values) < low or (high is not None and len(values) > high):
            self.wrong(name, f"liczba elementów musi być od {low} do {high}.")
        return [
            Fields(value, f"{self._path}{name}[{index}].", self.problems)
            for index, value in enumerate(values)
        ]
