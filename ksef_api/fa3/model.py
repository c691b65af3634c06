"""The FA(3) invoice as one tree of dataclasses: header, body, whole document."""

from datetime import date, datetime
from decimal import Decimal

from .annotations import Annotations
from .attachment import Attachment, Footer
from .correction import AdvanceInvoice, AdvancePayment, Correction
from .declare import (
    choice,
    constant,
    element,
    elements,
    inline,
    mark,
    model,
    optional,
    part,
    rules,
    together,
)
from .kinds import InvoiceKind
from .lines import Line, Order
from .parties import AuthorisedParty, Buyer, Seller, ThirdParty
from .payment import Payment, Settlement
from .transport import Terms
from .values import AMOUNT, CREATED, CURRENCY, DATE, NUMBER, QUANTITY, Code


@model()
class Header:
    """*Naglowek*.

    :param created_at: when the document was made (*DataWytworzeniaFa*), aware
    :param system: the program that made it
    """

    _form: bool = constant(
        "KodFormularza", "FA", kodSystemowy="FA (3)", wersjaSchemy="1-0E"
    )
    _variant: bool = constant("WariantFormularza", "3")
    created_at: datetime = element("DataWytworzeniaFa", CREATED)
    system: str | None = optional("SystemInfo")


@model()
class Period:
    """*OkresFa*: the period that the invoice covers, both days included."""

    first: date = element("P_6_Od", DATE)
    last: date = element("P_6_Do", DATE)


@model()
class Note:
    """*DodatkowyOpis*: a key and a value; `line_number` when it is about one line."""

    line_number: int | None = optional("NrWiersza", NUMBER)
    key: str = element("Klucz")
    value: str = element("Wartosc")


@rules(
    choice("sale_date", "period"),
    together("net_23", "vat_23", extras=["vat_23_pln"]),
    together("net_8", "vat_8", extras=["vat_8_pln"]),
    together("net_5", "vat_5", extras=["vat_5_pln"]),
    together("net_taxi", "vat_taxi", extras=["vat_taxi_pln"]),
    together("net_oss", extras=["vat_oss"]),
)
@model()
class Body:
    """*Fa*: amounts in `currency`, but those named `_pln`.

    Which sum a line counts in is said in `rates.py`, and only there.

    :param place: where it was issued
    :param wz_numbers: stock delivery notes (*WZ*)
    :param sale_date: day of supply, or of payment for an advance (*P_6*)
    :param total: amount due (*P_15*); of an advance invoice: what was paid
    :param exchange_rate: of an advance invoice (*KursWalutyZ*)
    :param receipt: invoice to a receipt from a cash register (*FP*), art. 109(3d)
    :param related: buyer and seller are related (*TP*)
    :param excise_refund: farmers' refund of excise (*ZwrotAkcyzy*)
    """

    currency: str = element("KodWaluty", CURRENCY)
    issue_date: date = element("P_1", DATE)
    place: str | None = optional("P_1M")
    number: str = element("P_2")
    wz_numbers: list[str] = elements("WZ", at_most=1000)
    sale_date: date | None = optional("P_6", DATE)
    period: Period | None = optional("OkresFa", Period)
    net_23: Decimal | None = optional("P_13_1", AMOUNT)
    vat_23: Decimal | None = optional("P_14_1", AMOUNT)
    vat_23_pln: Decimal | None = optional("P_14_1W", AMOUNT)
    net_8: Decimal | None = optional("P_13_2", AMOUNT)
    vat_8: Decimal | None = optional("P_14_2", AMOUNT)
    vat_8_pln: Decimal | None = optional("P_14_2W", AMOUNT)
    net_5: Decimal | None = optional("P_13_3", AMOUNT)
    vat_5: Decimal | None = optional("P_14_3", AMOUNT)
    vat_5_pln: Decimal | None = optional("P_14_3W", AMOUNT)
    net_taxi: Decimal | None = optional("P_13_4", AMOUNT)
    vat_taxi: Decimal | None = optional("P_14_4", AMOUNT)
    vat_taxi_pln: Decimal | None = optional("P_14_4W", AMOUNT)
    net_oss: Decimal | None = optional("P_13_5", AMOUNT)
    vat_oss: Decimal | None = optional("P_14_5", AMOUNT)
    net_0_domestic: Decimal | None = optional("P_13_6_1", AMOUNT)
    net_0_eu: Decimal | None = optional("P_13_6_2", AMOUNT)
    net_0_export: Decimal | None = optional("P_13_6_3", AMOUNT)
    net_exempt: Decimal | None = optional("P_13_7", AMOUNT)
    net_abroad: Decimal | None = optional("P_13_8", AMOUNT)
    net_eu_services: Decimal | None = optional("P_13_9", AMOUNT)
    net_reverse_charge: Decimal | None = optional("P_13_10", AMOUNT)
    net_margin: Decimal | None = optional("P_13_11", AMOUNT)
    total: Decimal = element("P_15", AMOUNT)
    exchange_rate: Decimal | None = optional("KursWalutyZ", QUANTITY)
    annotations: Annotations = part("Adnotacje", Annotations)
    kind: InvoiceKind = element("RodzajFaktury", Code(InvoiceKind))
    correction: Correction | None = inline(Correction)
    advance_payments: list[AdvancePayment] = elements(
        "ZaliczkaCzesciowa", AdvancePayment, at_most=31
    )
    receipt: bool = mark("FP")
    related: bool = mark("TP")
    notes: list[Note] = elements("DodatkowyOpis", Note, at_most=10_000)
    advance_invoices: list[AdvanceInvoice] = elements(
        "FakturaZaliczkowa", AdvanceInvoice, at_most=100
    )
    excise_refund: bool = mark("ZwrotAkcyzy")
    lines: list[Line] = elements("FaWiersz", Line, at_most=10_000)
    settlement: Settlement | None = optional("Rozliczenie", Settlement)
    payment: Payment | None = optional("Platnosc", Payment)
    terms: Terms | None = optional("WarunkiTransakcji", Terms)
    order: Order | None = optional("Zamowienie", Order)


@model()
class Invoice:
    """*Faktura*: the whole document."""

    header: Header = element("Naglowek", Header)
    seller: Seller = element("Podmiot1", Seller)
    buyer: Buyer = element("Podmiot2", Buyer)
    third_parties: list[ThirdParty] = elements("Podmiot3", ThirdParty, at_most=100)
    authorised: AuthorisedParty | None = optional("PodmiotUpowazniony", AuthorisedParty)
    body: Body = element("Fa", Body)
    footer: Footer | None = optional("Stopka", Footer)
    attachment: Attachment | None = optional("Zalacznik", Attachment)
