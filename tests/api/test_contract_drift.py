"""Drift watch: whatever the client rests on stands in KSeF's contract.

The next contract is a change of one pinned package (`tools/references.py`), and of what
then turns red here; `docs/ksef.md` tells what was checked against which version.
"""

import inspect
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "sandbox"))

import contract_answers as answers  # noqa: E402
from contract import Contract  # noqa: E402
from contract_answers import ContractTransport  # noqa: E402

from ksef_api import batch, environment, errors, limits, permission  # noqa: E402
from ksef_api.calls import Calls  # noqa: E402
from ksef_api.client import (  # noqa: E402
    BUYER,
    FA3,
    PERMANENT_STORAGE,
    EncryptionInfo,
    InvoiceQuery,
    KsefClient,
)
from ksef_api.collective import CollectiveMember  # noqa: E402
from ksef_api.crypto import new_session_key  # noqa: E402
from ksef_api.permission import Identifier, Person  # noqa: E402
from ksef_api.types import Challenge  # noqa: E402
from sandbox.errors import DESCRIPTIONS, FORBIDDEN  # noqa: E402
from tools import references  # noqa: E402

DOCUMENT = references.contract()
PAGE = (ROOT / "docs" / "ksef.md").read_text()
REFERENCE = "20261121-SO-0123456789-0123456789-AB"
NUMBER = "5265877635-20260101-0123456789AB-CD"
NIP, NOW = "5265877635", datetime(2026, 11, 21, tzinfo=timezone.utc)
QUERY = InvoiceQuery(BUYER, PERMANENT_STORAGE, NOW, NOW, restrict_to_hwm=True)
KEY = EncryptionInfo("QUJD", "QUJD", "x" * 44)
PERSON, ANNA = Identifier("Pesel", "85010112345"), Person("Anna", "Nowak")
CLIENT = Identifier("Nip", NIP)
CHALLENGE = Challenge("x", 1, None, NOW)
PACKAGE = batch.BatchPackage(
    5, "QUJD", batch.TAR_GZ, 1, [batch.BatchPart(1, Path(__file__), 5, "QUJD")]
)
# How each call is made; a new one must be added.
ARGUMENTS = {
    "authenticate_token": (CHALLENGE, NIP, "secret", None),
    "authenticate_xades": (b"<x/>", True),
    "auth_status": (REFERENCE, "token"),
    "redeem": ("token",),
    "refresh": ("token",),
    "revoke": (REFERENCE,),
    "open_session": (FA3, KEY),
    "send_invoice": (REFERENCE, b"<x/>", new_session_key(), True, "QUJD"),
    "close_session": (REFERENCE,),
    "session_status": (REFERENCE,),
    "session_invoices": (REFERENCE,),
    "invoice_status": (REFERENCE, REFERENCE),
    "sessions": ("Online", NOW, NOW, ("Failed",)),
    "invoice_upo": (REFERENCE, REFERENCE),
    "upo_by_number": (REFERENCE, NUMBER),
    "session_upo": (REFERENCE, REFERENCE),
    "upo_from_url": ("https://api-test.ksef.mf.gov.pl/x",),
    "open_batch": (FA3, KEY, PACKAGE, True),
    "close_batch": (REFERENCE,),
    "query_invoices": (QUERY,),
    "download_invoice": (NUMBER,),
    "start_export": (QUERY, KEY, True, batch.ZIP),
    "export_status": (REFERENCE,),
    "enrol": ("My certificate", "Offline", "QUJD", NOW),
    "enrolment_status": (REFERENCE,),
    "retrieve_certificates": (["0123456789ABCDEF"],),
    "revoke_certificate": ("0123456789ABCDEF",),
    "create_ksef_token": (["InvoiceRead"], "for the tests"),
    "ksef_tokens": (("Active",),),
    "ksef_token": (REFERENCE,),
    "revoke_ksef_token": (REFERENCE,),
    "create_collective_identifier": ([CollectiveMember(NUMBER, 1, "PLN", "x")] * 2,),
    "collective_identifiers": (NOW, NOW, "x" * 35, True),
    "collective_identifiers_of": (NUMBER,),
    "collective_invoices": (["1111111111-IZ202607-65ED02180000-E7"],),
    "grant_person": (PERSON, permission.OF_PERSONS, ANNA, "for the tests"),
    "grant_entity": (NIP, {"InvoiceRead": True}, "Biuro", "for the tests"),
    "grant_authorization": (CLIENT, "SelfInvoicing", "Firma", "test"),
    "grant_indirect": (PERSON, permission.OF_ENTITIES, ANNA, "test", CLIENT),
    "revoke_grant": ("0" * 36,),
    "revoke_authorization": ("0" * 36,),
    "permission_operation": (REFERENCE,),
    "authorization_grants": ("Granted",),
}
# One reader serves several lists: what it reads that these lists have not.
SHARED = {
    "own_permissions": ["authorIdentifier"],
    "entity_grants": [
        "authorIdentifier",
        "authorizedIdentifier",
        "targetIdentifier",
        "permissionState",
        "subjectPersonDetails",
        "subjectEntityDetails",
    ],
    "authorization_grants": ["subjectPersonDetails"],
    "collective_identifiers_of": ["invoiceCount"],
}
# These only speak to storage, which the contract does not describe.
OF_STORAGE = ("upload_part", "download_part", "upo_from_url")
CALLS = sorted(
    name
    for name, _function in inspect.getmembers(KsefClient, inspect.isfunction)
    if not name.startswith("_") and not hasattr(Calls, name)
)


