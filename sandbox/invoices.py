"""KSeF's repository of invoices: taking them in, and describing them."""

import base64
import hashlib
import json
from datetime import timedelta

from . import judge, numbers
from .clock import iso, parse, warsaw_day
from .schemas import FORMS

# Permanent storage always comes after acceptance.
STORAGE = timedelta(microseconds=1)


def sha256(content):
    """SHA-256 in base64, as KSeF writes hashes."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def new_document(world, session, reference, ordinal, digest, **more):
    """Note an invoice that was sent; `judge_document` decides on it."""
    world.store.add(
        "documents",
        id=reference,
        session_id=session["id"],
        context=session["context"],
        ordinal=ordinal,
        hash=digest,
        **more,
    )


def judge_document(world, session, reference, xml, checked=None):
    """Accept or refuse a sent invoice, and note which.

    :param checked: `fa.Document` or `Refused`, when `check_file` ran before
    """
    row = world.store.get("documents", reference)
    sending = judge.Sending(
        form=session["form"],
        # A unit (InternalId) stands for the company that it is a part of.
        context=session["context"][:10],
        is_batch=session["kind"] == "Batch",
        is_correction=bool(row["corrects"]),
        checks_identifiers=bool(session["checks_identifiers"]),
        moment=parse(row["sent"]),
    )
    try:
        if isinstance(checked, judge.Refused):
            raise checked
        accepted = judge.judge(world, xml, sending, checked)
    except judge.Refused as refusal:
        refuse(world, reference, refusal)
        return
    if row["offline"]:
        accepted.mode = "Offline"
    number = keep(world, xml, accepted, sending, row)
    world.store.change(
        "documents",
        reference,
        code=200,
        number=accepted.document.number,
        ksef_number=number,
        mode=accepted.mode,
    )


def refuse(world, reference, refusal):
    """Note why an invoice was not accepted."""
    extensions = {key: value for key, value in refusal.extensions.items() if value}
    world.store.change(
        "documents",
        reference,
        code=refusal.code,
        details=json.dumps(list(refusal.details), ensure_ascii=False),
        extensions=json.dumps(extensions) if extensions else None,
    )


def issue(world, xml, form="FA (3)", delay=0, appears=0):
    """A supplier issues an invoice with other software.

    :param delay: seconds till permanent storage
    :param appears: seconds more till it shows, although its storage date is earlier;
        the high-water mark waits for it
    :returns: KSeF number
    :raises judge.Refused: it is not accepted
    """
    sending = judge.Sending(form, moment=world.clock.now())
    accepted = judge.judge(world, xml, sending)
    return keep(world, xml, accepted, sending, delay=delay, appears=appears)


def keep(world, xml, accepted, sending, row=None, delay=0, appears=0):
    """Store an accepted invoice; returns its KSeF number."""
    document, now = accepted.document, world.clock.now()
    number = numbers.ksef_number(document.seller, warsaw_day(now))
    delay = max(delay, world.knobs["storage_delay_seconds"])
    stored = now + STORAGE + timedelta(seconds=delay)
    metadata = {
        **document.metadata,
        "formCode": dict(
            zip(
                ("systemCode", "schemaVersion", "value"),
                FORMS[sending.form][1],
                strict=True,
            )
        ),
        "isSelfInvoicing": document.is_self_invoicing,
        "hasAttachment": document.has_attachment,
        "hashOfCorrectedInvoice": row["corrects"] if row else None,
    }
    world.store.add(
        "invoices",
        id=number,
        session_id=row["session_id"] if row else None,
        document_id=row["id"] if row else None,
        seller=document.seller,
        type=document.type,
        number=document.number,
        issued=document.issued.isoformat(),
        invoicing=row["sent"] if row else iso(now),
        acquired=iso(now),
        stored=iso(stored),
        visible=iso(stored + timedelta(seconds=appears)),
        mode=accepted.mode,
        hash=sha256(xml),
        gross=float(document.gross),
        net=float(document.net),
        vat=float(document.vat),
        metadata=json.dumps(metadata, ensure_ascii=False),
        xml=xml,
    )
    for role, nip in document.parties:
        world.store.add("parties", invoice_id=number, role=role, nip=nip)
    return number


def describe(row):
    """An invoice as InvoiceMetadata."""
    return {
        "ksefNumber": row["id"],
        "invoiceNumber": row["number"],
        "issueDate": row["issued"],
        "invoicingDate": row["invoicing"],
        "acquisitionDate": row["acquired"],
        "permanentStorageDate": row["stored"],
        "netAmount": row["net"],
        "grossAmount": row["gross"],
        "vatAmount": row["vat"],
        "invoicingMode": row["mode"],
        "invoiceType": row["type"],
        "invoiceHash": row["hash"],
        **json.loads(row["metadata"]),
    }
