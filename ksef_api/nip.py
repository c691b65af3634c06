"""NIP, the Polish tax number: ten digits, the last one a check digit.

The check digit: ordinance on the NIP, weights 6 5 7 2 3 4 5 6 7, modulo 11.
"""

import re

_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
# ksef-docs [oa] `Nip`: no leading zero, and the second and third digits not both zero.
_SHAPE = re.compile(r"[1-9]((\d[1-9])|([1-9]\d))\d{7}", re.ASCII)


def is_valid_nip(nip: str) -> bool:
    """Tell whether this is a NIP as KSeF writes it: ten digits, check digit right."""
    if not isinstance(nip, str) or not _SHAPE.fullmatch(nip):
        return False
    digits = [int(digit) for digit in nip]
    check = sum(w * d for w, d in zip(_WEIGHTS, digits, strict=False)) % 11
    return check == digits[9]


def normalize_nip(text: str) -> str:
    """Strip what people write around a NIP: the prefix PL, spaces and dashes."""
    return compact(text).removeprefix("PL")


def compact(text: str) -> str:
    """A tax number of any country without the spaces and dashes people write in it."""
    return re.sub(r"[\s\-]", "", text or "").upper()
