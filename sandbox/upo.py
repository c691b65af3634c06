"""UPO 4.3 (*urzędowe poświadczenie odbioru*): built, sealed, handed out."""

from datetime import date

from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, methods
from signxml.xades import XAdESSigner

from . import files
from .clock import WARSAW, parse
from .errors import BadRequest
from .invoices import sha256
from .numbers import UPO
from .routes import SESSION_READERS, file_answer, route
from .schemas import FORMS

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"
RECIPIENT = "Ministerstwo Finansów - środowisko testowe (TE)"
CONTEXTS = {
    "Nip": "Nip",
    "InternalId": "IdWewnetrzny",
    "NipVatUe": "IdZlozonyVatUE",
    "PeppolId": "IdDostawcyUslugPeppol",
}


def _add(parent, name, text=None):
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = None if text is None else str(text)
    return element


def _local(moment):
    """Times in a UPO are Warsaw's, to the millisecond."""
    return parse(moment).astimezone(WARSAW).isoformat(timespec="milliseconds")


def _head(world, session):
    """The part that tells the session and who logged in."""
    root = etree.Element(f"{{{NAMESPACE}}}Potwierdzenie", nsmap={None: NAMESPACE})
    _add(root, "NazwaPodmiotuPrzyjmujacego", RECIPIENT)
    _add(root, "NumerReferencyjnySesji", session["id"])
    login = world.store.get("logins", session["login_id"])
    proof = _add(root, "Uwierzytelnienie")
    context = _add(proof, "IdKontekstu")
    _add(context, CONTEXTS[session["context_type"]], session["context"])
    if login["token_id"]:
        _add(proof, "NumerReferencyjnyTokenaKSeF", login["token_id"])
    else:
        _add(proof, "SkrotDokumentuUwierzytelniajacego", login["document_hash"])
    return root


def _tail(root, session, invoices):
    """The form, and the invoices."""
    _add(
        root, "NazwaStrukturyLogicznej", FORMS[session["form"]][0].replace("s", "S", 1)
    )
    _add(root, "KodFormularza", session["form"])
    for invoice in invoices:
        document = _add(root, "Dokument")
        _add(document, "NipSprzedawcy", invoice["seller"])
        _add(document, "NumerKSeFDokumentu", invoice["id"])
        _add(document, "NumerFaktury", invoice["number"])
        _add(document, "DataWystawieniaFaktury", date.fromisoformat(invoice["issued"]))
        _add(document, "DataPrzeslaniaDokumentu", _local(invoice["invoicing"]))
        _add(document, "DataNadaniaNumeruKSeF", _local(invoice["acquired"]))
        _add(document, "SkrotDokumentu", invoice["hash"])
        _add(document, "TrybWysylki", invoice["mode"])


