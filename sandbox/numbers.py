"""KSeF numbers and reference numbers, with their CRC-8."""

import re
import secrets

NIP = re.compile(r"[1-9]((\d[1-9])|([1-9]\d))\d{7}")
PESEL = re.compile(r"\d{11}")
FINGERPRINT = re.compile(r"[0-9A-F]{64}")
REFERENCE = re.compile(r"\d{8}-[A-Z0-9]{2}-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}")
KSEF_NUMBER = re.compile(r"[1-9]\d{9}-\d{8}-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}")

INTERNAL_ID = re.compile(NIP.pattern + r"-\d{5}")
PEPPOL_ID = re.compile(r"P[A-Z]{2}\d{6}")
COLLECTIVE = re.compile(r"\d{10}-IZ\d{4}(0[1-9]|1[0-2])-[0-9A-F]{12}-[0-9A-F]{2}")

CHALLENGE, LOGIN, TOKEN = "CR", "AU", "EC"
ONLINE, BATCH, DOCUMENT, UPO = "SO", "SB", "EE", "EU"
EXPORT = ENROLMENT = "EH"
PERMISSION = "EG"


def crc8(text):
    """CRC-8 of ASCII text: polynomial 0x07, init 0, nothing reflected."""
    value = 0
    for byte in text.encode("ascii"):
        value ^= byte
        for _bit in range(8):
            value = (value << 1 ^ 0x07 if value & 0x80 else value << 1) & 0xFF
    return value


def reference(kind, day):
    """A reference number (*numer referencyjny*), 36 characters.

    :param kind: two letters, see the constants above
    """
    start = "-".join(
        (f"{day:%Y%m%d}", kind, *(secrets.token_hex(5).upper() for _part in range(2)))
    )
    return f"{start}-{crc8(start):02X}"


def ksef_number(nip, day):
    """A KSeF number of the seller's NIP and the day of acceptance, 35 characters."""
    start = f"{nip}-{day:%Y%m%d}-{secrets.token_hex(6).upper()}"
    return f"{start}-{crc8(start):02X}"


def nip_checksum_is_right(nip):
    """True when the tenth digit of a NIP agrees with the others."""
    weights = (6, 5, 7, 2, 3, 4, 5, 6, 7)
    total = sum(w * int(d) for w, d in zip(weights, nip, strict=False)) % 11
    return bool(re.fullmatch(r"\d{10}", nip)) and total == int(nip[9])


def internal_id_is_right(identifier):
    """True when an internal identifier's NIP and its own last digit are right.

    The digit is the sum of the others, weighed 1 and 3 in turn, modulo 10
    (`POST /permissions/subunits/grants`).
    """
    if not INTERNAL_ID.fullmatch(identifier):
        return False
    digits = [int(digit) for digit in identifier.replace("-", "")]
    total = sum(d * (1, 3)[i % 2] for i, d in enumerate(digits[:-1])) % 10
    return nip_checksum_is_right(identifier[:10]) and total == digits[-1]


def collective_number(nip, day):
    """A collective identifier (*identyfikator zbiorczy*) of a seller, 35 characters."""
    start = f"{nip}-IZ{day:%Y%m}-{secrets.token_hex(6).upper()}"
    return f"{start}-{crc8(start):02X}"
