"""Document -> XML: walks the declarations. Knows no element of FA(3)."""

from functools import cache
from operator import attrgetter

from lxml import etree
from lxml.etree import SubElement

from ..errors import DocumentError
from .declare import Form, is_given, specs_of
from .names import FA3, path_of
from .values import MARK, UNWANTED, BadValue


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
    if UNWANTED.search(data.decode()):
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
    for step in _steps(type(document)):
        step(parent, document)


@cache
def _steps(cls):
    """What to do for each field of a class, worked out once."""
    steps = (_step(name, spec) for name, spec in specs_of(cls))
    return tuple(step for step in steps if step)


def _step(name, spec):
    if spec.form is Form.LEGACY:
        return None
    if spec.form is Form.ELEMENT:
        return _node(name, spec) if spec.is_model else _text(name, spec)
    if spec.form is Form.REPEATED:
        return _nodes(name, spec) if spec.is_model else _texts(name, spec)
    return _SPECIAL[spec.form](name, spec)


def _tag(spec):
    return f"{{{FA3}}}{spec.tag}"


def _text(name, spec):
    get, tag, to_text = attrgetter(name), _tag(spec), spec.kind.to_text
    unset = False if spec.kind is MARK else None

    def step(parent, document):
        value = get(document)
        if value is not None and value is not unset:
            # made before the text, so that `_last` finds it when the text fails
            child = SubElement(parent, tag)
            child.text = to_text(value)

    return step


def _texts(name, spec):
    get, tag, to_text = attrgetter(name), _tag(spec), spec.kind.to_text

    def step(parent, document):
        for value in get(document):
            child = SubElement(parent, tag)
            child.text = to_text(value)

    return step


def _node(name, spec):
    get, tag = attrgetter(name), _tag(spec)

    def step(parent, document):
        value = get(document)
        if value is not None:
            _fill(SubElement(parent, tag), value)

    return step


def _nodes(name, spec):
    get, tag = attrgetter(name), _tag(spec)

    def step(parent, document):
        for value in get(document):
            _fill(SubElement(parent, tag), value)

    return step


def _inline(name, spec):
    get = attrgetter(name)

    def step(parent, document):
        value = get(document)
        if value is not None:
            _fill(parent, value)

    return step


def _attribute(name, spec):
    get, to_text = attrgetter(name), spec.kind.to_text

    def step(parent, document):
        parent.set(spec.tag, to_text(get(document)))

    return step


def _derived(name, spec):
    tag = _tag(spec)

    def step(parent, document):
        given = any(is_given(getattr(document, other)) for other in spec.fields)
        if given is spec.expected:
            SubElement(parent, tag).text = "1"

    return step


def _constant(name, spec):
    tag = _tag(spec)

    def step(parent, document):
        SubElement(parent, tag, dict(spec.attributes)).text = spec.text

    return step


def _named(name, spec):
    get = attrgetter(name)

    def step(parent, document):
        value = get(document)
        if value is not None:
            SubElement(parent, f"{{{FA3}}}{spec.kind(value).value}").text = "1"

    return step


_SPECIAL = {
    Form.INLINE: _inline,
    Form.ATTRIBUTE: _attribute,
    Form.DERIVED: _derived,
    Form.CONSTANT: _constant,
    Form.NAMED: _named,
}
