"""What is wrong with a document, for a program to turn into a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault.

    :param path: place in the document, "Fa/FaWiersz[3]/P_8A"
    :param element: name of the element at fault (of the missing one, if missing)
    :param line_number: *NrWierszaFa* or *NrWierszaZam* of the line it is in, or None
    :param code: "missing", "not_allowed", "choice", "too_few", "too_many", "too_long",
        "too_short", "pattern", "enumeration", "digits", "too_small", "too_large",
        "type", "characters", "other"
    :param limit: what is allowed (a length, a number, names of elements), or None
    :param value: what stands there, cut to 100 characters, or None
    """

    path: str
    element: str
    line_number: int | None
    code: str
    limit: object = None
    value: str | None = None
