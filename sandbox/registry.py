"""KSeF certificates: making them, their register, their states."""

import base64
from datetime import timedelta

from . import pki
from .clock import iso

USAGES = {"authentication": "Authentication", "offline": "Offline"}
STATUSES = ("Active", "Blocked", "Revoked", "Expired")


def subject_name(label, nip=None, pesel=None, person=False):
    """The distinguished name of a company, or of a person with a NIP or PESEL."""
    if pesel or person:
        given, _space, surname = label.partition(" ")
        return pki.name(
            given_name=given,
            surname=surname or given,
            serial_number=f"PNOPL-{pesel}" if pesel else f"TINPL-{nip}",
            common_name=label,
            country="PL",
        )
    return pki.name(
        organization=label,
        organization_identifier=f"VATPL-{nip}",
        common_name=label,
        country="PL",
    )


def register(world, certificate, subject, usage, label):
    """Note a certificate as active; returns its serial number.

    :param subject: (Nip or Pesel, identifier)
    :param usage: Authentication or Offline
    """
    serial = f"{certificate.serial_number:016X}"
    world.store.add(
        "certificates",
        id=serial,
        subject_type=subject[0],
        subject=subject[1],
        name=label,
        usage=usage,
        status="Active",
        der=pki.der(certificate),
        fingerprint=pki.fingerprint(certificate),
        key_id=pki.key_id(certificate.public_key()),
        valid_from=iso(certificate.not_valid_before_utc),
        valid_to=iso(certificate.not_valid_after_utc),
        requested=iso(world.clock.now()),
    )
    return serial


def hand_out(
    world,
    nip=None,
    pesel=None,
    name="Sandbox",
    usage="authentication",
    key="ec",
    days=730,
    not_before_days=0,
    password="sandbox",
    self_signed=False,
    bits=2048,
    person=False,
):
    """A certificate with its key, as the MCU or Aplikacja Podatnika gives them.

    :param days: how long it is valid; negative for one that has ended
    :param not_before_days: from when, against today
    :param self_signed: signed by itself, and not registered
    """
    if not (nip or pesel):
        raise ValueError("nip or pesel is needed")
    private = pki.new_key(key, bits)
    begin = world.clock.now() + timedelta(days=not_before_days, minutes=-5)
    if days <= 0:
        begin += timedelta(days=days - 1)
    end = begin + timedelta(days=days if days > 0 else 1, minutes=5)
    who = subject_name(name, nip, pesel, person)
    if self_signed:
        flag = (
            "digital_signature" if usage == "authentication" else "content_commitment"
        )
        made = pki.issue(
            who, private.public_key(), who, private, begin, end, **{flag: True}
        )
        serial = f"{made.serial_number:016X}"
    else:
        made = world.authority.certify(who, private.public_key(), usage, begin, end)
        subject = ("Pesel", pesel) if pesel else ("Nip", nip)
        serial = register(world, made, subject, USAGES[usage], name)
    return {
        "certificate_pem": pki.pem(made),
        "certificate_der_b64": base64.b64encode(pki.der(made)).decode(),
        "key_pem": pki.key_pem(private, password),
        "p12_b64": base64.b64encode(pki.p12(private, made, name, password)).decode(),
        "password": password,
        "serial": serial,
        "fingerprint": pki.fingerprint(made),
    }


def set_status(world, serial, status):
    """Revoke, block or unblock a certificate."""
    if status not in STATUSES:
        raise ValueError(f"status is one of {STATUSES}")
    if not world.store.get("certificates", serial):
        raise ValueError(f"there is no certificate {serial}")
    world.store.change("certificates", serial, status=status)


def status_of(world, row):
    """Active, Blocked, Revoked, or Expired by the clock."""
    is_over = row["status"] == "Active" and row["valid_to"] <= world.now_text()
    return "Expired" if is_over else row["status"]


def report(world):
    """All certificates, for tests."""
    return [
        {
            "serial": row["id"],
            "subject": row["subject"],
            "name": row["name"],
            "usage": row["usage"],
            "status": status_of(world, row),
            "valid_to": row["valid_to"],
        }
        for row in world.store.rows("SELECT * FROM certificates ORDER BY rowid")
    ]
