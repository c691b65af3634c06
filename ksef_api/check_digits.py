"""Numbers that carry their own proof: accounts in banks, codes of goods."""

import re

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_NRB = re.compile(r"\d{26}", re.ASCII)
_GTIN = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_PESEL = re.compile(r"\d{11}", re.ASCII)
POLISH_IBAN = 28


def is_bank_account(number):
    """Tell whether `number` is an NRB or an IBAN whose check sum is right (ISO 13616).

    :param number: without spaces; an NRB is a Polish IBAN without its "PL"
    """
    number = (number or "").upper()
    iban = f"PL{number}" if _NRB.fullmatch(number) else number
    if not _IBAN.fullmatch(iban):
        return False
    if iban.startswith("PL") and len(iban) != POLISH_IBAN:
        return False
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def is_gtin(number):
    """Tell whether `number` is a GTIN (GS1: 8, 12, 13 or 14 digits): goods have inner
    barcodes too.
    """
    if not _GTIN.fullmatch(number or ""):
        return False
    weighed = (int(c) * (1 if at % 2 == 0 else 3) for at, c in enumerate(number[::-1]))
    return sum(weighed) % 10 == 0


def is_pesel(number):
    """Tell whether `number` is a PESEL (art. 15 of the act on registers of people)."""
    if not _PESEL.fullmatch(number or ""):
        return False
    weighed = zip(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), strict=True)
    return sum(int(digit) * weight for digit, weight in weighed) % 10 == 0
