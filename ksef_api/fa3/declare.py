"""The words in which the FA(3) model is declared; writer, reader and checks read them.

A field of a model class names its FA(3) element once::

    line1: str = element("AdresL1", TEXT_512)

The order of the fields is the order of the schema.
"""

from dataclasses import MISSING, dataclass, field, fields
from enum import Enum, auto
from functools import cache, partial

from .values import MARK, TEXT_256, YES_NO

# kw_only lets required fields stand where the schema has them, after optional ones.
model = partial(dataclass, kw_only=True, slots=True)


class Form(Enum):
    """How a field stands in the document."""

    ELEMENT = auto()
    REPEATED = auto()
    ATTRIBUTE = auto()
    INLINE = auto()  # a group of elements without an element around it
    DERIVED = auto()  # a mark "1" that follows from other fields
    CONSTANT = auto()
    NAMED = auto()  # a mark "1" whose element name is the value
    LEGACY = auto()  # in FA(2) only: read, never written


@dataclass(frozen=True)
class Spec:
    """One field's place in the schema.

    :param tag: name of the element or attribute; None for INLINE and NAMED
    :param kind: a value kind (`values.py`), an enum for NAMED, or a model class
    :param required: the schema requires it (though the class may have a default)
    :param fields: names of the fields that a DERIVED mark follows from
    :param expected: whether that mark says that they are given, or that they are not
    :param text: text of a CONSTANT
    """

    form: Form
    tag: str | None
    kind: object
    required: bool = False
    at_least: int = 0
    at_most: int = 1
    fields: tuple = ()
    expected: bool = True
    text: str = ""
    attributes: tuple = ()

    @property
    def is_model(self):
        """Whether the content is elements (a model class) rather than text."""
        return isinstance(self.kind, type) and hasattr(
            self.kind, "__dataclass_fields__"
        )


def _declared(spec, **options):
    return field(metadata={"fa3": spec}, **options)


def element(tag, kind=TEXT_256):
    """A required element."""
    return _declared(Spec(Form.ELEMENT, tag, kind, required=True))


def optional(tag, kind=TEXT_256):
    """An element that may be absent: None."""
    return _declared(Spec(Form.ELEMENT, tag, kind), default=None)


def elements(tag, kind=TEXT_256, *, at_most, at_least=0):
    """A repeated element: a list."""
    spec = Spec(Form.REPEATED, tag, kind, at_least=at_least, at_most=at_most)
    return _declared(spec, default_factory=list)


def part(tag, kind):
    """A required element with a model class that has a default for everything."""
    spec = Spec(Form.ELEMENT, tag, kind, required=True)
    return _declared(spec, default_factory=kind)


def flag(tag):
    """A required yes or no: "1" or "2" (*TWybor1_2*), False when not said."""
    spec = Spec(Form.ELEMENT, tag, YES_NO, required=True)
    return _declared(spec, default=False)


def mark(tag):
    """A yes that is otherwise absent: "1" or nothing (*TWybor1*)."""
    return _declared(Spec(Form.ELEMENT, tag, MARK), default=False)


def inline(kind):
    """A group of elements that stands or falls together, or None."""
    return _declared(Spec(Form.INLINE, None, kind), default=None)


def attribute(name, kind):
    """A required attribute."""
    return _declared(Spec(Form.ATTRIBUTE, name, kind, required=True))


def named_mark(enum):
    """One of several marks that exclude each other: the enum's values are the tags."""
    return _declared(Spec(Form.NAMED, None, enum), default=None)


def legacy(tag, kind=TEXT_256):
    """An element that FA(2) had and FA(3) has not, or has otherwise."""
    return _declared(Spec(Form.LEGACY, tag, kind), default=None)


def _silent(spec):
    # True, not None: the writer passes over None
    return _declared(spec, init=False, default=True, repr=False, compare=False)


def marks(tag, *names):
    """The mark that some of the named fields are given: nobody has to set it."""
    return _silent(Spec(Form.DERIVED, tag, MARK, fields=names))


def marks_none(tag, *names):
    """The mark that none of the named fields is given."""
    return _silent(Spec(Form.DERIVED, tag, MARK, fields=names, expected=False))


def constant(tag, text, **attributes):
    """An element that is the same in every document."""
    attributes = tuple(attributes.items())
    return _silent(Spec(Form.CONSTANT, tag, None, text=text, attributes=attributes))


@dataclass(frozen=True)
class Choice:
    """At most one of the named fields is given (*xsd:choice*); one, when required."""

    fields: tuple
    required: bool


@dataclass(frozen=True)
class Together:
    """All of the fields are given or none; the extras only beside them."""

    fields: tuple
    extras: tuple


def choice(*names, required=False):
    """Declare that the fields exclude each other."""
    return Choice(names, required)


def together(*names, extras=()):
    """Declare that the fields need each other."""
    return Together(names, tuple(extras))


def rules(*declared):
    """Class decorator: the rules between the fields of a model class."""

    def attach(cls):
        cls.RULES = declared
        return cls

    return attach


def rules_of(cls):
    """The rules declared for a model class."""
    return getattr(cls, "RULES", ())


@cache
def specs_of(cls):
    """The declarations of a model class: a tuple of (field name, Spec)."""
    return tuple((item.name, item.metadata["fa3"]) for item in fields(cls))


@cache
def required_of(cls):
    """Names and specs of the fields that have no default."""
    return tuple(
        (item.name, item.metadata["fa3"])
        for item in fields(cls)
        if item.init and item.default is MISSING and item.default_factory is MISSING
    )


def is_given(value):
    """Whether a field says anything: not None, not an empty list, not a mark unset."""
    return value is not None and value is not False and value != []
