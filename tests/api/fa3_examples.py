"""FA(3) invoices as people would issue them, one for each kind."""

from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal

from ksef_api.fa3 import (
    Address,
    AdvanceInvoice,
    AdvancePayment,
    BankAccount,
    Body,
    Buyer,
    Contact,
    CorrectedInvoice,
    Correction,
    Due,
    Header,
    Identification,
    Invoice,
    InvoiceKind,
    Line,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Rate,
    Seller,
    SellerIdentification,
)

KSEF_NUMBER = "5265877635-20260201-0100A0B1C2D3-7F"


def address():
    """Where everybody lives."""
    return Address(country="PL", line1="ul. Kwiatowa 1", line2="00-001 Warszawa")


def seller():
    """A maker of furniture."""
    return Seller(
        identification=SellerIdentification(nip="5265877635", name="Meble Sp. z o.o."),
        address=address(),
        contacts=[Contact(email="biuro@example.com", phone="221002003")],
    )


def buyer():
    """A hotel."""
    return Buyer(
        identification=Identification(nip="9999999999", name="Hotel Pod Lipą"),
        address=address(),
    )


def line(number=1, **changes):
    """Two chairs at 50.00 net and 23%."""
    values = {
        "number": number,
        "name": "Krzesło",
        "unit": "szt.",
        "quantity": Decimal("2"),
        "unit_price_net": Decimal("50.00"),
        "net": Decimal("100.00"),
        "rate": Rate.VAT_23,
    }
    return Line(**values | changes)


def sale(**changes):
    """An ordinary domestic invoice (VAT); `changes` are to its body."""
    values = {
        "currency": "PLN",
        "issue_date": date(2026, 2, 15),
        "place": "Warszawa",
        "number": "FV/2026/02/0001",
        "sale_date": date(2026, 2, 14),
        "net_23": Decimal("100.00"),
        "vat_23": Decimal("23.00"),
        "total": Decimal("123.00"),
        "kind": InvoiceKind.SALE,
        "lines": [line()],
        "payment": Payment(
            due=[Due(on=date(2026, 3, 1))],
            method=PaymentMethod.TRANSFER,
            accounts=[BankAccount(number="61109010140000071219812874")],
        ),
    }
    made = datetime(2026, 2, 15, 9, 30, tzinfo=timezone.utc)
    return Invoice(
        header=Header(created_at=made, system="Odoo"),
        seller=seller(),
        buyer=buyer(),
        body=Body(**values | changes),
    )


def correction(**changes):
    """One chair comes back (KOR): the line before and after."""
    before = line(before=True)
    after = line(quantity=Decimal("1"), net=Decimal("50.00"))
    original = CorrectedInvoice(
        issue_date=date(2026, 2, 15), number="FV/2026/02/0001", ksef_number=KSEF_NUMBER
    )
    values = {
        "number": "KOR/2026/02/0001",
        "kind": InvoiceKind.CORRECTION,
        "net_23": Decimal("-50.00"),
        "vat_23": Decimal("-11.50"),
        "total": Decimal("-61.50"),
        "correction": Correction(reason="Zwrot", invoices=[original]),
        "lines": [before, after],
        "payment": None,
    }
    return sale(**values | changes)


def advance(**changes):
    """Half of an order of 246.00 is paid before delivery (ZAL)."""
    ordered = OrderLine(
        number=1,
        name="Stół",
        unit="szt.",
        quantity=Decimal("1"),
        unit_price_net=Decimal("200.00"),
        net=Decimal("200.00"),
        vat=Decimal("46.00"),
        rate=Rate.VAT_23,
    )
    values = {
        "number": "ZAL/2026/02/0001",
        "kind": InvoiceKind.ADVANCE,
        "lines": [],
        "advance_payments": [
            AdvancePayment(received_on=date(2026, 2, 14), amount=Decimal("123.00"))
        ],
        "order": Order(total=Decimal("246.00"), lines=[ordered]),
    }
    return sale(**values | changes)


def settlement(**changes):
    """The rest of that order, on delivery (ROZ)."""
    values = {
        "number": "ROZ/2026/02/0001",
        "kind": InvoiceKind.SETTLEMENT,
        "advance_invoices": [
            AdvanceInvoice(ksef_number=KSEF_NUMBER),
            AdvanceInvoice(number="ZAL/2025/12/0007"),
        ],
        "lines": [line(name="Stół", quantity=Decimal("1"))],
    }
    return sale(**values | changes)


def simplified():
    """A simplified invoice (UPR): the buyer by NIP alone, no net amounts."""
    short = Line(
        number=1,
        name="Paliwo",
        unit="l",
        quantity=Decimal("10.5"),
        gross=Decimal("123.00"),
        rate=Rate.VAT_23,
    )
    made = sale(
        kind=InvoiceKind.SIMPLIFIED,
        net_23=None,
        vat_23=None,
        lines=[short],
        payment=None,
    )
    made.buyer = Buyer(identification=Identification(nip="9999999999"))
    return made


def advance_correction():
    """An advance goes down from 123.00 to nothing (KOR_ZAL)."""
    was = advance().body.order
    order = Order(
        total=Decimal("0.00"),
        lines=[
            replace(was.lines[0], before=True),
            replace(was.lines[0], quantity=Decimal("0"), net=Decimal("0.00")),
        ],
    )
    made = correction(
        kind=InvoiceKind.ADVANCE_CORRECTION,
        net_23=Decimal("-100.00"),
        vat_23=Decimal("-23.00"),
        total=Decimal("-123.00"),
        lines=[],
        advance_payments=[
            AdvancePayment(received_on=date(2026, 2, 14), amount=Decimal("-123.00"))
        ],
        order=order,
    )
    made.body.correction.total_before = Decimal("123.00")
    return made


def settlement_correction():
    """A settlement invoice is corrected (KOR_ROZ)."""
    made = correction(
        kind=InvoiceKind.SETTLEMENT_CORRECTION,
        advance_invoices=[AdvanceInvoice(ksef_number=KSEF_NUMBER)],
    )
    made.body.correction.total_before = Decimal("123.00")
    return made


EVERY_KIND = {
    InvoiceKind.SALE: sale,
    InvoiceKind.CORRECTION: correction,
    InvoiceKind.ADVANCE: advance,
    InvoiceKind.SETTLEMENT: settlement,
    InvoiceKind.SIMPLIFIED: simplified,
    InvoiceKind.ADVANCE_CORRECTION: advance_correction,
    InvoiceKind.SETTLEMENT_CORRECTION: settlement_correction,
}
