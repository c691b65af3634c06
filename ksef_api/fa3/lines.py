"""Lines of the invoice and of the order behind an advance invoice."""

from datetime import date
from decimal import Decimal

from .declare import element, elements, mark, model, optional
from .kinds import IMPORT_PROCEDURES, LEGACY_RATES, Gtu, Procedure, Rate
from .values import (
    AMOUNT,
    DATE,
    NUMBER,
    PERCENT,
    PRICE,
    QUANTITY,
    TEXT_20,
    TEXT_50,
    TEXT_512,
    Code,
)

_RATE = Code(Rate, excluded=LEGACY_RATES)


@model()
class Line:
    """*FaWiersz*, in the invoice's currency.

    :param discount: of the whole line, when the unit price does not hold it already
    :param oss_rate: percentage of another state's VAT (*P_12_XII*), instead of `rate`
    :param annex15: goods or service of annex 15 (compulsory split payment)
    :param exchange_rate: rate used for VAT in PLN
    :param before: the line as it was before the correction
    """

    number: int = element("NrWierszaFa", NUMBER)
    uuid: str | None = optional("UU_ID", TEXT_50)
    sale_date: date | None = optional("P_6A", DATE)
    name: str | None = optional("P_7", TEXT_512)
    index: str | None = optional("Indeks", TEXT_50)
    gtin: str | None = optional("GTIN", TEXT_20)
    pkwiu: str | None = optional("PKWiU", TEXT_50)
    cn: str | None = optional("CN", TEXT_50)
    pkob: str | None = optional("PKOB", TEXT_50)
    unit: str | None = optional("P_8A")
    quantity: Decimal | None = optional("P_8B", QUANTITY)
    unit_price_net: Decimal | None = optional("P_9A", PRICE)
    unit_price_gross: Decimal | None = optional("P_9B", PRICE)
    discount: Decimal | None = optional("P_10", PRICE)
    net: Decimal | None = optional("P_11", AMOUNT)
    gross: Decimal | None = optional("P_11A", AMOUNT)
    vat: Decimal | None = optional("P_11Vat", AMOUNT)
    rate: Rate | None = optional("P_12", _RATE)
    oss_rate: Decimal | None = optional("P_12_XII", PERCENT)
    annex15: bool = mark("P_12_Zal_15")
    excise: Decimal | None = optional("KwotaAkcyzy", AMOUNT)
    gtu: Gtu | None = optional("GTU", Code(Gtu))
    procedure: Procedure | None = optional("Procedura", Code(Procedure))
    exchange_rate: Decimal | None = optional("KursWaluty", QUANTITY)
    before: bool = mark("StanPrzed")


@model()
class OrderLine:
    """*ZamowienieWiersz*; fields as in `Line`."""

    number: int = element("NrWierszaZam", NUMBER)
    uuid: str | None = optional("UU_IDZ", TEXT_50)
    name: str | None = optional("P_7Z", TEXT_512)
    index: str | None = optional("IndeksZ", TEXT_50)
    gtin: str | None = optional("GTINZ", TEXT_20)
    pkwiu: str | None = optional("PKWiUZ", TEXT_50)
    cn: str | None = optional("CNZ", TEXT_50)
    pkob: str | None = optional("PKOBZ", TEXT_50)
    unit: str | None = optional("P_8AZ")
    quantity: Decimal | None = optional("P_8BZ", QUANTITY)
    unit_price_net: Decimal | None = optional("P_9AZ", PRICE)
    net: Decimal | None = optional("P_11NettoZ", AMOUNT)
    vat: Decimal | None = optional("P_11VatZ", AMOUNT)
    rate: Rate | None = optional("P_12Z", _RATE)
    oss_rate: Decimal | None = optional("P_12Z_XII", PERCENT)
    annex15: bool = mark("P_12Z_Zal_15")
    gtu: Gtu | None = optional("GTUZ", Code(Gtu))
    procedure: Procedure | None = optional(
        "ProceduraZ", Code(Procedure, excluded=IMPORT_PROCEDURES)
    )
    excise: Decimal | None = optional("KwotaAkcyzyZ", AMOUNT)
    before: bool = mark("StanPrzedZ")


@model()
class Order:
    """*Zamowienie*: what an advance was paid for; `total` includes VAT."""

    total: Decimal = element("WartoscZamowienia", AMOUNT)
    lines: list[OrderLine] = elements(
        "ZamowienieWiersz", OrderLine, at_least=1, at_most=10_000
    )
