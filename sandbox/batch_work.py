"""What happens to the package of a batch session after it was closed."""

import json

from . import archives, invoices, judge
from .encryption import decrypt
from .limits import session_limits
from .numbers import DOCUMENT

CHUNK = 50


class Failed(Exception):
    """The whole package is refused, with the status code of the session."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def process(world, session_id):
    """Open the package and judge its invoices; can be begun again after a stop."""
    store = world.store
    session = store.get("sessions", session_id)
    if session is None:
        # The control port ordered a reset meanwhile.
        return
    package = json.loads(session["package"])
    try:
        _take(world, session, _archive(store, session, package), package["kind"])
    except Failed as failure:
        package["failure"] = failure.code
    package["done"] = True
    with store.transaction():
        store.run("UPDATE parts SET content = NULL WHERE session_id = ?", session_id)
        store.change("sessions", session_id, package=json.dumps(package))


def resume(world):
    """Go on with what a killed process left."""
    for row in world.store.rows("SELECT * FROM sessions WHERE code = 150"):
        if not row["ordered"] and not json.loads(row["package"])["done"]:
            process(world, row["id"])


def _archive(store, session, package):
    """The plain archive out of its encrypted parts.

    :raises Failed: 405 a part, 415 the key, 430 the archive, 435 decryption
    """
    if session["key"] is None:
        raise Failed(415)
    plain = bytearray()
    for row in store.rows(
        "SELECT * FROM parts WHERE session_id = ? ORDER BY ordinal", session["id"]
    ):
        if invoices.sha256(row["content"]) != row["hash"]:
            raise Failed(405)
        try:
            plain += decrypt(row["content"], session["key"], session["iv"])
        except ValueError as error:
            raise Failed(435) from error
    if len(plain) != package["size"] or invoices.sha256(plain) != package["hash"]:
        raise Failed(430)
    return bytes(plain)


def _take(world, session, archive, kind):
    """Judge the files, a few in each transaction.

    :raises Failed: 420, 430
    """
    limits = session_limits(world, session["context"])["batchSession"]
    try:
        listed = list(archives.files(archive, kind))
    except archives.BadArchive as error:
        raise Failed(430) from error
    if len(listed) > limits["maxInvoices"]:
        raise Failed(420)
    known = {
        row["ordinal"]
        for row in world.store.rows(
            "SELECT ordinal FROM documents WHERE session_id = ?", session["id"]
        )
    }
    todo = [
        (ordinal, name, xml)
        for ordinal, (name, xml) in enumerate(listed, 1)
        if ordinal not in known
    ]
    for start in range(0, len(todo), CHUNK):
        # The schema takes most of the time, and needs no lock on the store.
        checked = [
            (item, _checked(world, item[2], session["form"], limits))
            for item in todo[start : start + CHUNK]
        ]
        with world.store.transaction():
            for (ordinal, name, xml), result in checked:
                _keep(world, session, ordinal, name, xml, result)


def _checked(world, xml, form, limits):
    try:
        return judge.check_file(world, xml, form, limits)
    except judge.Refused as refusal:
        return refusal


def _keep(world, session, ordinal, name, xml, result):
    reference = world.reference(DOCUMENT)
    invoices.new_document(
        world,
        session,
        reference,
        ordinal,
        invoices.sha256(xml),
        file_name=name[:128],
        sent=session["created"],
        offline=session["offline"],
    )
    invoices.judge_document(world, session, reference, xml, result)
