"""Payment (*Platnosc*) and settlement of charges and deductions (*Rozliczenie*)."""

from datetime import date
from decimal import Decimal

from .declare import (
    choice,
    element,
    elements,
    legacy,
    marks,
    model,
    optional,
    rules,
    together,
)
from .kinds import BankOwnAccount, PartialPayment, PaymentMethod
from .values import (
    ACCOUNT,
    AMOUNT,
    INTEGER,
    PAYMENT_DATE,
    PAYMENT_ID,
    PAYMENT_LINK,
    SWIFT,
    TEXT_50,
    Code,
)

_METHOD = Code(PaymentMethod)


@model()
class BankAccount:
    """*TRachunekBankowy*."""

    number: str = element("NrRB", ACCOUNT)
    swift: str | None = optional("SWIFT", SWIFT)
    bank_own: BankOwnAccount | None = optional(
        "RachunekWlasnyBanku", Code(BankOwnAccount)
    )
    bank_name: str | None = optional("NazwaBanku")
    description: str | None = optional("OpisRachunku")


@rules(choice("method", "other_method"))
@model()
class Instalment:
    """*ZaplataCzesciowa*: a part that is paid already."""

    amount: Decimal = element("KwotaZaplatyCzesciowej", AMOUNT)
    paid_on: date = element("DataZaplatyCzesciowej", PAYMENT_DATE)
    method: PaymentMethod | None = optional("FormaPlatnosci", _METHOD)
    _other: bool = marks("PlatnoscInna", "other_method")
    other_method: str | None = optional("OpisPlatnosci")


@model()
class DueRule:
    """*TerminOpis*: `count` units of time after an event ("14", "dni", "dostawa")."""

    count: int = element("Ilosc", INTEGER)
    unit: str = element("Jednostka", TEXT_50)
    event: str = element("ZdarzeniePoczatkowe")


@model()
class Due:
    """*TerminPlatnosci*; `rule_text` is how FA(2) told the rule."""

    on: date | None = optional("Termin", PAYMENT_DATE)
    rule: DueRule | None = optional("TerminOpis", DueRule)
    rule_text: str | None = legacy("TerminOpis")


@model()
class CashDiscount:
    """*Skonto*."""

    conditions: str = element("WarunkiSkonta")
    amount: str = element("WysokoscSkonta")


@rules(
    choice("paid_on", "instalments"),
    together("partial", "instalments"),
    choice("method", "other_method"),
)
@model()
class Payment:
    """*Platnosc*.

    :param paid_on: the whole was paid on this day
    :param partial: whether `instalments` are a part or the whole
    :param link: pays without cash; holds the same number as `payment_id`
    :param payment_id: *IPKSeF*
    """

    _paid: bool = marks("Zaplacono", "paid_on")
    paid_on: date | None = optional("DataZaplaty", PAYMENT_DATE)
    partial: PartialPayment | None = optional(
        "ZnacznikZaplatyCzesciowej", Code(PartialPayment)
    )
    instalments: list[Instalment] = elements(
        "ZaplataCzesciowa", Instalment, at_most=100
    )
    due: list[Due] = elements("TerminPlatnosci", Due, at_most=100)
    method: PaymentMethod | None = optional("FormaPlatnosci", _METHOD)
    _other: bool = marks("PlatnoscInna", "other_method")
    other_method: str | None = optional("OpisPlatnosci")
    accounts: list[BankAccount] = elements("RachunekBankowy", BankAccount, at_most=100)
    factor_accounts: list[BankAccount] = elements(
        "RachunekBankowyFaktora", BankAccount, at_most=20
    )
    cash_discount: CashDiscount | None = optional("Skonto", CashDiscount)
    link: str | None = optional("LinkDoPlatnosci", PAYMENT_LINK)
    payment_id: str | None = optional("IPKSeF", PAYMENT_ID)


@model()
class Adjustment:
    """A charge added to, or a deduction taken from, the total."""

    amount: Decimal = element("Kwota", AMOUNT)
    reason: str = element("Powod")


@rules(choice("to_pay", "to_settle"))
@model()
class Settlement:
    """*Rozliczenie*.

    :param to_pay: total plus charges less deductions
    :param to_settle: what was paid too much
    """

    charges: list[Adjustment] = elements("Obciazenia", Adjustment, at_most=100)
    charges_total: Decimal | None = optional("SumaObciazen", AMOUNT)
    deductions: list[Adjustment] = elements("Odliczenia", Adjustment, at_most=100)
    deductions_total: Decimal | None = optional("SumaOdliczen", AMOUNT)
    to_pay: Decimal | None = optional("DoZaplaty", AMOUNT)
    to_settle: Decimal | None = optional("DoRozliczenia", AMOUNT)
