"""XML -> document: walks the declarations. Knows no element of FA(3)."""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from lxml import etree

from .. import safe_xml
from ..errors import DocumentError
from .declare import Form, Spec, required_of, specs_of
from .fa2 import settle_rates
from .model import Invoice
from .names import FA2, SCHEMAS, path_of


@dataclass(frozen=True)
class Unknown:
    """An element that the model has no place for; `text` is all the text inside."""

    path: str
    text: str


@dataclass
class ReadResult:
    """What was read.

    :param document: `Invoice`
    :param schema: "FA (3)" or "FA (2)"
    :param unknown: what was ignored
    """

    document: Invoice
    schema: str
    unknown: list[Unknown] = field(default_factory=list)


class _Target(NamedTuple):
    group: str | None  # name of the inline field that the element belongs to
    name: str
    spec: Spec


def read(xml: bytes, max_bytes: int = safe_xml.MAX_BYTES) -> ReadResult:
    """Read an FA(3) or FA(2) invoice.

    Unknown elements are ignored and told; the schema is not checked here.

    :raises DocumentError: those of `safe_xml.parse`; "schema" when it is no such
        invoice; "missing" when a required element is not there; "type" or
        "enumeration" for a value that is not of its kind, with place and value
    """
    root = safe_xml.parse(xml, max_bytes)
    name = etree.QName(root)
    if name.localname != "Faktura" or name.namespace not in SCHEMAS:
        raise DocumentError("schema", str(name)[:200])
    unknown = []
    invoice = _Reader(name.namespace, unknown).read(root, Invoice)
    if name.namespace == FA2:
        settle_rates(invoice.body)
    return ReadResult(invoice, SCHEMAS[name.namespace], unknown)


class _Reader:
    """One reading of one document."""

    def __init__(self, namespace, unknown):
        self.namespace = namespace
        self.unknown = unknown

    def read(self, element, cls):
        """The element as an instance of a model class."""
        plan = _plan(cls, self.namespace)
        values, groups = {}, {}
        for child in element:
            target = plan.get(child.tag)
            if target is None:
                self._report(child)
                continue
            group, name, spec = target
            if spec is None:  # follows from other fields
                continue
            into = values if group is None else groups.setdefault(target.group, {})
            self._take(child, into, name, spec)
        for name, spec in specs_of(cls):
            if spec.form is Form.ATTRIBUTE:
                values[name] = self._attribute(element, spec)
            elif name in groups:
                values[name] = _build(element, spec.kind, groups[name])
        return _build(element, cls, values)

    def _take(self, child, values, name, spec):
        if spec.form is Form.REPEATED:
            values.setdefault(name, []).append(self._value(child, spec))
        elif name in values:
            self._report(child)
        else:
            values[name] = self._value(child, spec)

    def _value(self, child, spec):
        if spec.is_model:
            return self.read(child, spec.kind)
        if spec.form is Form.NAMED:
            return spec.kind(etree.QName(child).localname)
        # A comment inside would cut child.text short.
        text = "".join(child.xpath("text()")) if len(child) else child.text or ""
        return _convert(spec, text, child)

    def _attribute(self, element, spec):
        text = element.get(spec.tag)
        if text is None:
            raise DocumentError("missing", f"{path_of(element)}/@{spec.tag}")
        return _convert(spec, text, element)

    def _report(self, child):
        if isinstance(child.tag, str):  # not a comment, not an instruction
            text = " ".join("".join(child.itertext()).split())
            self.unknown.append(Unknown(path_of(child), text))


def _convert(spec, text, element):
    try:
        return spec.kind.from_text(text)
    except ValueError as error:
        code = getattr(error, "code", "type")
        raise DocumentError(code, path_of(element), text[:100]) from None


def _build(element, cls, values):
    for name, spec in required_of(cls):
        if name not in values:
            raise DocumentError("missing", f"{path_of(element)}/{spec.tag}".lstrip("/"))
    return cls(**values)


@cache
def _plan(cls, namespace, group=None):
    """Which field each child element goes to, worked out once."""
    plan = {}
    for name, spec in specs_of(cls):
        if spec.form is Form.INLINE:
            plan.update(_plan(spec.kind, namespace, name))
        elif spec.form is Form.NAMED:
            for member in spec.kind:
                plan[f"{{{namespace}}}{member.value}"] = _Target(group, name, spec)
        elif spec.form in (Form.DERIVED, Form.CONSTANT):
            plan[f"{{{namespace}}}{spec.tag}"] = _Target(None, name, None)
        elif spec.form is Form.LEGACY and namespace != FA2:
            continue
        elif spec.form is not Form.ATTRIBUTE:
            plan[f"{{{namespace}}}{spec.tag}"] = _Target(group, name, spec)
    return plan
