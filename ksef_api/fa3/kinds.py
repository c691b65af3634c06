"""The closed lists of FA(3). A member is its code: `InvoiceKind.SALE == "VAT"`."""

from enum import Enum


class InvoiceKind(str, Enum):
    """*RodzajFaktury*."""

    SALE = "VAT"
    CORRECTION = "KOR"
    ADVANCE = "ZAL"
    SETTLEMENT = "ROZ"  # after advances, art. 106f(3)
    SIMPLIFIED = "UPR"  # art. 106e(5)(3): up to 450 PLN, buyer known by NIP alone
    ADVANCE_CORRECTION = "KOR_ZAL"
    SETTLEMENT_CORRECTION = "KOR_ROZ"

    @property
    def is_correction(self):
        """Whether it corrects another invoice."""
        return self.value.startswith("KOR")

    @property
    def is_advance(self):
        """Whether it documents money received before the supply."""
        return self.value.endswith("ZAL")


class Rate(str, Enum):
    """*P_12*, *TStawkaPodatku*."""

    VAT_23 = "23"
    VAT_22 = "22"
    VAT_8 = "8"
    VAT_7 = "7"
    VAT_5 = "5"
    TAXI_4 = "4"
    TAXI_3 = "3"
    ZERO_DOMESTIC = "0 KR"
    ZERO_EU = "0 WDT"
    ZERO_EXPORT = "0 EX"
    EXEMPT = "zw"
    REVERSE_CHARGE = "oo"
    ABROAD = "np I"
    EU_SERVICE = "np II"  # art. 100(1)(4)
    LEGACY_ZERO = "0"  # FA(2) only
    LEGACY_NOT_TAXED = "np"  # FA(2) only


LEGACY_RATES = (Rate.LEGACY_ZERO, Rate.LEGACY_NOT_TAXED)


class MarginScheme(str, Enum):
    """The mark of the margin procedure, art. 119 and 120: element names."""

    TRAVEL = "P_PMarzy_2"
    SECOND_HAND = "P_PMarzy_3_1"
    ART = "P_PMarzy_3_2"
    ANTIQUES = "P_PMarzy_3_3"


class Procedure(str, Enum):
    """*TOznaczenieProcedury*: procedure marks of JPK_V7 on a line."""

    WSTO_EE = "WSTO_EE"
    IED = "IED"
    TT_D = "TT_D"
    I_42 = "I_42"
    I_63 = "I_63"
    B_SPV = "B_SPV"
    B_SPV_DOSTAWA = "B_SPV_DOSTAWA"
    B_MPV_PROWIZJA = "B_MPV_PROWIZJA"


# Orders (advance invoices) do not know the import procedures: *TOznaczenieProceduryZ*.
IMPORT_PROCEDURES = (Procedure.I_42, Procedure.I_63)

# *TGTU*: groups of goods and services of JPK_V7, GTU_01 to GTU_13.
Gtu = Enum("Gtu", {f"GTU_{n:02}": f"GTU_{n:02}" for n in range(1, 14)}, type=str)


class CorrectionEffect(str, Enum):
    """*TypKorekty*: when the correction counts for VAT."""

    ORIGINAL_DATE = "1"
    CORRECTION_DATE = "2"
    OTHER_DATE = "3"


class PaymentMethod(str, Enum):
    """*TFormaPlatnosci*."""

    CASH = "1"
    CARD = "2"
    VOUCHER = "3"
    CHEQUE = "4"
    CREDIT = "5"
    TRANSFER = "6"
    MOBILE = "7"


class PartialPayment(str, Enum):
    """*ZnacznikZaplatyCzesciowej*: paid by instalments, in part or by now in whole."""

    IN_PART = "1"
    IN_WHOLE = "2"


class BankOwnAccount(str, Enum):
    """*TRachunekWlasnyBanku*: what a bank's own account is used for, art. 106e(5)."""

    RECEIVABLES = "1"
    COLLECTION = "2"
    OWN_HOUSEKEEPING = "3"


class SellerStatus(str, Enum):
    """*TStatusInfoPodatnika*."""

    LIQUIDATION = "1"
    RESTRUCTURING = "2"
    BANKRUPTCY = "3"
    INHERITED_ENTERPRISE = "4"


class AuthorisedRole(str, Enum):
    """*TRolaPodmiotuUpowaznionego*."""

    ENFORCEMENT_AUTHORITY = "1"
    BAILIFF = "2"
    TAX_REPRESENTATIVE = "3"


class ThirdPartyRole(str, Enum):
    """*TRolaPodmiotu3*."""

    FACTOR = "1"
    RECEIVER = "2"
    ORIGINAL_ENTITY = "3"
    ADDITIONAL_BUYER = "4"
    ISSUER = "5"
    PAYER = "6"
    LOCAL_GOVERNMENT_ISSUER = "7"
    LOCAL_GOVERNMENT_RECEIVER = "8"
    VAT_GROUP_ISSUER = "9"
    VAT_GROUP_RECEIVER = "10"
    EMPLOYEE = "11"


class TransportKind(str, Enum):
    """*TRodzajTransportu*."""

    SEA = "1"
    RAIL = "2"
    ROAD = "3"
    AIR = "4"
    POST = "5"
    FIXED_INSTALLATION = "7"
    INLAND_WATERWAY = "8"


class Cargo(str, Enum):
    """*TLadunek*: how the goods are packed."""

    CHURN = "1"
    BARREL = "2"
    CYLINDER = "3"
    CARTON = "4"
    CANISTER = "5"
    CAGE = "6"
    CONTAINER = "7"
    BASKET = "8"
    PUNNET = "9"
    COLLECTIVE_PACKAGING = "10"
    PARCEL = "11"
    PACKET = "12"
    PALLET = "13"
    RECEPTACLE = "14"
    BULK_SOLID_CONTAINER = "15"
    BULK_LIQUID_CONTAINER = "16"
    BOX = "17"
    CAN = "18"
    CRATE = "19"
    SACK = "20"


class ColumnKind(str, Enum):
    """*Typ* of a column in an attachment's table."""

    DATE = "date"
    DATETIME = "datetime"
    DECIMAL = "dec"
    INTEGER = "int"
    TIME = "time"
    TEXT = "txt"
