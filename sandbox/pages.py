"""The pages behind the QR codes (*KOD I*, *KOD II*), on the QR host."""

import base64
import binascii
from datetime import datetime
from html import escape

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from werkzeug.wrappers import Response

from . import registry
from .auth_request import CONTEXTS
from .grants import authorizations, rights
from .routes import route

OPEN = {"token": None, "group": None, "prefix": ""}
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
PAGE = """<!DOCTYPE html>
<html lang="pl"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main data-result="{result}"><h1>{title}</h1><p>{text}</p>
<dl>{facts}</dl></main></body></html>
"""


def _page(result, title, text, facts=()):
    """A page for people; `data-result` is for tests."""
    listed = "".join(f"<dt>{escape(k)}</dt><dd>{escape(str(v))}</dd>" for k, v in facts)
    content = PAGE.format(
        result=result, title=escape(title), text=escape(text), facts=listed
    )
    return Response(content, 200, mimetype="text/html")


def _unb64(text):
    """Bytes of base64url without padding; None when it is none."""
    try:
        return base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
    except (ValueError, binascii.Error):
        return None


@route("GET", "/invoice/<nip>/<day>/<digest>", **OPEN)
def invoice(call):
    """KOD I: whether an invoice is in KSeF."""
    title, digest = "Weryfikacja faktury", _unb64(call.args["digest"])
    try:
        issued = datetime.strptime(call.args["day"], "%d-%m-%Y").date().isoformat()
    except ValueError:
        issued = None
    if not digest or len(digest) != 32 or not issued:
        return _page("malformed", title, "Link jest nieprawidłowy.")
    digest = base64.b64encode(digest).decode()
    row, result = _find(call.store, digest, call.args["nip"], issued)
    if row is None:
        return _page(
            "not-found", title, "Faktury nie ma w KSeF albo została zmieniona."
        )
    facts = [
        ("Numer KSeF", row["id"]),
        ("Numer faktury", row["number"]),
        ("Data wystawienia", row["issued"]),
        ("NIP sprzedawcy", row["seller"]),
        ("Kwota brutto", f"{row['gross']:.2f}"),
    ]
    text = {
        "found": "Faktura znajduje się w KSeF.",
        "corrected": "Faktura pierwotna została technicznie poprawiona.",
    }[result]
    return _page(result, title, text, facts)


def _find(store, digest, nip, issued):
    """The invoice of a link, and whether it was found itself or its correction."""
    where = "seller = ? AND issued = ? AND hash = ?"
    row = store.row(f"SELECT * FROM invoices WHERE {where}", nip, issued, digest)
    if row:
        return row, "found"
    row = store.row(
        "SELECT invoices.* FROM documents JOIN invoices ON invoices.id = ksef_number "
        "WHERE corrects = ? AND code = 200 AND seller = ? AND invoices.issued = ?",
        digest,
        nip,
        issued,
    )
    return row, "corrected"


@route(
    "GET",
    "/certificate/<context_type>/<context>/<nip>/<certificate>/<digest>/<signature>",
    **OPEN,
)
def certificate(call):
    """KOD II: whether the issuer of an offline invoice is who it says."""
    title, args = "Weryfikacja certyfikatu wystawcy", call.args
    signature, digest = _unb64(args["signature"]), _unb64(args["digest"])
    if args["context_type"] not in CONTEXTS or not signature or not digest:
        return _page("malformed", title, "Link jest nieprawidłowy.")
    row = call.store.get("certificates", args["certificate"])
    for result, text, is_so in (
        ("no-certificate", "Certyfikat nie istnieje.", not row),
        ("not-active", "Certyfikat nie jest ważny.", row and not _is_active(call, row)),
        ("not-offline", "Certyfikat nie jest typu Offline.", row and not _offline(row)),
        (
            "bad-signature",
            "Podpis jest nieprawidłowy.",
            row and not _is_signed(call, row, signature),
        ),
        (
            "no-right",
            "Wystawca nie ma uprawnień.",
            row and not _may_issue(call.store, row, args),
        ),
    ):
        if is_so:
            return _page(result, title, text)
    return _page(
        "verified", title, "Wystawca jest potwierdzony.", [("NIP", args["nip"])]
    )


def _is_active(call, row):
    return registry.status_of(call.world, row) == "Active"


def _offline(row):
    return row["usage"] == "Offline"


def _is_signed(call, row, signature):
    """The signature is over the address without scheme, up to the hash."""
    path = call.request.path.rsplit("/", 1)[0]
    signed = f"{call.request.host}{path}".encode("ascii", "replace")
    key = x509.load_der_x509_certificate(row["der"]).public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(signature), signed, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, signed, PSS, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _der(signature):
    """ECDSA may come as R||S or as DER; 64 bytes are R||S."""
    if len(signature) != 64:
        return signature
    numbers = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    return utils.encode_dss_signature(*numbers)


def _may_issue(store, row, args):
    """The subject may write in the context, and the context for the seller."""
    context = args["context"]
    found = rights(
        store, (args["context_type"], context), (row["subject_type"], row["subject"])
    )
    if "InvoiceWrite" not in found:
        return False
    granted = authorizations(store, args["nip"], ("Nip", context[:10]))
    return args["nip"] == context[:10] or bool(granted)