def _seal(world, root):
    """Sign as the Ministry does; the bytes of the document."""
    signer = XAdESSigner(
        method=methods.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    authority = world.authority
    signed = signer.sign(root, key=authority.seal_key, cert=[authority.seal])
    return etree.tostring(signed, xml_declaration=True, encoding="utf-8")


def _invoices(world, session, page=None):
    """Accepted invoices of a session, or of one page of its UPO."""
    size = world.knobs["upo_page_size"]
    limit = (size, (page - 1) * size) if page else (-1, 0)
    return world.store.rows(
        "SELECT invoices.* FROM documents JOIN invoices ON invoices.id = ksef_number "
        "WHERE documents.session_id = ? AND code = 200 ORDER BY ordinal "
        "LIMIT ? OFFSET ?",
        session["id"],
        *limit,
    )


def content(world, reference):
    """The document of a UPO, made at the first request and kept for good."""
    row = world.store.get("upos", reference)
    if row["xml"]:
        return row["xml"]
    session = world.store.get("sessions", row["session_id"])
    root = _head(world, session)
    if row["document_id"]:
        document = world.store.get("documents", row["document_id"])
        found = [world.store.get("invoices", document["ksef_number"])]
    else:
        found = _invoices(world, session, row["page"])
        _describe(world, root, session, row["page"], len(found))
    _tail(root, session, found)
    xml = _seal(world, root)
    world.store.change("upos", reference, xml=xml)
    return xml


def _describe(world, root, session, page, count):
    total = len(_invoices(world, session))
    size = world.knobs["upo_page_size"]
    part = _add(root, "OpisPotwierdzenia")
    _add(part, "Strona", page)
    _add(part, "LiczbaStron", -(-total // size))
    _add(part, "ZakresDokumentowOd", (page - 1) * size + 1)
    _add(part, "ZakresDokumentowDo", (page - 1) * size + count)
    _add(part, "CalkowitaLiczbaDokumentow", total)


def of_document(world, document):
    """Reference number of the UPO of one accepted invoice."""
    row = world.store.row("SELECT id FROM upos WHERE document_id = ?", document["id"])
    if row:
        return row["id"]
    reference = world.reference(UPO)
    session = document["session_id"]
    world.store.add(
        "upos", id=reference, session_id=session, document_id=document["id"]
    )
    return reference


def _link(call, session, reference):
    return files.link(call, f"00/{session.lower()}/upo/{reference}.xml")


def document_link(call, document):
    """(address without a token, when it expires) of the UPO of an invoice."""
    return _link(call, document["session_id"], of_document(call.world, document))


def pages(call, session):
    """Pages of the collective UPO as the session's status lists them."""
    rows = call.store.rows(
        "SELECT id FROM upos WHERE session_id = ? AND page IS NOT NULL ORDER BY page",
        session["id"],
    )
    found = []
    for row in rows:
        address, until = _link(call, session["id"], row["id"])
        found.append(
            {
                "referenceNumber": row["id"],
                "downloadUrl": address,
                "downloadUrlExpirationDate": until,
            }
        )
    return found


@route(
    "GET",
    "/storage/00/<session>/upo/<reference>.xml",
    token=None,
    group=None,
    prefix="",
)
def download(call):
    """A UPO by its pre-signed address."""
    try:
        files.check(call)
    except files.LinkRefused as error:
        return files.refused(error)
    xml = content(call.world, call.args["reference"])
    return file_answer(xml, sha256(xml))


def _answer(call, where, value, what):
    """The UPO of an accepted invoice of the caller's session.

    :raises BadRequest: 21178
    """
    document = call.store.row(
        f"SELECT * FROM documents WHERE session_id = ? AND context = ? AND {where} = ? "
        "AND code = 200",
        call.args["reference"],
        call.identity.context,
        value,
    )
    if not document or not call.world.is_ready(document, document["sent"]):
        raise BadRequest(
            21178,
            f"UPO o {what} {value} i numerze referencyjnym sesji "
            f"{call.args['reference']} nie zostało znalezione.",
        )
    xml = content(call.world, of_document(call.world, document))
    return file_answer(xml, sha256(xml))


@route(
    "GET",
    "/sessions/<reference>/invoices/ksef/<number>/upo",
    group="sessionMisc",
    rights=SESSION_READERS,
)
def by_number(call):
    """UPO of an invoice by its KSeF number."""
    return _answer(call, "ksef_number", call.args["number"], "numerze KSeF")


@route(
    "GET",
    "/sessions/<reference>/invoices/<document_reference>/upo",
    group="sessionMisc",
    rights=SESSION_READERS,
)
def by_reference(call):
    """UPO of an invoice by its reference number."""
    value = call.args["document_reference"]
    return _answer(call, "id", value, "numerze referencyjnym")


@route(
    "GET",
    "/sessions/<reference>/upo/<upo_reference>",
    group="sessionMisc",
    rights=SESSION_READERS,
)
def collective(call):
    """A page of the collective UPO."""
    session, reference = call.args["reference"], call.args["upo_reference"]
    row = call.store.row(
        "SELECT upos.id FROM upos JOIN sessions ON sessions.id = session_id "
        "WHERE upos.id = ? AND session_id = ? AND context = ? AND page IS NOT NULL",
        reference,
        session,
        call.identity.context,
    )
    if not row:
        raise BadRequest(
            21178,
            f"UPO o numerze referencyjnym {reference} dla sesji {session} nie zostało "
            "znalezione.",
        )
    xml = content(call.world, reference)
    return file_answer(xml, sha256(xml))