def call(name, is_full):
    """Make one call to the contract; returns the transport."""
    transport = ContractTransport(DOCUMENT, is_full)
    client = KsefClient(environment.TEST, access_token="x", transport=transport)
    arguments = ARGUMENTS.get(name, ())
    if name == "authenticate_token":
        arguments = (*arguments[:3], encryption_key())
    result = getattr(client, name)(*arguments)
    if inspect.isgenerator(result) or isinstance(result, map):
        list(result)
    return transport


def encryption_key():
    """A public key as KSeF gives them."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    from ksef_api.types import PublicKey

    key = rsa.generate_private_key(65537, 2048).public_key()
    usage = frozenset(("KsefTokenEncryption",))
    return PublicKey("x", "x" * 44, key, usage, NOW, NOW)


@pytest.mark.parametrize("is_full", [True, False], ids=["all", "least"])
@pytest.mark.parametrize("name", [name for name in CALLS if name not in OF_STORAGE])
def test_each_call_sends_and_reads_what_the_contract_has(name, is_full):
    """With all that an answer may hold, and with the least that it must."""
    try:
        transport = call(name, is_full)
    except errors.BadAnswer as error:
        # A made-up certificate is none; anything else that cannot be read is drift.
        if name != "public_keys" or error.reason == "field":
            pytest.fail(f"{name} cannot read what the contract promises: {error}")
        return
    lacking = [f"the client reads {field}" for field in SHARED.get(name, ())]
    notes = [n for n in transport.notes if not n.endswith(tuple(lacking))]
    assert notes == []
    assert transport.calls, "the call made no call"


def test_the_watch_itself_sees_drift():
    transport = ContractTransport(DOCUMENT, True)
    client = KsefClient(environment.TEST, access_token="x", transport=transport)
    client._call("GET", "/nothing/here")
    payload = {"permissions": [5], "description": 7, "more": True}
    answer = client._call("POST", "/tokens", payload=payload, params={"page": 1})
    answer.fields().text("secret", None)
    notes = "\n".join(transport.notes)
    for part in (
        "nothing/here",
        "no parameter page",
        "5 is",
        "7 is no",
        "reads secret",
    ):
        assert part in notes, notes


def test_groups_and_numbers_of_limits_are_the_contracts():
    wrong = []
    told = answers.limits_of(Contract(DOCUMENT))
    for (method, template), (group, numbers) in told.items():
        if template.startswith("/testdata"):
            continue
        ours = limits.group_of(method, re.sub(r"\{[^}]+\}", "1-2", template))
        kind = ours and ours.split(" ")[0]
        if kind != group:
            wrong.append(f"{method} {template}: {group}, not {kind}")
        elif kind and tuple(limits.DOCUMENTED[kind].values()) != numbers:
            wrong.append(f"{method} {template}: {numbers}")
    assert not wrong


def page_list(name):
    """What `docs/ksef.md` lists under a name, in one line of code."""
    return re.search(rf"^{re.escape(name)}: (.+)$", PAGE, re.MULTILINE).group(1).split()


def differences(told, known):
    """What is new and what is gone, for people who read a red test."""
    return {
        "new": sorted(set(told) - set(known)),
        "gone": sorted(set(known) - set(told)),
    }


SAME = {"new": [], "gone": []}


def test_the_page_names_the_version_that_was_checked():
    number, day = answers.version(Contract(DOCUMENT))
    assert page_list("contract") == [number, day.isoformat()]


def test_no_code_is_new_or_gone():
    """Each code has a meaning in `models/connection/verdict.py`: look at new ones."""
    told = answers.error_codes(Contract(DOCUMENT))
    known = [int(code) for code in page_list("codes")]
    assert differences(told, known) == SAME
    in_words = {code: text for code, text in told.items() if code not in DESCRIPTIONS}
    assert in_words == {}, "the local KSeF cannot be ordered to answer with these"


def test_no_status_is_new_or_gone():
    contract = Contract(DOCUMENT)
    for schema in (
        "AuthenticationOperationStatusResponse",
        "SessionStatusResponse",
        "SessionInvoiceStatusResponse",
        "InvoiceExportStatusResponse",
        "CertificateEnrollmentStatusResponse",
        "PermissionsOperationStatusResponse",
    ):
        told = answers.statuses(contract, schema)
        known = [int(code) for code in page_list(schema)]
        assert (schema, differences(told, known)) == (schema, SAME)


def test_no_reason_of_a_403_is_new_or_gone():
    schemas = Contract(DOCUMENT).document["components"]["schemas"]
    text = schemas["ForbiddenProblemDetails"]["properties"]["reasonCode"]["description"]
    told = re.findall(r"^\| ([a-z-]+) \|", text, re.MULTILINE)
    assert differences(told, page_list("reasons")) == SAME
    assert set(told) == set(FORBIDDEN)


def test_every_code_in_the_add_on_is_one_of_the_contract():
    """A number that KSeF does not know would wait for an answer that never comes."""
    told = answers.error_codes(Contract(DOCUMENT))
    found = {}
    for folder in ("ksef_api", "models", "wizards"):
        for file in (ROOT / folder).rglob("*.py"):
            for code in re.findall(
                r"\b(2[156]\d{3}|71\d{3}|910\d)\b", file.read_text()
            ):
                found.setdefault(int(code), file.relative_to(ROOT))
    unknown = {code: str(file) for code, file in found.items() if code not in told}
    assert unknown == {}


def test_permissions_are_the_contracts():
    schemas = Contract(DOCUMENT).document["components"]["schemas"]
    for schema, ours in (
        ("PersonPermissionType", permission.OF_PERSONS),
        ("EntityPermissionType", permission.OF_ENTITIES),
        ("IndirectPermissionType", permission.OF_ENTITIES),
        ("EntityAuthorizationPermissionType", permission.AUTHORIZATIONS),
    ):
        told = schemas[schema]["enum"]
        assert (schema, differences(told, ours)) == (schema, SAME)


def test_storage_calls_are_the_only_ones_that_are_not_watched():
    with_arguments = set(ARGUMENTS) - set(CALLS)
    assert with_arguments == set(), "these calls are no more"
    assert set(OF_STORAGE) <= set(CALLS)
