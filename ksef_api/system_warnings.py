"""What KSeF warns of beside an answer: the header `X-System-Warning`.

It changes no result; it tells of what may be refused one day (api-changelog.md 2.6.0).
"""

import re
from dataclasses import dataclass

HEADER = "X-System-Warning"
MAX_WARNINGS, MAX_TEXT = 20, 500
# [code]: message | [code]: message
_ONE = re.compile(
    r"\[([^\]]{1,64})\]:\s*(.*?)\s*(?=\|\s*\[[^\]]{1,64}\]:|$)", re.DOTALL
)


@dataclass(frozen=True)
class SystemWarning:
    """One warning; `code` is empty when the header is not of the known form."""

    code: str
    message: str


def read(headers) -> tuple[SystemWarning, ...]:
    """The warnings of an answer; each once, in their order.

    :param headers: mapping of the answer's headers, case-insensitive
    """
    text = (headers.get(HEADER) or "").strip()
    if not text:
        return ()
    text = text[: MAX_WARNINGS * MAX_TEXT]
    found = [
        SystemWarning(code.strip(), message[:MAX_TEXT])
        for code, message in _ONE.findall(text)
    ]
    found = found or [SystemWarning("", text[:MAX_TEXT])]
    return tuple(dict.fromkeys(found))[:MAX_WARNINGS]
