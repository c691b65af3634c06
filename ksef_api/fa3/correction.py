"""Corrections, and the advance payments that other invoices settle."""

from datetime import date
from decimal import Decimal

from .declare import (
    choice,
    element,
    elements,
    marks,
    marks_none,
    model,
    optional,
    rules,
    together,
)
from .kinds import CorrectionEffect
from .parties import Address, Identification, SellerIdentification
from .values import AMOUNT, DATE, EU_COUNTRY, KSEF_NUMBER, QUANTITY, TEXT_32, Code


@model()
class CorrectedInvoice:
    """*DaneFaKorygowanej*; without a KSeF number it was issued outside KSeF."""

    issue_date: date = element("DataWystFaKorygowanej", DATE)
    number: str = element("NrFaKorygowanej")
    _in_ksef: bool = marks("NrKSeF", "ksef_number")
    ksef_number: str | None = optional("NrKSeFFaKorygowanej", KSEF_NUMBER)
    _outside_ksef: bool = marks_none("NrKSeFN", "ksef_number")


@model()
class SellerBefore:
    """*Podmiot1K*: the seller as the corrected invoice had it."""

    vat_prefix: str | None = optional("PrefiksPodatnika", EU_COUNTRY)
    identification: SellerIdentification = element(
        "DaneIdentyfikacyjne", SellerIdentification
    )
    address: Address = element("Adres", Address)


@model()
class BuyerBefore:
    """*Podmiot2K*: a buyer as the corrected invoice had it; `key` ties it to now."""

    identification: Identification = element("DaneIdentyfikacyjne", Identification)
    address: Address | None = optional("Adres", Address)
    key: str | None = optional("IDNabywcy", TEXT_32)


@rules(together("total_before", extras=["exchange_rate_before"]))
@model()
class Correction:
    """What a correcting invoice (KOR, KOR_ZAL, KOR_ROZ) corrects, and why.

    :param period: of a collective discount, art. 106j(3)
    :param correct_number: the right number, when the number itself was wrong
    :param total_before: payment (or rest to pay) before the correction (*P_15ZK*)
    """

    reason: str | None = optional("PrzyczynaKorekty")
    effect: CorrectionEffect | None = optional("TypKorekty", Code(CorrectionEffect))
    invoices: list[CorrectedInvoice] = elements(
        "DaneFaKorygowanej", CorrectedInvoice, at_least=1, at_most=50_000
    )
    period: str | None = optional("OkresFaKorygowanej")
    correct_number: str | None = optional("NrFaKorygowany")
    seller_before: SellerBefore | None = optional("Podmiot1K", SellerBefore)
    buyers_before: list[BuyerBefore] = elements("Podmiot2K", BuyerBefore, at_most=101)
    total_before: Decimal | None = optional("P_15ZK", AMOUNT)
    exchange_rate_before: Decimal | None = optional("KursWalutyZK", QUANTITY)


@model()
class AdvancePayment:
    """*ZaliczkaCzesciowa*: one of several payments that an advance invoice covers."""

    received_on: date = element("P_6Z", DATE)
    amount: Decimal = element("P_15Z", AMOUNT)
    exchange_rate: Decimal | None = optional("KursWalutyZW", QUANTITY)


@rules(choice("number", "ksef_number", required=True))
@model()
class AdvanceInvoice:
    """*FakturaZaliczkowa*: known by its KSeF number, or by its own outside KSeF."""

    _outside_ksef: bool = marks("NrKSeFZN", "number")
    number: str | None = optional("NrFaZaliczkowej")
    ksef_number: str | None = optional("NrKSeFFaZaliczkowej", KSEF_NUMBER)
