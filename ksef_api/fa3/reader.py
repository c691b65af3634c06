"""XML -> document: walks the declarations. Knows no element of FA(3)."""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from lxml import etree

from .. import safe_xml
from ..errors import DocumentError
from .declare import Form, required_of, specs_of
from .fa2 import settle_rates, split_advances
from .model import Invoice
from .names import FA2, SCHEMAS, path_of
from .values import Text

# Telling the place of an element costs a walk past its siblings.
MAX_UNKNOWN = 100
ROOTS = {f"{{{namespace}}}Faktura": namespace for namespace in SCHEMAS}
# Values of each kind that are kept, so that they need not be read again.
MOST_KEPT, LONGEST_KEPT = 10_000, 40
# The schema's longest text has 3 500 characters (*StopkaFaktury*). One of megabytes,
# which only a file that KSeF never saw can have, would keep whoever draws, searches or
# shows it busy for minutes.
LONGEST_TEXT = 20_000
_has_long_text = etree.XPath(f"boolean(//text()[string-length() > {LONGEST_TEXT}])")


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
    from_text: object = None
    plan: "_Plan | None" = None  # of a part that has elements of its own
    repeated: bool = False
    group: str | None = None  # the inline field that it belongs to

    @property
    def is_plain(self):
        """Whether it is one text of the element itself, as almost all are."""
        return not (self.plan or self.repeated or self.group)


class _Plan(NamedTuple):
    """What an element of a model class may hold."""

    build: type
    targets: dict  # by qualified name
    attributes: tuple
    groups: dict  # plan of each inline field
    required: dict  # name of the element or attribute of each required field
    plain: dict | None  # (name, from_text), where all elements are plain: the fast way


def read(xml: bytes, max_bytes: int = safe_xml.MAX_BYTES) -> ReadResult:
    """Read an FA(3) or FA(2) invoice.

    Unknown elements are ignored and told; the schema is not checked here.

    :raises DocumentError: those of `safe_xml.parse`; "schema" when it is no such
        invoice; "long_text" when one of its texts is longer than any of the schema;
        "missing" when a required element is not there; "type" or "enumeration" for a
        value that is not of its kind, with place and value
    """
    root = safe_xml.parse(xml, max_bytes)
    namespace = ROOTS.get(root.tag)
    if not namespace:
        raise DocumentError("schema", root.tag[:200])
    if len(xml) > LONGEST_TEXT and _has_long_text(root):
        raise DocumentError("long_text", str(LONGEST_TEXT))
    if namespace == FA2:
        split_advances(root)
    unknown = []
    invoice = _Reader(unknown).read(root, _plan(Invoice, namespace))
    if namespace == FA2:
        settle_rates(invoice.body)
    return ReadResult(invoice, SCHEMAS[namespace], unknown)


def read_part(element, cls, namespace):
    """Read one element of a document as the model class that it is.

    :param namespace: of the schema
    :raises DocumentError: "missing", "type" or "enumeration", as `read`
    """
    return _Reader([]).read(element, _plan(cls, namespace))


