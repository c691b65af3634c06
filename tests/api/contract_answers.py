"""KSeF's contract as the client's other side: judges requests, makes up answers."""

import json
import re
from datetime import datetime

from contract import Contract
from requests.structures import CaseInsensitiveDict

from ksef_api import system_warnings
from ksef_api.fields import Fields

# Texts that the client looks into, by the name of their property.
TEXTS = {
    "collectiveIdentifierNumber": "1111111111-IZ202607-65ED02180000-E7",
    "method": "GET",
    "url": "https://api-test.ksef.mf.gov.pl/storage/1",
    # The last page: the client goes on as long as there is a token.
    "continuationToken": None,
}
FORMATS = {
    "date-time": "2026-01-01T10:00:00.123456+00:00",
    "date": "2026-01-01",
    "byte": "QUJD",
    "uri": "https://api-test.ksef.mf.gov.pl/storage/1",
}


class Shaped(dict):
    """An object of an answer; notes what is read of it that the contract has not."""

    def __init__(self, values, known, notes, where):
        super().__init__(values)
        self._known, self._notes, self._where = known, notes, where

    def get(self, name, default=None):
        if self._known and name not in self._known:
            self._notes.append(f"{self._where}: the client reads {name}")
        return super().get(name, default)


class Answer:
    """What `transport.Answer` is, made up."""

    warnings: tuple[system_warnings.SystemWarning, ...] = ()

    def __init__(self, status, data, headers):
        self.status, self._data = status, data
        self.headers = CaseInsensitiveDict(headers)
        self.content = b"<xml/>"

    def json(self):
        return self._data

    def fields(self):
        return Fields(self._data)


class ContractTransport:
    """In the place of `transport.Transport`: the contract answers.

    `notes` says what the client does that the contract does not know; `calls` holds
    (method, template) of what it called.

    :param is_full: every member that is described is there; else only what is required,
        and whatever may be null is
    """

    def __init__(self, path, is_full):
        self.contract = Contract(path)
        self.is_full, self.notes, self.calls = is_full, [], set()

    def close(self):
        """There is nothing to close."""

    def signed_url(self, method, url, sink=None, **_options):
        """Storage is no part of the contract."""
        return Answer(200, {}, {"Content-Type": "application/xml"})

    def call(self, method, path, *, payload=None, params=None, headers=None, **_more):
        found = self.contract.operation(method, path)
        if found is None:
            self.notes.append(f"{method} {path} is not in the contract")
            return Answer(200, {}, {})
        template, operation = found
        where = f"{method} {template}"
        self.calls.add((method, template))
        self._judge_request(operation, where, payload, params or {}, headers or {})
        return self._answer(operation, where)

    def _judge_request(self, operation, where, payload, params, headers):
        known = {(p["in"], p["name"]) for p in operation.get("parameters", ())}
        for name in params:
            if ("query", name) not in known:
                self.notes.append(f"{where}: no parameter {name}")
        for name in headers:
            if ("header", name) not in known:
                self.notes.append(f"{where}: no header {name}")
        if payload is None:
            return
        contents = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in contents:
            self.notes.append(f"{where}: takes no JSON")
            return
        schema = contents["application/json"]["schema"]
        sent = json.loads(json.dumps(payload))
        self.notes += [
            f"{where}: request {fault}"
            for fault in self.contract.check(sent, schema)
            # Values here are examples; names, types and shapes are what is held.
            if not re.search("does not match|length of", fault)
        ]

    def _answer(self, operation, where):
        status = min(code for code in operation["responses"] if code.startswith("2"))
        contents = operation["responses"][status].get("content", {})
        if not contents:
            return Answer(int(status), None, {})
        (mimetype,) = contents
        data = None
        if "json" in mimetype:
            data = self._make(contents[mimetype]["schema"], where)
        return Answer(int(status), data, {"Content-Type": mimetype})

    def _make(self, schema, where, name=None):
        """A value of a schema."""
        schema = self._whole(schema)
        if name in TEXTS:
            return TEXTS[name]
        if schema.get("nullable") and not self.is_full:
            return None
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            return self._make_object(schema, where)
        if kind == "array":
            return [self._make(schema["items"], f"{where}[]")]
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "boolean":
            return False
        if kind in ("integer", "number"):
            return max(1, schema.get("minimum", 1))
        return FORMATS.get(schema.get("format"), "x" * schema.get("minLength", 5))

    def _make_object(self, schema, where):
        known = schema.get("properties", {})
        wanted = known if self.is_full else schema.get("required", ())
        values = {
            name: self._make(known[name], f"{where}.{name}", name)
            for name in wanted
            if name in known
        }
        return Shaped(values, known, self.notes, where)

    def _whole(self, schema):
        """A schema with what it refers to and is made of."""
        whole = {}
        parts = [*schema.get("allOf", ())]
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            parts.append(self.contract.document["components"]["schemas"][name])
        for part in parts:
            whole |= self._whole(part)
        more = {k: v for k, v in schema.items() if k not in ("allOf", "$ref")}
        return {**whole, **more}


def version(contract):
    """(version, day) of a contract, as its description tells: ("2.9.0", a date)."""
    text = contract.document["info"]["description"]
    number = re.search(r"Wersja API:\*\* (\d+\.\d+\.\d+)", text).group(1)
    day = re.search(r"-(20\d{6})\.", text).group(1)
    return number, datetime.strptime(day, "%Y%m%d").date()


def error_codes(contract):
    """{code: description} of the refusals that the contract tells of."""
    found = {}
    for operations in contract.document["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                rows = re.findall(
                    r"^\s*\|\s*(\d{4,5})\s*\|([^|]*)\|",
                    answer.get("description") or "",
                    re.MULTILINE,
                )
                found.update({int(code): text.strip() for code, text in rows})
    return found


def statuses(contract, schema):
    """Codes that the `status` of a schema may have, as its table tells."""
    properties = contract.document["components"]["schemas"][schema]["properties"]
    text = properties["status"]["description"]
    rows = re.findall(r"^\s*\|\s*(\d{3})\s*\|", text, re.MULTILINE)
    return sorted(set(map(int, rows)))


def limits_of(contract):
    """{(method, template): (group or None, (per second, minute, hour))}"""
    found = {}
    for template, operations in contract.document["paths"].items():
        for method, operation in operations.items():
            told = operation["x-rate-limits"]
            numbers = tuple(told.get(w) for w in ("perSecond", "perMinute", "perHour"))
            group = contract.group(operation)
            key = (method.upper(), template)
            found[key] = (None if group == "public" else group, numbers)
    return found
