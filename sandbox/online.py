"""Interactive sessions (*sesja interaktywna*): open, send, close."""

from datetime import timedelta

from . import invoices, judge, sessions
from .clock import iso
from .encryption import decrypt, read_encryption
from .errors import BadRequest
from .limits import session_limits
from .numbers import DOCUMENT, ONLINE
from .routes import WRITERS, empty, json_answer, route
from .schemas import FORMS

LIFETIME = timedelta(hours=12)
# X-KSeF-Feature that has NIPs and internal identifiers in invoices checked, on TEST.
IDENTIFIER_CHECK = "subject-identifier-validation"


def read_form(world, body):
    """The form code of a session (`FA (3)`)."""
    code = body.child("formCode")
    names = ("systemCode", "schemaVersion", "value")
    given = tuple(code.text(name) for name in names)
    for form, (_file, expected) in FORMS.items():
        if given == expected and form in world.schemas.by_form:
            return form
    code.wrong("", "wskazany kod formularza nie jest wspierany.")
    return None


def new_session(call, reference, kind, form, key, vector, until, **more):
    """Store a session.

    One whose key cannot be opened fails (415): an interactive one at once, a batch one
    when it is processed.
    """
    who, now = call.identity, iso(call.now)
    is_open = bool(key) or kind == "Batch"
    feature = call.request.headers.get("X-KSeF-Feature", "")
    call.store.add(
        "sessions",
        id=reference,
        kind=kind,
        context_type=who.context_type,
        context=who.context,
        login_id=who.login,
        subject=who.subject,
        created=now,
        updated=now,
        closed=None if is_open else now,
        valid_until=iso(until),
        form=form,
        key=key,
        iv=vector,
        code=100 if is_open else 415,
        checks_identifiers=IDENTIFIER_CHECK in feature.split(","),
        **more,
    )


@route("POST", "/sessions/online", group="onlineSession", rights=WRITERS)
def open_session(call):
    """Open an interactive session for twelve hours."""
    body = call.body()
    form = read_form(call.world, body)
    key, vector = read_encryption(call.world, body)
    reference, until = call.world.reference(ONLINE), call.now + LIFETIME
    new_session(call, reference, "Online", form, key, vector, until)
    return json_answer({"referenceNumber": reference, "validUntil": iso(until)}, 201)


@route(
    "POST",
    "/sessions/online/<reference>/invoices",
    group="invoiceSend",
    rights=WRITERS,
)
def send(call):
    """Take an encrypted invoice; what becomes of it is told by its state."""
    session = _open(call, "wysyłkę faktur")
    body = call.body()
    digest, size = body.hash("invoiceHash"), body.number("invoiceSize", low=1)
    secret_hash = body.hash("encryptedInvoiceHash")
    secret_size = body.number("encryptedInvoiceSize", low=1)
    content = body.binary("encryptedInvoiceContent")
    offline = body.flag("offlineMode")
    corrects = body.hash("hashOfCorrectedInvoice", required=False)
    if corrects and not offline:
        body.wrong("hashOfCorrectedInvoice", "korekta techniczna wymaga offlineMode.")
    body.done()
    if len(content) != secret_size:
        raise BadRequest(21402, "Długość treści nie zgadza się z rozmiarem pliku.")
    if invoices.sha256(content) != secret_hash:
        raise BadRequest(21403, "Skrót treści nie zgadza się ze skrótem pliku.")
    ordinal = _next_ordinal(call, session)
    _check_correction(call, session, corrects)
    reference = call.world.reference(DOCUMENT)
    invoices.new_document(
        call.world,
        session,
        reference,
        ordinal,
        digest,
        sent=iso(call.now),
        offline=offline,
        corrects=corrects,
    )
    if call.ordered_state:
        refusal = judge.Refused(call.ordered_state, judge.PASSING)
        invoices.refuse(call.world, reference, refusal)
    else:
        _process(call.world, session, reference, content, digest, size)
    call.store.change("sessions", session["id"], updated=iso(call.now))
    return json_answer({"referenceNumber": reference}, 202)


def _open(call, what):
    """:raises BadRequest: 21173, 21180"""
    session = sessions.find(call)
    if session["kind"] != "Online":
        raise BadRequest(21173, f"Sesja {session['id']} nie jest interaktywna.")
    if session["code"] != 100:
        raise BadRequest(21180, f"Status sesji {session['code']} uniemożliwia {what}.")
    return session


def _next_ordinal(call, session):
    """:raises BadRequest: 21155"""
    total = sessions.count(call.world, session["id"])["total"]
    limit = session_limits(call.world, session["context"])["onlineSession"][
        "maxInvoices"
    ]
    if total >= limit:
        raise BadRequest(
            21155,
            f"Sesja o numerze referencyjnym {session['id']} osiągnęła dozwolony limit "
            f"liczby faktur {limit}.",
        )
    return total + 1


def _check_correction(call, session, corrects):
    """A technical correction is for a refused invoice, and once.

    :raises BadRequest: 21166, 21167
    """
    if not corrects:
        return
    done = "SELECT 1 FROM documents WHERE context = ? AND {} = ? AND code = 200"
    if call.store.row(done.format("corrects"), session["context"], corrects):
        raise BadRequest(
            21166, "Faktura posiada już przetworzoną prawidłowo korektę techniczną."
        )
    if call.store.row(done.format("hash"), session["context"], corrects):
        raise BadRequest(
            21167,
            "Nie można wysłać korekty technicznej do prawidłowo przetworzonej faktury.",
        )
    refused = call.store.row(
        "SELECT code FROM documents WHERE context = ? AND hash = ? "
        "ORDER BY rowid DESC LIMIT 1",
        session["context"],
        corrects,
    )
    if not refused or refused["code"] == 410:
        raise BadRequest(21167, "Brak odrzuconej faktury o wskazanym skrócie.")


def _process(world, session, reference, content, digest, size):
    """Decrypt, compare with what was declared, judge."""
    try:
        xml = decrypt(content, session["key"], session["iv"])
    except ValueError:
        invoices.refuse(world, reference, judge.Refused(435))
        return
    if len(xml) != size or invoices.sha256(xml) != digest:
        what = "Skrót lub rozmiar odszyfrowanej faktury nie zgadza się z deklaracją."
        invoices.refuse(world, reference, judge.Refused(430, what))
        return
    invoices.judge_document(world, session, reference, xml)


@route(
    "POST",
    "/sessions/online/<reference>/close",
    group="onlineSessionClose",
    rights=WRITERS,
)
def close(call):
    """Close a session; its collective UPO is made."""
    session = _open(call, "jej zamknięcie")
    if sessions.count(call.world, session["id"])["total"]:
        sessions.close(call.world, session, 170, ordered=call.ordered_state)
    else:
        sessions.close(call.world, session, 440, [sessions.NOTHING_SENT])
    return empty()
