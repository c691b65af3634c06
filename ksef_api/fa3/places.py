"""Which fields of the model a fault is about."""

from .declare import Form, specs_of
from .faults import Fault
from .model import Invoice


def fields_of(fault: Fault) -> list[tuple[type, str]]:
    """The fields from the document down to the element at fault.

    :return: (model class, name of the field); shorter than the path where the rest is
        no field, as the marks that follow from others are not
    """
    steps = [step.partition("[")[0] for step in fault.path.split("/") if step]
    if steps[-1:] != [fault.element]:
        steps.append(fault.element)
    cls, found = Invoice, []
    for tag in steps:
        field = cls and _field(cls, tag)
        if not field:
            break
        holder, name, spec = field
        found.append((holder, name))
        cls = spec.kind if spec.is_model else None
    return found


def _field(cls, tag):
    """(class, name, spec) of the field that stands as `tag`, or None."""
    for name, spec in specs_of(cls):
        if spec.form is Form.INLINE:
            if field := _field(spec.kind, tag):
                return field
        elif spec.tag == tag and not name.startswith("_"):
            return cls, name, spec
    return None
