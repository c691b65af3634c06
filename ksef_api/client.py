"""The client of KSeF API 2.x: one method per endpoint, in groups.

    with KsefClient(TEST) as client:
        challenge = client.challenge()
        signed = xades.sign(auth_token_request(challenge.challenge, nip), certificate)
        operation = client.authenticate_xades(signed)

No method waits, repeats or sleeps: what to do after a 429 or a lost answer is decided
by whoever keeps the state. What its callers need to speak to it is importable here too.
"""

from .client_auth import AuthCalls
from .client_batch import BatchCalls
from .client_certificates import CertificateCalls
from .client_collective import CollectiveCalls
from .client_context import ContextCalls
from .client_export import ExportCalls
from .client_invoices import InvoiceCalls
from .client_permissions import PermissionCalls
from .client_sessions import SessionCalls
from .invoice_types import (
    AUTHORIZED,
    BUYER,
    INVOICING,
    ISSUE,
    LONGEST_RANGE,
    PERMANENT_STORAGE,
    SELLER,
    THIRD,
    InvoiceMetadata,
    InvoicePage,
    InvoiceQuery,
    InvoiceStatus,
    OpenSession,
    SessionStatus,
    SessionSummary,
    UpoPage,
)
from .keys import choose_key
from .types import (
    FA3,
    USAGE_SYMMETRIC,
    USAGE_TOKEN,
    AuthOperation,
    AuthSession,
    Challenge,
    Download,
    EncryptionInfo,
    FormCode,
    KsefToken,
    PublicKey,
    Status,
    Token,
    TokenPair,
)

__all__ = [
    "AUTHORIZED",
    "BUYER",
    "FA3",
    "INVOICING",
    "ISSUE",
    "LONGEST_RANGE",
    "PERMANENT_STORAGE",
    "SELLER",
    "THIRD",
    "USAGE_SYMMETRIC",
    "USAGE_TOKEN",
    "AuthOperation",
    "AuthSession",
    "Challenge",
    "Download",
    "EncryptionInfo",
    "FormCode",
    "InvoiceMetadata",
    "InvoicePage",
    "InvoiceQuery",
    "InvoiceStatus",
    "KsefClient",
    "KsefToken",
    "OpenSession",
    "PublicKey",
    "SessionStatus",
    "SessionSummary",
    "Status",
    "Token",
    "TokenPair",
    "UpoPage",
    "choose_key",
]


class KsefClient(
    AuthCalls,
    SessionCalls,
    BatchCalls,
    InvoiceCalls,
    ExportCalls,
    CertificateCalls,
    ContextCalls,
    CollectiveCalls,
    PermissionCalls,
):
    """All calls to one environment; a context manager. See `calls.Calls` for options.

    Calls that need a login use the `access_token` given here.
    """
