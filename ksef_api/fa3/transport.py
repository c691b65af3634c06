"""Conditions of the transaction (*WarunkiTransakcji*) and transport."""

from datetime import date, datetime
from decimal import Decimal

from .declare import (
    choice,
    element,
    elements,
    mark,
    marks,
    model,
    optional,
    rules,
    together,
)
from .kinds import Cargo, TransportKind
from .parties import Address, Identification
from .values import CONTRACT_DATE, CURRENCY, MOMENT, QUANTITY, TEXT_50, Code


@model()
class Contract:
    """*Umowy*."""

    signed_on: date | None = optional("DataUmowy", CONTRACT_DATE)
    number: str | None = optional("NrUmowy")


@model()
class PurchaseOrder:
    """*Zamowienia*."""

    ordered_on: date | None = optional("DataZamowienia", CONTRACT_DATE)
    number: str | None = optional("NrZamowienia")


@model()
class Carrier:
    """*Przewoznik*."""

    identification: Identification = element("DaneIdentyfikacyjne", Identification)
    address: Address = element("AdresPrzewoznika", Address)


@rules(
    choice("kind", "other_kind", required=True),
    choice("cargo", "other_cargo", required=True),
)
@model()
class Transport:
    """*Transport*."""

    kind: TransportKind | None = optional("RodzajTransportu", Code(TransportKind))
    _other_kind: bool = marks("TransportInny", "other_kind")
    other_kind: str | None = optional("OpisInnegoTransportu", TEXT_50)
    carrier: Carrier | None = optional("Przewoznik", Carrier)
    order_number: str | None = optional("NrZleceniaTransportu")
    cargo: Cargo | None = optional("OpisLadunku", Code(Cargo))
    _other_cargo: bool = marks("LadunekInny", "other_cargo")
    other_cargo: str | None = optional("OpisInnegoLadunku", TEXT_50)
    packaging_unit: str | None = optional("JednostkaOpakowania")
    starts_at: datetime | None = optional("DataGodzRozpTransportu", MOMENT)
    ends_at: datetime | None = optional("DataGodzZakTransportu", MOMENT)
    ship_from: Address | None = optional("WysylkaZ", Address)
    ship_via: list[Address] = elements("WysylkaPrzez", Address, at_most=20)
    ship_to: Address | None = optional("WysylkaDo", Address)


@rules(together("agreed_rate", "agreed_currency"))
@model()
class Terms:
    """*WarunkiTransakcji*.

    :param delivery: Incoterms
    :param agreed_rate: contractual exchange rate of an invoice in PLN
    :param intermediary: supply by an intermediary, art. 22(2d)
    """

    contracts: list[Contract] = elements("Umowy", Contract, at_most=100)
    orders: list[PurchaseOrder] = elements("Zamowienia", PurchaseOrder, at_most=100)
    batch_numbers: list[str] = elements("NrPartiiTowaru", at_most=1000)
    delivery: str | None = optional("WarunkiDostawy")
    agreed_rate: Decimal | None = optional("KursUmowny", QUANTITY)
    agreed_currency: str | None = optional("WalutaUmowna", CURRENCY)
    transports: list[Transport] = elements("Transport", Transport, at_most=20)
    intermediary: bool = mark("PodmiotPosredniczacy")
