"""Who is on the invoice: seller, buyer, third parties, authorised party."""

from decimal import Decimal

from .declare import (
    choice,
    element,
    elements,
    flag,
    inline,
    mark,
    marks,
    model,
    optional,
    rules,
)
from .kinds import AuthorisedRole, SellerStatus, ThirdPartyRole
from .values import (
    COUNTRY,
    EMAIL,
    EU_COUNTRY,
    EU_NUMBER,
    INTERNAL_ID,
    NIP,
    PERCENT,
    POLISH_PREFIX,
    TAX_ID,
    TEXT_13,
    TEXT_16,
    TEXT_32,
    TEXT_512,
    Code,
)


@model()
class Address:
    """*TAdres*: two free lines; FA(3) has no fields for street or town."""

    country: str = element("KodKraju", COUNTRY)
    line1: str = element("AdresL1", TEXT_512)
    line2: str | None = optional("AdresL2", TEXT_512)
    gln: str | None = optional("GLN", TEXT_13)


@model()
class Contact:
    """*DaneKontaktowe*."""

    email: str | None = optional("Email", EMAIL)
    phone: str | None = optional("Telefon", TEXT_16)


@model()
class AuthorisedContact:
    """*DaneKontaktowe* of *PodmiotUpowazniony*, whose elements have other names."""

    email: str | None = optional("EmailPU", EMAIL)
    phone: str | None = optional("TelefonPU", TEXT_16)


@model()
class EuVat:
    """EU VAT number: prefix (Greece is EL) and the number without it."""

    country: str = element("KodUE", EU_COUNTRY)
    number: str = element("NrVatUE", EU_NUMBER)


@model()
class OtherId:
    """A tax number from anywhere else."""

    country: str | None = optional("KodKraju", COUNTRY)
    number: str = element("NrID", TAX_ID)


@model()
class SellerIdentification:
    """*TPodmiot1*."""

    nip: str = element("NIP", NIP)
    name: str = element("Nazwa", TEXT_512)


@rules(choice("nip", "eu_vat", "other_id", "no_id", required=True))
@model()
class Identification:
    """*TPodmiot2*: buyer or carrier, known by exactly one of the four.

    `no_id` says that there is no tax number (*BrakID*): a consumer, for example.
    """

    nip: str | None = optional("NIP", NIP)
    eu_vat: EuVat | None = inline(EuVat)
    other_id: OtherId | None = inline(OtherId)
    no_id: bool = mark("BrakID")
    name: str | None = optional("Nazwa", TEXT_512)


@rules(choice("nip", "internal_id", "eu_vat", "other_id", "no_id", required=True))
@model()
class ThirdPartyIdentification:
    """*TPodmiot3*: as the buyer, or by an internal number (*IDWew*) under a NIP."""

    nip: str | None = optional("NIP", NIP)
    internal_id: str | None = optional("IDWew", INTERNAL_ID)
    eu_vat: EuVat | None = inline(EuVat)
    other_id: OtherId | None = inline(OtherId)
    no_id: bool = mark("BrakID")
    name: str | None = optional("Nazwa", TEXT_512)


@model()
class Seller:
    """*Podmiot1*. `vat_prefix` is "PL" on intra-Community transactions."""

    vat_prefix: str | None = optional("PrefiksPodatnika", POLISH_PREFIX)
    eori: str | None = optional("NrEORI")
    identification: SellerIdentification = element(
        "DaneIdentyfikacyjne", SellerIdentification
    )
    address: Address = element("Adres", Address)
    mail_address: Address | None = optional("AdresKoresp", Address)
    contacts: list[Contact] = elements("DaneKontaktowe", Contact, at_most=3)
    status: SellerStatus | None = optional("StatusInfoPodatnika", Code(SellerStatus))


@model()
class Buyer:
    """*Podmiot2*.

    :param key: ties the buyer's data before and after a correction (*IDNabywcy*)
    :param jst: the invoice is for a sub-unit of a local government unit
    :param vat_group: the invoice is for a member of a VAT group (*GV*)
    """

    eori: str | None = optional("NrEORI")
    identification: Identification = element("DaneIdentyfikacyjne", Identification)
    address: Address | None = optional("Adres", Address)
    mail_address: Address | None = optional("AdresKoresp", Address)
    contacts: list[Contact] = elements("DaneKontaktowe", Contact, at_most=3)
    customer_number: str | None = optional("NrKlienta")
    key: str | None = optional("IDNabywcy", TEXT_32)
    jst: bool = flag("JST")
    vat_group: bool = flag("GV")


@rules(choice("role", "role_description", required=True))
@model()
class ThirdParty:
    """*Podmiot3*: factor, receiver, additional buyer, sub-unit ...

    :param share: percentage of an additional buyer
    """

    key: str | None = optional("IDNabywcy", TEXT_32)
    eori: str | None = optional("NrEORI")
    identification: ThirdPartyIdentification = element(
        "DaneIdentyfikacyjne", ThirdPartyIdentification
    )
    address: Address | None = optional("Adres", Address)
    mail_address: Address | None = optional("AdresKoresp", Address)
    contacts: list[Contact] = elements("DaneKontaktowe", Contact, at_most=3)
    role: ThirdPartyRole | None = optional("Rola", Code(ThirdPartyRole))
    _other_role: bool = marks("RolaInna", "role_description")
    role_description: str | None = optional("OpisRoli")
    share: Decimal | None = optional("Udzial", PERCENT)
    customer_number: str | None = optional("NrKlienta")


@model()
class AuthorisedParty:
    """*PodmiotUpowazniony*: bailiff, enforcement authority, tax representative."""

    eori: str | None = optional("NrEORI")
    identification: SellerIdentification = element(
        "DaneIdentyfikacyjne", SellerIdentification
    )
    address: Address = element("Adres", Address)
    mail_address: Address | None = optional("AdresKoresp", Address)
    contacts: list[AuthorisedContact] = elements(
        "DaneKontaktowe", AuthorisedContact, at_most=3
    )
    role: AuthorisedRole = element("RolaPU", Code(AuthorisedRole))
