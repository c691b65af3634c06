"""What stands in requests that grant permissions: subjects and their details."""

from .numbers import FINGERPRINT, INTERNAL_ID, NIP, PEPPOL_ID, PESEL

PATTERNS = {
    "Nip": NIP,
    "Pesel": PESEL,
    "Fingerprint": FINGERPRINT,
    "InternalId": INTERNAL_ID,
    "PeppolId": PEPPOL_ID,
}
PEOPLE = ("Nip", "Pesel", "Fingerprint")
BY_ID, BY_PRINT_ID = "PersonByIdentifier", "PersonByFingerprintWithIdentifier"
BY_PRINT = "PersonByFingerprintWithoutIdentifier"
ENTITY_ID, ENTITY_PRINT = "EntityByIdentifier", "EntityByFingerprint"
MEMBERS = {
    BY_ID: "personById",
    BY_PRINT_ID: "personByFpWithId",
    BY_PRINT: "personByFpNoId",
    ENTITY_PRINT: "entityByFp",
}


def identifier(body, name, kinds, required=True, empty=()):
    """(type, identifier) of an object `{type, value}`; None when it is not there.

    :param empty: types that have no value
    """
    if not required and not body.has(name):
        return None
    part = body.child(name)
    kind = part.choice("type", kinds)
    if kind in empty:
        return kind, ""
    return kind, part.text("value", low=1, pattern=PATTERNS.get(kind))


def description(body):
    """Why it is granted."""
    return body.text("description", low=5, high=256)


def permissions(body, choices):
    """The rights to be given; each of them once."""
    found = body.choices("permissions", choices)
    if not found or len(set(found)) < len(found):
        body.wrong("permissions", "każda wartość może wystąpić tylko raz.")
    return found


def entity(body):
    """Details of a company, as the lists show them."""
    name = body.child("subjectDetails").text("fullName", low=5, high=90)
    return {"subjectDetailsType": ENTITY_ID, "fullName": name}


def person(body, subject, kinds=(BY_ID, BY_PRINT_ID, BY_PRINT)):
    """Details of a person (or of a company by its seal), as the lists show them.

    :param subject: (type, identifier): a certificate has other details than a number
    """
    part = body.child("subjectDetails")
    kind = part.choice("subjectDetailsType", kinds)
    if kind is None:
        return None
    is_print = bool(subject) and subject[0] == "Fingerprint"
    if is_print is (kind == BY_ID):
        body.wrong("subjectDetails.subjectDetailsType", "nie pasuje do identyfikatora.")
    told = part.child(MEMBERS[kind])
    if kind == ENTITY_PRINT:
        return {
            "subjectDetailsType": kind,
            "fullName": told.text("fullName", high=100),
            "address": told.text("address", high=512),
        }
    found = {
        "subjectDetailsType": kind,
        "firstName": told.text("firstName", low=2, high=30),
        "lastName": told.text("lastName", low=2, high=81),
    }
    if kind == BY_PRINT_ID:
        who = identifier(told, "identifier", ("Pesel", "Nip"))
        found["personIdentifier"] = {"type": who[0], "value": who[1]}
    if kind == BY_PRINT:
        found["birthDate"] = told.day("birthDate")
        document = told.child("idDocument")
        found["idDocument"] = {
            "type": document.text("type", high=20),
            "number": document.text("number", high=20),
            "country": document.text("country", pattern="[A-Z]{2}"),
        }
    return found
