"""XML -> document: walks the declarations. Knows no element of FA(3)."""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from lxml import etree

from .. import safe_xml
from ..errors import DocumentError
from .declare import Form, required_of, specs_of
from .fa2 import settle_rates
from .model import Invoice
from .names import FA2, SCHEMAS, path_of

# Telling the place of an element costs a walk past its siblings.
MAX_UNKNOWN = 100


@dataclass(frozen=True)
class Unknown:
    """An element that the model has no place for; `text` is what it says, cut short."""

    path: str
    text: str


@dataclass
class ReadResult:
    """What was read.

    :param document: `Invoice`
    :param schema: "FA (3)" or "FA (2)"
    :param unknown: what was ignored, the first `MAX_UNKNOWN` of it
    """

    document: Invoice
    schema: str
    unknown: list[Unknown] = field(default_factory=list)


class _Target(NamedTuple):
    """Where a child element goes."""

    name: str | None  # None for a mark that follows from other fields
    group: str | None = None  # the inline field that it belongs to
    repeated: bool = False
    model: type | None = None
    from_text: object = None


class _Plan(NamedTuple):
    """What an element of a model class may hold."""

    targets: dict  # by qualified name
    attributes: tuple
    groups: dict  # class of each inline field
    required: dict  # name of the element or attribute of each required field


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
            target = plan.targets.get(child.tag)
            if target is None:
                self._report(child)
            elif target.group is not None:
                self._take(child, target, groups.setdefault(target.group, {}))
            elif target.name is not None:
                self._take(child, target, values)
        for name, spec in plan.attributes:
            if (text := element.get(spec.tag)) is not None:
                values[name] = _convert(spec.kind.from_text, text, element)
        for name, inside in groups.items():
            kind = plan.groups[name]
            values[name] = _build(element, kind, _plan(kind, self.namespace), inside)
        return _build(element, cls, plan, values)

    def _take(self, child, target, values):
        name = target.name
        if name in values and not target.repeated:
            self._report(child)
            return
        if target.model is None:
            value = _convert(target.from_text, _text(child), child)
        else:
            value = self.read(child, target.model)
        if target.repeated:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value

    def _report(self, child):
        is_element = isinstance(child.tag, str)  # not a comment, not an instruction
        if is_element and len(self.unknown) < MAX_UNKNOWN:
            text = " ".join("".join(child.itertext()).split())
            self.unknown.append(Unknown(path_of(child), text[:500]))


def _text(element):
    # A comment inside would cut element.text short.
    return "".join(element.xpath("text()")) if len(element) else element.text or ""


def _convert(from_text, text, element):
    try:
        return from_text(text)
    except ValueError as error:
        code = getattr(error, "code", "type")
        raise DocumentError(code, path_of(element), text[:100]) from None


def _build(element, cls, plan, values):
    if not plan.required.keys() <= values.keys():
        tag = next(tag for name, tag in plan.required.items() if name not in values)
        raise DocumentError("missing", f"{path_of(element)}/{tag}".lstrip("/"))
    return cls(**values)


@cache
def _plan(cls, namespace):
    """Worked out once for each class and schema."""
    specs = specs_of(cls)
    targets = {}
    for name, spec in specs:
        targets.update(_targets(name, spec, namespace))
    return _Plan(
        targets,
        tuple(item for item in specs if item[1].form is Form.ATTRIBUTE),
        {name: spec.kind for name, spec in specs if spec.form is Form.INLINE},
        {name: spec.tag for name, spec in required_of(cls)},
    )


def _targets(name, spec, namespace):
    """The elements that belong to a field: {qualified name: target}."""
    if spec.form is Form.INLINE:
        inner = _plan(spec.kind, namespace).targets.items()
        return {tag: t._replace(group=name if t.name else None) for tag, t in inner}
    if spec.form is Form.NAMED:
        return {
            f"{{{namespace}}}{member.value}": _Target(name, from_text=_always(member))
            for member in spec.kind
        }
    if spec.form is Form.ATTRIBUTE or (spec.form is Form.LEGACY and namespace != FA2):
        return {}
    repeated = spec.form is Form.REPEATED
    if spec.form in (Form.DERIVED, Form.CONSTANT):
        target = _Target(None)
    elif spec.is_model:
        target = _Target(name, None, repeated, model=spec.kind)
    else:
        target = _Target(name, None, repeated, from_text=spec.kind.from_text)
    return {f"{{{namespace}}}{spec.tag}": target}


def _always(member):
    return lambda _text: member
