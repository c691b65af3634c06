"""Document -> XML: walks the declarations. Knows no element of FA(3)."""

from functools import cache
from operator import attrgetter

from lxml import etree
from lxml.etree import SubElement

from ..errors import DocumentError
from .declare import Form, is_given, specs_of
from .names import FA3, path_of
from .values import MARK, UNWANTED, BadValue

# All of ASCII that may be there; to look for what may not, without it, is ten times
# as fast. Control characters lxml refuses by itself.
_PLAIN = bytes(range(0x7F))


def write(invoice) -> bytes:
    """Write an invoice as FA(3): UTF-8, no byte order mark.

    The document is not checked against the schema here: see `check` and `Schema`.

    :param invoice: `Invoice`
    :raises DocumentError: "type", "digits", "enumeration" or "characters" for a value
        that cannot be written; the first detail is its place ("Fa/FaWiersz[3]/P_7")
    """
    root = etree.Element(f"{{{FA3}}}Faktura", nsmap={None: FA3})
    try:
        _fill(root, invoice)
    except BadValue as error:
        raise DocumentError(error.code, path_of(_last(root))) from None
    except ValueError:  # lxml refuses what XML forbids
        raise DocumentError("characters", path_of(_last(root))) from None
    data = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    if UNWANTED.search(data.translate(None, _PLAIN).decode()):
        raise DocumentError("characters", path_of(_unwanted(root)))
    return data


def _last(element):
    """The element being written when writing failed: the last one there is."""
    while len(element):
        element = element[-1]
    return element


def _unwanted(root):
    return next(item for item in root.iter() if UNWANTED.search(item.text or ""))


def _fill(parent, document):
    get, steps = _plan(type(document))
    for value, step in zip(get(document), steps, strict=True):
        if value is not None:
            step(parent, value, document)


@cache
def _plan(cls):
    """How to get a class's values, and what to do with each: worked out once."""
    specs = [(name, spec) for name, spec in specs_of(cls) if spec.form in _STEPS]
    names = [name for name, _spec in specs]
    # attrgetter gives a tuple only when asked for more than one
    get = attrgetter(*names) if len(names) > 1 else _single(*names)
    return get, tuple(_STEPS[spec.form](spec) for _name, spec in specs)


def _single(name):
    return lambda document: (getattr(document, name),)


def _tag(spec):
    return f"{{{FA3}}}{spec.tag}"


def _element(spec):
    tag = _tag(spec)
    if spec.is_model:
        return lambda parent, value, _: _fill(SubElement(parent, tag), value)
    to_text, is_mark = spec.kind.to_text, spec.kind is MARK

    def step(parent, value, _document):
        if is_mark and value is False:
            return
        # made before the text, so that `_last` finds it when the text fails
        child = SubElement(parent, tag)
        child.text = to_text(value)

    return step


def _repeated(spec):
    one = _element(spec)

    def step(parent, value, document):
        for item in value:
            one(parent, item, document)

    return step


def _inline(spec):
    return lambda parent, value, _document: _fill(parent, value)


def _attribute(spec):
    name, to_text = spec.tag, spec.kind.to_text
    return lambda parent, value, _document: parent.set(name, to_text(value))


def _derived(spec):
    tag = _tag(spec)

    def step(parent, _value, document):
        given = any(is_given(getattr(document, name)) for name in spec.fields)
        if given is spec.expected:
            SubElement(parent, tag).text = "1"

    return step


def _constant(spec):
    tag, attributes = _tag(spec), dict(spec.attributes)

    def step(parent, _value, _document):
        SubElement(parent, tag, attributes).text = spec.text

    return step


def _named(spec):
    kind = spec.kind

    def step(parent, value, _document):
        SubElement(parent, f"{{{FA3}}}{kind(value).value}").text = "1"

    return step


_STEPS = {
    Form.ELEMENT: _element,
    Form.REPEATED: _repeated,
    Form.INLINE: _inline,
    Form.ATTRIBUTE: _attribute,
    Form.DERIVED: _derived,
    Form.CONSTANT: _constant,
    Form.NAMED: _named,
}
