"""Collective identifiers (*identyfikator zbiorczy*): one number for many invoices.

It stands in the title of one transfer that pays several invoices of one seller ([oa]
*collective-identifiers*; limity/limity.md).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .fields import Fields
from .ksef_number import crc8

LEAST, DOCUMENTED_MOST = 2, 500
# Numbers that one question for their invoices may name.
MOST_ASKED = 10
NO_INVOICE, IN_TOO_MANY, OTHER_SELLER, TWICE = 71001, 71002, 71004, 71005
_NUMBER = re.compile(
    r"\d{10}-IZ\d{4}(?:0[1-9]|1[0-2])-[0-9A-F]{12}-(?P<check>[0-9A-F]{2})", re.ASCII
)


def is_valid(number: str) -> bool:
    """Tell whether this is a collective identifier, its checksum right."""
    match = _NUMBER.fullmatch(number) if isinstance(number, str) else None
    return bool(match) and crc8(number[:-3].encode()) == int(match["check"], 16)


@dataclass(frozen=True)
class CollectiveMember:
    """An invoice that is to stand in a collective identifier.

    :param amount: what is paid of it, with its currency; or nothing is told
    :param description: up to 512 characters
    """

    ksef_number: str
    amount: Decimal | None = None
    currency: str | None = None
    description: str | None = None

    def payload(self):
        """As it goes into a request."""
        payload = {"ksefNumber": self.ksef_number}
        if self.amount is not None:
            amount = float(self.amount)
            payload["payment"] = {"amount": amount, "currency": self.currency}
        if self.description:
            payload["description"] = self.description
        return payload


@dataclass(frozen=True)
class CollectiveIdentifier:
    """A collective identifier; `is_own`: this context made it."""

    number: str
    created: datetime
    is_own: bool
    invoice_count: int | None

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            number=fields.text("collectiveIdentifierNumber"),
            created=fields.moment("dateCreated"),
            is_own=fields.flag("createdInCurrentContext"),
            invoice_count=fields.integer("invoiceCount", None),
        )


@dataclass(frozen=True)
class CollectiveInvoice:
    """An invoice in a collective identifier.

    `is_hidden`: amount and description were told, but are not for us to see.
    """

    number: str
    ksef_number: str
    amount: Decimal | None
    currency: str | None
    description: str | None
    is_hidden: bool

    @classmethod
    def read(cls, fields: Fields):
        payment = fields.child("payment", None)
        return cls(
            number=fields.text("collectiveIdentifierNumber"),
            ksef_number=fields.text("ksefNumber"),
            amount=payment.decimal("amount") if payment else None,
            currency=payment.text("currency") if payment else None,
            description=fields.text("description", None),
            is_hidden=fields.flag("detailsHidden"),
        )
