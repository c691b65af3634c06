"""One sent invoice: its state."""

import json

from . import judge, upo

PROCESSING = 150


def status_of(row, ready):
    """`{code, description, details?, extensions?}` of a sent invoice."""
    if not ready:
        code = 100 if row["polls"] == 0 else PROCESSING
        return {"code": code, "description": judge.DESCRIPTIONS[code]}
    found = {"code": row["code"], "description": judge.DESCRIPTIONS[row["code"]]}
    if row["details"]:
        found["details"] = json.loads(row["details"])
    if row["extensions"]:
        found["extensions"] = json.loads(row["extensions"])
    return found


def describe(call, row, ready):
    """A sent invoice as SessionInvoiceStatusResponse."""
    found = {
        "ordinalNumber": row["ordinal"],
        "referenceNumber": row["id"],
        "invoiceHash": row["hash"],
        "invoicingDate": row["sent"],
        "status": status_of(row, ready),
    }
    if row["file_name"]:
        found["invoiceFileName"] = row["file_name"]
    if ready and row["code"] == 200:
        invoice = call.store.get("invoices", row["ksef_number"])
        is_stored = invoice["visible"] <= call.world.now_text()
        link, until = upo.document_link(call, row)
        found |= {
            "invoiceNumber": row["number"],
            "ksefNumber": row["ksef_number"],
            "acquisitionDate": invoice["acquired"],
            "permanentStorageDate": invoice["stored"] if is_stored else None,
            "upoDownloadUrl": link,
            "upoDownloadUrlExpirationDate": until,
            "invoicingMode": row["mode"],
        }
    return found
