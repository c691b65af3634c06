"""Whom a certificate stands for, and whether it may log in."""

import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from . import pki
from .clock import iso

PERSON_PESEL = re.compile(r"(?:PNOPL|PESEL).*?(\d{11})")
PERSON_NIP = re.compile(r"(?:TINPL|NIP).*?(\d{10})")
SEAL_NIP = re.compile(r"VATPL.*?(\d{10})")
INVALID, UNTRUSTED = "Nieważny certyfikat", "Niezaufany łańcuch certyfikatów"
MALFORMED = "Niepoprawny certyfikat"
BY_STATUS = {"Revoked": "Certyfikat odwołany", "Blocked": "Certyfikat zawieszony"}
to_der = pki.der


def attribute(certificate, oid):
    """The first value of an attribute of the subject, or an empty string."""
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def of_certificate(certificate, kind):
    """(type, identifier) of the subject: Nip, Pesel or Fingerprint; None without one.

    :param kind: certificateSubject or certificateFingerprint
    """
    if kind == "certificateFingerprint":
        return "Fingerprint", pki.fingerprint(certificate)
    serial = attribute(certificate, NameOID.SERIAL_NUMBER)
    organization = attribute(certificate, pki.ORGANIZATION_IDENTIFIER)
    for text, pattern, found in (
        (serial, PERSON_PESEL, "Pesel"),
        (serial, PERSON_NIP, "Nip"),
        (organization, SEAL_NIP, "Nip"),
    ):
        if match := pattern.search(text):
            return found, match.group(1)
    return None


def is_ours(world, certificate):
    """True when the sandbox's own authority issued it."""
    try:
        certificate.verify_directly_issued_by(world.authority.ca)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def method(world, certificate):
    """`authenticationMethod` of a login with this certificate."""
    if is_ours(world, certificate):
        return "InternalCertificate"
    is_seal = attribute(certificate, pki.ORGANIZATION_IDENTIFIER)
    return "QualifiedSeal" if is_seal else "QualifiedSignature"


def judge_certificate(world, certificate, subject, demand_chain=False):
    """Whether a certificate may log in: (200, None) or (460, why)."""
    now = world.clock.now()
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return 460, INVALID
    if is_ours(world, certificate):
        return _judge_registered(world, certificate, subject, now)
    if demand_chain or not world.knobs["accept_self_signed"]:
        return 460, UNTRUSTED
    if subject is None or not _may_authenticate(certificate, lenient=True):
        return 460, MALFORMED
    return 200, None


def _judge_registered(world, certificate, subject, now):
    """KSeF's own certificates are looked up by their fingerprint."""
    row = world.store.row(
        "SELECT * FROM certificates WHERE fingerprint = ?", pki.fingerprint(certificate)
    )
    if not row or subject is None:
        return 460, MALFORMED
    if row["status"] in BY_STATUS:
        return 460, BY_STATUS[row["status"]]
    if row["valid_to"] <= iso(now):
        return 460, INVALID
    if row["usage"] != "Authentication" or not _may_authenticate(certificate):
        return 460, MALFORMED
    world.store.change("certificates", row["id"], used=iso(now))
    return 200, None


def _may_authenticate(certificate, lenient=False):
    """True when the key usage is digitalSignature.

    :param lenient: certificates of others may also be for qualified signatures
    """
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return lenient
    return usage.digital_signature or (lenient and usage.content_commitment)
