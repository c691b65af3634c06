"""What is wrong with a document, for a program to turn into a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault.

    :param path: place in the document, "Fa/FaWiersz[3]/P_8A"; "missing" and "choice"
        name the element in which something is missing or excludes each other
    :param element: name of the element at fault; of the (first) missing one, if missing
    :param line_number: *NrWierszaFa* or *NrWierszaZam* of the line it is in, or None
    :param code: "missing", "not_allowed", "choice", "too_many", "too_long",
        "too_short", "pattern", "enumeration", "digits", "too_small", "too_large",
        "type", "characters", "other"
    :param limit: what is allowed, or None: a length; a number of digits or elements;
        the first or last value (Decimal, date, datetime; from the schema: text); names
        of elements: those missing or possible here, those that exclude each other
    :param value: what stands there, cut to 100 characters, or None
    """

    path: str
    element: str
    line_number: int | None
    code: str
    limit: object = None
    value: str | None = None