class _Reader:
    """One reading of one document."""

    def __init__(self, unknown):
        self.unknown = unknown

    def read(self, element, plan):
        """The element as an instance of the plan's model class."""
        build, targets, plain = plan.build, plan.targets, plan.plain
        if plain:
            # Lines are most of an invoice, so they go the fast way. What is unknown,
            # missing, twice there, in pieces or wrong is left to the way that tells it.
            values = {}
            try:
                for child in element[:]:  # a list is quicker than the element itself
                    if not len(child):
                        name, from_text = plain[child.tag]
                        values[name] = from_text(child.text)
                if len(values) == len(element):
                    return build(**values)
            except (AttributeError, KeyError, TypeError, ValueError):
                pass
        values, groups = {}, {}
        for child in element[:]:
            try:
                name, from_text, inner, is_repeated, group = targets[child.tag]
            except KeyError:
                self._report(child)
                continue
            if name is None:
                continue
            into = values if group is None else groups.setdefault(group, {})
            if name in into and not is_repeated:
                self._report(child)
                continue
            if inner is not None:
                value = self.read(child, inner)
            else:
                # A comment inside would cut child.text short.
                text = _whole_text(child) if len(child) else child.text or ""
                try:
                    value = from_text(text)
                except ValueError as error:
                    raise _refusal(error, text, child) from None
            if is_repeated:
                into.setdefault(name, []).append(value)
            else:
                into[name] = value
        if plan.attributes or groups:
            self._add(element, plan, values, groups)
        try:
            return build(**values)
        except TypeError:  # hardly ever, so what is missing is looked for only now
            raise _missing(element, plan, values) from None

    def _add(self, element, plan, values, groups):
        """Add what stands in attributes and in groups to an element's values."""
        for name, spec in plan.attributes:
            if (text := element.get(spec.tag)) is not None:
                try:
                    values[name] = _from_text(spec.kind)(text)
                except ValueError as error:
                    raise _refusal(error, text, element) from None
        for name, inside in groups.items():
            group = plan.groups[name]
            try:
                values[name] = group.build(**inside)
            except TypeError:
                raise _missing(element, group, inside) from None

    def _report(self, child):
        is_element = isinstance(child.tag, str)  # not a comment, not an instruction
        if is_element and len(self.unknown) < MAX_UNKNOWN:
            text = " ".join("".join(child.itertext()).split())
            self.unknown.append(Unknown(path_of(child), text[:500]))


def _whole_text(element):
    return "".join(element.xpath("text()"))


def _refusal(error, text, element):
    code = getattr(error, "code", "type")
    return DocumentError(code, path_of(element), text[:100])


def _missing(element, plan, values):
    tag = next(tag for name, tag in plan.required.items() if name not in values)
    return DocumentError("missing", f"{path_of(element)}/{tag}".lstrip("/"))


@cache
def _plan(cls, namespace):
    """Worked out once for each class and schema."""
    specs, targets = specs_of(cls), _plan_targets(cls, namespace)
    attributes = tuple(item for item in specs if item[1].form is Form.ATTRIBUTE)
    groups = {
        name: _plan(spec.kind, namespace)
        for name, spec in specs
        if spec.form is Form.INLINE
    }
    is_flat = not attributes and all(t.is_plain and t.name for t in targets.values())
    plain = {tag: (t.name, t.from_text) for tag, t in targets.items()}
    required = {name: spec.tag for name, spec in required_of(cls)}
    return _Plan(cls, targets, attributes, groups, required, plain if is_flat else None)


def _plan_targets(cls, namespace):
    """The elements that an element of a model class may hold."""
    targets = {}
    for name, spec in specs_of(cls):
        targets.update(_targets(name, spec, namespace))
    return targets


def _targets(name, spec, namespace):
    """The elements that belong to a field: {qualified name: target}."""
    if spec.form is Form.INLINE:
        inner = _plan_targets(spec.kind, namespace).items()
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
        target = _Target(None, from_text=_always(None))
    elif spec.is_model:
        target = _Target(name, None, _plan(spec.kind, namespace), repeated)
    else:
        target = _Target(name, _from_text(spec.kind), None, repeated)
    return {f"{{{namespace}}}{spec.tag}": target}


class _Memo(dict):
    """Values by their texts: the same amounts, rates and days come again and again."""

    def __init__(self, from_text):
        super().__init__()
        self.from_text = from_text

    def __missing__(self, text):
        value = self.from_text(text)
        if len(self) < MOST_KEPT and len(text) < LONGEST_KEPT:
            self[text] = value
        return value


@cache
def _from_text(kind):
    """What reads a value; a text is taken as it stands, and None is none."""
    return str.__str__ if isinstance(kind, Text) else _Memo(kind.from_text).__getitem__


def _always(member):
    return lambda _text: member
