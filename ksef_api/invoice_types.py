"""What KSeF says of sessions and invoices, as frozen dataclasses ([oa])."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .fields import Fields, stamp
from .types import FormCode, Status

SELLER, BUYER, THIRD, AUTHORIZED = (
    "Subject1",
    "Subject2",
    "Subject3",
    "SubjectAuthorized",
)
PERMANENT_STORAGE, INVOICING, ISSUE = "PermanentStorage", "Invoicing", "Issue"
MOST_NUMBER = 64  # 35 or 36 characters today


@dataclass(frozen=True)
class OpenSession:
    """An interactive session just opened, good for 12 hours."""

    reference: str
    valid_until: datetime


@dataclass(frozen=True)
class UpoPage:
    """One page of a session's UPO; `url` needs no token and ends at `expires`."""

    reference: str
    url: str = field(repr=False)
    expires: datetime

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            fields.text("referenceNumber"),
            fields.text("downloadUrl"),
            fields.moment("downloadUrlExpirationDate"),
        )


@dataclass(frozen=True)
class SessionStatus:
    """State of an interactive or batch session."""

    status: Status
    valid_until: datetime | None
    upo_pages: list[UpoPage]
    invoice_count: int
    successful: int
    failed: int

    @classmethod
    def read(cls, fields: Fields):
        upo = fields.child("upo", None)
        return cls(
            status=Status.read(fields.child("status")),
            valid_until=fields.moment("validUntil", None),
            upo_pages=[UpoPage.read(page) for page in upo.items("pages")]
            if upo
            else [],
            invoice_count=fields.integer("invoiceCount", 0),
            successful=fields.integer("successfulInvoiceCount", 0),
            failed=fields.integer("failedInvoiceCount", 0),
        )


@dataclass(frozen=True)
class SessionSummary:
    """A session as the list of sessions shows it."""

    reference: str
    status: Status
    created: datetime
    updated: datetime
    valid_until: datetime | None
    invoice_count: int
    successful: int
    failed: int

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            reference=fields.text("referenceNumber"),
            status=Status.read(fields.child("status")),
            created=fields.moment("dateCreated"),
            updated=fields.moment("dateUpdated"),
            valid_until=fields.moment("validUntil", None),
            invoice_count=fields.integer("totalInvoiceCount", 0),
            successful=fields.integer("successfulInvoiceCount", 0),
            failed=fields.integer("failedInvoiceCount", 0),
        )


@dataclass(frozen=True)
class InvoiceStatus:
    """State of one invoice in a session."""

    reference: str
    ordinal: int
    invoice_number: str | None
    ksef_number: str | None
    invoice_hash: str
    invoicing_date: datetime
    acquisition_date: datetime | None
    permanent_storage_date: datetime | None
    upo_url: str | None = field(repr=False)
    mode: str | None
    file_name: str | None
    status: Status

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            reference=fields.text("referenceNumber"),
            ordinal=fields.integer("ordinalNumber"),
            invoice_number=fields.text("invoiceNumber", None),
            ksef_number=fields.text("ksefNumber", None),
            invoice_hash=fields.text("invoiceHash"),
            invoicing_date=fields.moment("invoicingDate"),
            acquisition_date=fields.moment("acquisitionDate", None),
            permanent_storage_date=fields.moment("permanentStorageDate", None),
            upo_url=fields.text("upoDownloadUrl", None),
            mode=fields.text("invoicingMode", None),
            file_name=fields.text("invoiceFileName", None),
            status=Status.read_of_invoice(fields.child("status")),
        )


@dataclass(frozen=True)
class InvoiceMetadata:
    """One invoice in an answer to a query. `net` and `gross` are in the invoice's
    currency, `vat` is in PLN (pobieranie-faktur.md). `raw` is the whole JSON object.
    """

    ksef_number: str
    invoice_number: str
    issue_date: date
    invoicing_date: datetime
    acquisition_date: datetime
    permanent_storage_date: datetime
    seller_nip: str
    seller_name: str | None
    buyer_type: str
    buyer_id: str | None
    buyer_name: str | None
    net: Decimal
    gross: Decimal
    vat: Decimal
    currency: str
    mode: str
    invoice_type: str
    form_code: FormCode
    invoice_hash: str
    has_attachment: bool
    is_self_invoicing: bool
    corrected_hash: str | None
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, fields: Fields):
        seller, buyer = fields.child("seller"), fields.child("buyer")
        identifier, form = buyer.child("identifier"), fields.child("formCode")
        return cls(
            ksef_number=fields.text("ksefNumber", most=MOST_NUMBER),
            invoice_number=fields.text("invoiceNumber"),
            issue_date=fields.day("issueDate"),
            invoicing_date=fields.moment("invoicingDate"),
            acquisition_date=fields.moment("acquisitionDate"),
            permanent_storage_date=fields.moment("permanentStorageDate"),
            seller_nip=seller.text("nip"),
            seller_name=seller.text("name", None),
            buyer_type=identifier.text("type"),
            buyer_id=identifier.text("value", None),
            buyer_name=buyer.text("name", None),
            net=fields.decimal("netAmount"),
            gross=fields.decimal("grossAmount"),
            vat=fields.decimal("vatAmount"),
            currency=fields.text("currency"),
            mode=fields.text("invoicingMode"),
            invoice_type=fields.text("invoiceType"),
            form_code=FormCode(
                form.text("systemCode"),
                form.text("schemaVersion"),
                form.text("value"),
            ),
            invoice_hash=fields.text("invoiceHash"),
            has_attachment=fields.flag("hasAttachment", False),
            is_self_invoicing=fields.flag("isSelfInvoicing", False),
            corrected_hash=fields.text("hashOfCorrectedInvoice", None),
            raw=fields.data,
        )


@dataclass(frozen=True)
class InvoicePage:
    """A page of query results; `hwm` is KSeF's high-water mark, up to which no invoice
    will appear any more (pobieranie-faktur/hwm.md).
    """

    invoices: list[InvoiceMetadata]
    has_more: bool
    is_truncated: bool
    hwm: datetime | None

    @classmethod
    def read(cls, fields: Fields):
        return cls(
            [InvoiceMetadata.read(item) for item in fields.items("invoices")],
            fields.flag("hasMore"),
            fields.flag("isTruncated"),
            fields.moment("permanentStorageHwmDate", None),
        )


# KSeF counts in UTC; a window is what it says only when both ends are.
LONGEST_RANGE = timedelta(days=100)


@dataclass(frozen=True)
class InvoiceQuery:
    """Which invoices are wanted (pobieranie-faktur.md).

    :param subject_type: our role in them: SELLER, BUYER, THIRD or AUTHORIZED
    :param date_type: PERMANENT_STORAGE (the one to follow), INVOICING or ISSUE
    :param date_from: aware; the range is at most LONGEST_RANGE
    :param restrict_to_hwm: leave out what may still get company (PERMANENT_STORAGE)
    :param filters: further filters, named and shaped as in [oa] *InvoiceQueryFilters*
    """

    subject_type: str
    date_type: str
    date_from: datetime
    date_to: datetime | None = None
    restrict_to_hwm: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)

    def payload(self):
        """As it goes into a request."""
        dates = {"dateType": self.date_type, "from": stamp(self.date_from)}
        if self.date_to:
            dates["to"] = stamp(self.date_to)
        if self.restrict_to_hwm:
            dates["restrictToPermanentStorageHwmDate"] = True
        return {**self.filters, "subjectType": self.subject_type, "dateRange": dates}
