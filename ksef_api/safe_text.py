"""Text from outside, so that it can be kept and shown."""

import re
import unicodedata

# What no text in a database can be, though JSON can spell it: NUL, and halves of a
# character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """The text without characters that a database refuses."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def printable(text: str) -> str:
    """The text in one line without control characters, direction marks among them: a
    name that is shown to people must not pretend to be another.
    """
    kept = "".join(
        " "
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
        else character
        for character in storable(text)
    )
    return " ".join(kept.split())
