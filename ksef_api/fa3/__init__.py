"""FA(3), the invoice of KSeF: one model of dataclasses, written and read.

Source: schemat_FA(3)_v1-0E.xsd (2025/06/25/13775) of the Ministry of Finance.
"""

from .annotations import (
    Aircraft,
    Annotations,
    Exemption,
    LandVehicle,
    Margin,
    NewVehicle,
    NewVehicles,
    NewVehicleSupply,
    Vessel,
)
from .attachment import (
    Attachment,
    Column,
    DataBlock,
    Footer,
    FooterNote,
    MetaData,
    Registry,
    Table,
    TableHeader,
    TableMetaData,
    TableRow,
    TableSum,
    TextBlock,
)
from .check import check, examine
from .correction import (
    AdvanceInvoice,
    AdvancePayment,
    BuyerBefore,
    CorrectedInvoice,
    Correction,
    SellerBefore,
)
from .faults import Fault
from .glance import due_date
from .kinds import (
    AuthorisedRole,
    BankOwnAccount,
    Cargo,
    ColumnKind,
    CorrectionEffect,
    Gtu,
    InvoiceKind,
    MarginScheme,
    PartialPayment,
    PaymentMethod,
    Procedure,
    Rate,
    SellerStatus,
    ThirdPartyRole,
    TransportKind,
)
from .lines import Line, Order, OrderLine
from .model import Body, Header, Invoice, Note, Period
from .names import FA2, FA3
from .parties import (
    Address,
    AuthorisedContact,
    AuthorisedParty,
    Buyer,
    Contact,
    EuVat,
    Identification,
    OtherId,
    Seller,
    SellerIdentification,
    ThirdParty,
    ThirdPartyIdentification,
)
from .payment import (
    Adjustment,
    BankAccount,
    CashDiscount,
    Due,
    DueRule,
    Instalment,
    Payment,
    Settlement,
)
from .places import fields_of
from .rates import ALL_SUMS, MARGIN, OSS, RATES, RateRule, Sums, summary, sums_of
from .reader import ReadResult, Unknown, read
from .rounding import GROSZ, spread, to_grosz
from .schema import Schema, find_schema
from .transport import Carrier, Contract, PurchaseOrder, Terms, Transport
from .writer import write
