"""Checks answers against the schemas of KSeF's OpenAPI document."""

import base64
import json
import re
from datetime import date, datetime

BEHIND_HASH = "#/components/schemas/"


class Contract:
    """The document, and what it says of each answer."""

    def __init__(self, path):
        self.document = json.loads(path.read_text())
        self.paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template)), template)
            for template in sorted(self.document["paths"], key=lambda p: p.count("{"))
        ]

    def operation(self, method, path):
        """(template, operation) of a request, or None when it is not of the API."""
        for pattern, template in self.paths:
            found = self.document["paths"][template].get(method.lower())
            if pattern.fullmatch(path) and found:
                return template, found
        return None

    def operations(self):
        """{(method, template without names)} of the whole API."""
        return {
            (method.upper(), re.sub(r"\{[^}]+\}", "{}", template))
            for template, operations in self.document["paths"].items()
            for method in operations
        }

    @staticmethod
    def group(operation):
        """The rate limit's group that an operation counts to, as its 429 tells."""
        text = operation["responses"]["429"]["description"]
        group = text.split("**Limity liczby żądań**")[1].split("|")[4].strip()
        # Whoever is not logged in has a limit of the address.
        return "public" if group == "-" else group

    def faults(self, operation, status, mimetype, content):
        """What an answer has against its description."""
        described = operation["responses"].get(str(status))
        if described is None:
            return [f"status {status} is not described"]
        contents = described.get("content", {})
        if not contents:
            return ["content, but none is described"] if content else []
        if mimetype not in contents:
            return [f"{mimetype} is not one of {', '.join(contents)}"]
        if "json" not in mimetype:
            return []
        return list(self.check(json.loads(content), contents[mimetype]["schema"], "$"))

    def check(self, value, schema, where="$"):
        """Yield what a value has against a schema."""
        if value is None and schema.get("nullable"):
            return
        for part in schema.get("allOf", ()):
            yield from self.check(value, part, where)
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(BEHIND_HASH)
            target = self.document["components"]["schemas"][name]
            yield from self.check(value, target, where)
        kind = schema.get("type")
        if kind and not _is(value, kind):
            yield f"{where}: {value!r} is no {kind}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is not in the enumeration"
        if isinstance(value, dict):
            yield from self._check_object(value, schema, where)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.check(
                    item, schema.get("items", {}), f"{where}[{index}]"
                )
        elif isinstance(value, str):
            yield from _check_text(value, schema, where)

    def _check_object(self, value, schema, where):
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where}: {name} is missing"
        known = schema.get("properties", {})
        for name in value.keys() & known.keys():
            yield from self.check(value[name], known[name], f"{where}.{name}")
        extra = schema.get("additionalProperties")
        if known and not extra:
            for name in value.keys() - known.keys():
                yield f"{where}: {name} is not described"


def _is(value, kind):
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(
        value,
        {
            "object": dict,
            "array": list,
            "string": str,
            "integer": int,
            "number": (int, float),
            "boolean": bool,
        }[kind],
    )


def _check_text(value, schema, where):
    low, high = schema.get("minLength", 0), schema.get("maxLength", len(value))
    if not low <= len(value) <= high:
        yield f"{where}: length of {value!r} is not in {low}..{high}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} does not match"
    try:
        if schema.get("format") == "date-time":
            if datetime.fromisoformat(value).tzinfo is None:
                yield f"{where}: {value!r} has no offset"
        elif schema.get("format") == "date":
            date.fromisoformat(value)
        elif schema.get("format") == "byte":
            base64.b64decode(value, validate=True)
    except ValueError:
        yield f"{where}: {value!r} is no {schema['format']}"
