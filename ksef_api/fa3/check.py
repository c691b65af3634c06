"""Checking a document against its own declarations, with or without the schema."""

from .declare import Choice, Form, is_given, rules_of, specs_of
from .faults import Fault
from .names import LINE_NUMBERS
from .values import BadValue
from .writer import write


def check(invoice) -> list[Fault]:
    """Everything that the declarations say against a document.

    Covers what the schema covers but its lists of countries and currencies, and needs
    no schema; and unlike the schema it refuses the characters that KSeF refuses.

    :param invoice: `Invoice`
    """
    checker = _Checker()
    checker.visit(invoice, "", None)
    return checker.faults


class _Checker:
    """One walk over a document."""

    def __init__(self):
        self.faults = []

    def visit(self, document, path, line):
        """Check a model object that stands at `path` in line `line`."""
        for name, spec in specs_of(type(document)):
            value = getattr(document, name)
            if spec.form is Form.INLINE:
                if value is not None:
                    self.visit(value, path, line)
            elif spec.form is Form.REPEATED:
                self._visit_list(value, spec, path, line)
            elif spec.form in (Form.ELEMENT, Form.ATTRIBUTE, Form.LEGACY):
                if value is not None:
                    self._visit_one(value, spec, _join(path, spec.tag), line)
                elif spec.required:
                    self._tell(path, spec.tag, line, "missing", (spec.tag,))
        for rule in rules_of(type(document)):
            self._apply(rule, document, path, line)

    def _visit_list(self, values, spec, path, line):
        if len(values) < spec.at_least:
            self._tell(path, spec.tag, line, "missing", (spec.tag,))
        path = _join(path, spec.tag)
        if len(values) > spec.at_most:
            self._tell(path, spec.tag, line, "too_many", spec.at_most)
        for index, value in enumerate(values, start=1):
            place = path if len(values) == 1 else f"{path}[{index}]"
            self._visit_one(value, spec, place, line)

    def _visit_one(self, value, spec, path, line):
        if spec.form is Form.LEGACY:
            self._tell(path, spec.tag, line, "not_allowed")
        elif spec.is_model:
            inside = value.number if spec.tag in LINE_NUMBERS else line
            self.visit(value, path, inside)
        else:
            self._visit_value(value, spec, path, line)

    def _visit_value(self, value, spec, path, line):
        if not is_given(value):  # a mark that is not set
            return
        try:
            spec.kind.to_text(value)
            fault = spec.kind.fault(value)
        except BadValue as error:
            fault = error.code, getattr(spec.kind, "fraction", None)
        if fault:
            self._tell(path, spec.tag, line, *fault, value=_shown(value))

    def _apply(self, rule, document, path, line):
        given = {name for name in rule.fields if is_given(getattr(document, name))}
        tags = _tags(type(document))
        wanted = tuple(tags[name] for name in rule.fields)
        if isinstance(rule, Choice):
            if len(given) > 1:
                self._tell(path, wanted[0], line, "choice", wanted)
            elif not given and rule.required:
                self._tell(path, wanted[0], line, "missing", wanted)
            return
        needed = rule.fields if given else ()
        for name in rule.extras:
            if not given and is_given(getattr(document, name)):
                needed = rule.fields
        for name in needed:
            if name not in given:
                self._tell(path, tags[name], line, "missing", (tags[name],))

    def _tell(self, path, element, line, code, limit=None, value=None):
        self.faults.append(Fault(path, element, line, code, limit, value))


def _tags(cls):
    """The element that each field of a class begins with."""
    tags = {}
    for name, spec in specs_of(cls):
        inner = spec.form is Form.INLINE
        tags[name] = next(iter(_tags(spec.kind).values())) if inner else spec.tag
    return tags


def _shown(value):
    return str(getattr(value, "value", value))[:100]


def _join(path, tag):
    return f"{path}/{tag}" if path else tag


def examine(invoice, schema=None) -> list[Fault]:
    """Check a document as well as can be done here.

    The declarations are asked first, for they tell more exactly what is wrong; the
    schema has the last word on a document that they find nothing against.

    :param invoice: `Invoice`
    :param schema: `Schema`, or None where it is not to be had
    """
    faults = check(invoice)
    if faults or schema is None:
        return faults
    return schema.validate(write(invoice))
