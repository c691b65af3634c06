"""One fact of a document that is asked of thousands, without reading the rest."""

from datetime import date

from .. import safe_xml
from ..errors import DocumentError
from .names import SCHEMAS
from .payment import Payment
from .reader import read_part


def due_date(xml: bytes) -> date | None:
    """Return the first day on which a document is due (*TerminPlatnosci*), or on which
    it was paid (*DataZaplaty*); None when it tells no day, or cannot be read.
    """
    try:
        root = safe_xml.parse(xml)
        namespace, _brace, _name = root.tag.lstrip("{").rpartition("}")
        found = root.find("{*}Fa/{*}Platnosc")
        if found is None or namespace not in SCHEMAS:
            return None
        payment = read_part(found, Payment, namespace)
    except DocumentError:
        return None
    days = [due.on for due in payment.due if due.on]
    return payment.paid_on or min(days, default=None)
