"""Permissions: who may grant what to whom, and what follows from it."""

import pytest
from ksef_caller import NIP, OTHER, code, invoice, until

OFFICE, STRANGER = "7740001454", "5252242481"
PESEL = "85010112345"
PRINT = "A1" * 32
UNIT = f"{NIP}-00004"
BY_ID = {
    "subjectDetailsType": "PersonByIdentifier",
    "personById": {"firstName": "Anna", "lastName": "Nowak"},
}
BY_PRINT = {
    "subjectDetailsType": "PersonByFingerprintWithoutIdentifier",
    "personByFpNoId": {
        "firstName": "Jan",
        "lastName": "Kos",
        "birthDate": "1990-02-03",
        "idDocument": {"type": "paszport", "number": "X1", "country": "DE"},
    },
}


def person(value=PESEL, permissions=("InvoiceRead",), kind="Pesel", **changed):
    return {
        "subjectIdentifier": {"type": kind, "value": value},
        "permissions": list(permissions),
        "description": "for the tests",
        "subjectDetails": BY_ID,
        **changed,
    }


def entity(nip=OFFICE, delegated=(), plain=()):
    permissions = [{"type": name, "canDelegate": True} for name in delegated]
    permissions += [{"type": name} for name in plain]
    return {
        "subjectIdentifier": {"type": "Nip", "value": nip},
        "permissions": permissions,
        "description": "accounting office",
        "subjectDetails": {"fullName": "Biuro Rachunkowe"},
    }


def authorization(value=OFFICE, permission="SelfInvoicing", kind="Nip"):
    return {
        "subjectIdentifier": {"type": kind, "value": value},
        "permission": permission,
        "description": "self-billing",
        "subjectDetails": {"fullName": "Odbiorca sp. z o.o."},
    }


def indirect(target=OTHER, permissions=("InvoiceRead",), kind="Nip"):
    to = {"type": kind, "value": target} if kind != "AllPartners" else {"type": kind}
    return {**person(PESEL, permissions), "targetIdentifier": to}


def outcome(caller, answer):
    """The code that an operation ends with."""
    assert answer.status_code == 202, answer.text
    path = f"/permissions/operations/{answer.json()['referenceNumber']}"
    status = until(
        lambda: caller.get(path).json()["status"], lambda told: told["code"] != 100
    )
    return status["code"]


def grant(caller, kind, body):
    return outcome(caller, caller.post(f"/permissions/{kind}/grants", body))


def listed(caller, kind, name="permissions", query="", **body):
    answer = caller.post(f"/permissions/query/{kind}/grants{query}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()[name]


def current(caller, **body):
    return listed(caller, "persons", queryType="PermissionsInCurrentContext", **body)


def rights_of(fresh, nip=NIP, **who):
    """What a certificate of somebody may do in the context of a NIP; {} no login."""
    order = {"nip": None, "person": True, **who}
    caller = fresh.caller()
    begun = caller.begin(*fresh.certificate(**order), nip=nip)
    if caller.outcome(begun)["code"] != 200:
        return set()
    caller.access = caller.redeem(begun).json()["accessToken"]["token"]
    found = listed(caller, "personal")
    return {item["permissionScope"] for item in found}


# Persons


def test_an_operation_goes_on_in_the_background(caller):
    answer = caller.post("/permissions/persons/grants", person())
    assert current(caller) == []
    path = f"/permissions/operations/{answer.json()['referenceNumber']}"
    codes = [caller.get(path).json()["status"]["code"] for _time in range(2)]
    assert codes == [100, 200]
    (found,) = current(caller)
    assert found["permissionScope"] == "InvoiceRead"
    assert found["authorIdentifier"] == {"type": "Nip", "value": NIP}
    assert found["subjectPersonDetails"]["lastName"] == "Nowak"


def test_a_person_works_with_what_was_granted_and_no_longer(fresh, caller):
    assert rights_of(fresh, pesel=PESEL) == set()
    assert grant(caller, "persons", person(permissions=["InvoiceRead"])) == 200
    assert rights_of(fresh, pesel=PESEL) == {"InvoiceRead"}
    (found,) = current(caller)
    path = f"/permissions/common/grants/{found['id']}"
    assert outcome(caller, caller.call("DELETE", path)) == 200
    assert current(caller) == []
    assert rights_of(fresh, pesel=PESEL) == set()


def test_the_same_right_is_granted_once(caller):
    for _time in range(2):
        assert grant(caller, "persons", person()) == 200
    assert len(current(caller)) == 1


def test_only_who_manages_permissions_grants(fresh, caller):
    fresh.control(
        "POST",
        "/permissions",
        {"nip": NIP, "subject_pesel": PESEL, "permissions": ["InvoiceRead"]},
    )
    worker = fresh.caller()
    worker.login(*fresh.certificate(nip=None, pesel=PESEL), nip=NIP)
    answer = worker.post("/permissions/persons/grants", person("90010112345"))
    assert answer.status_code == 403
    assert answer.json()["reasonCode"] == "missing-permissions"
    assert answer.json()["security"]["requiredAnyOfPermissions"] == [
        "CredentialsManage"
    ]
    assert code(worker.post("/permissions/query/persons/grants", {})) == 403
    (mine,) = listed(worker, "personal")
    assert mine["permissionScope"] == "InvoiceRead"


def test_who_lost_the_right_meanwhile_grants_nothing(fresh, caller):
    grant(caller, "persons", person(permissions=["CredentialsManage"]))
    manager = fresh.caller()
    manager.login(*fresh.certificate(nip=None, pesel=PESEL), nip=NIP)
    (found,) = current(caller)
    path = f"/permissions/common/grants/{found['id']}"
    assert outcome(caller, caller.call("DELETE", path)) == 200
    assert grant(manager, "persons", person("90010112345")) == 420


def test_enforcement_is_for_those_who_enforce(caller):
    body = person(permissions=["EnforcementOperations"])
    assert grant(caller, "persons", body) == 430
    bailiff = {"nip": NIP, "pesel": PESEL, "isBailiff": True, "description": "komornik"}
    caller.post("/testdata/person", bailiff)
    other = person("90010112345", ["EnforcementOperations"])
    assert grant(caller, "persons", other) == 200
    (role,) = caller.get("/permissions/query/entities/roles").json()["roles"]
    assert role["role"] == "CourtBailiff"


def test_an_owner_has_everything_already(caller):
    assert grant(caller, "persons", person(NIP, kind="Nip")) == 450
    answer = caller.post("/permissions/query/personal/grants", {}).json()
    assert answer["permissions"] == []
    assert "CollectiveIdentifierManage" in answer["ownerPermissions"]
    assert "EnforcementOperations" not in answer["ownerPermissions"]


@pytest.mark.parametrize(
    "changed, expected",
    [
        ({"permissions": []}, 21405),
        ({"permissions": ["InvoiceRead", "InvoiceRead"]}, 21405),
        ({"permissions": ["Everything"]}, 21001),
        ({"description": "x"}, 21405),
        ({"subjectDetails": {}}, 21405),
        ({"subjectDetails": BY_PRINT}, 21405),
        ({"subjectIdentifier": {"type": "Pesel", "value": "12"}}, 21405),
        ({"subjectIdentifier": {"type": "PeppolId", "value": "PPL000001"}}, 21001),
        ({"subjectIdentifier": None}, 21405),
    ],
)
def test_a_request_must_be_whole(caller, changed, expected):
    body = {**person(), **changed}
    assert code(caller.post("/permissions/persons/grants", body)) == expected


def test_a_certificate_is_described_by_a_document(caller):
    body = person(PRINT, kind="Fingerprint", subjectDetails=BY_PRINT)
    assert grant(caller, "persons", body) == 200
    (found,) = current(caller, authorizedIdentifier=body["subjectIdentifier"])
    assert found["subjectPersonDetails"]["idDocument"]["country"] == "DE"


def test_lists_are_filtered_and_come_in_pages(fresh, caller):
    everything = ["InvoiceRead", "InvoiceWrite", "Introspection", "CredentialsRead"]
    for n in range(3):
        grant(caller, "persons", person(f"8501011234{n}", everything))
    query = "?pageSize=10&pageOffset={}"
    body = {"queryType": "PermissionsGrantedInCurrentContext"}
    pages = [
        caller.post(f"/permissions/query/persons/grants{query.format(n)}", body).json()
        for n in range(2)
    ]
    assert [(len(p["permissions"]), p["hasMore"]) for p in pages] == [
        (10, True),
        (2, False),
    ]
    every = [item for page in pages for item in page["permissions"]]
    assert every == sorted(
        sorted(every, key=lambda i: i["id"]), key=lambda i: i["startDate"], reverse=True
    )
    assert len(current(caller, permissionTypes=["Introspection"])) == 3
    who = {"type": "Pesel", "value": "85010112341"}
    assert len(current(caller, authorizedIdentifier=who)) == 4
    system = {"type": "System"}
    assert current(caller, authorIdentifier=system) == []
    fresh.control(
        "POST",
        "/permissions",
        {"nip": NIP, "subject_nip": OTHER, "permissions": ["InvoiceRead"]},
    )
    assert len(current(caller, authorIdentifier=system)) == 1


# Entities, and their people


@pytest.fixture
def office(fresh):
    """The owner of an accounting office."""
    return fresh.logged_in(OFFICE)


@pytest.fixture
def client(fresh):
    """A client of the office that lets it read, and pass that on."""
    made = fresh.logged_in(OTHER)
    assert grant(made, "entities", entity(delegated=["InvoiceRead"])) == 200
    return made


def test_an_office_works_for_its_client(fresh, office, client):
    (received,) = listed(office, "entities")
    assert received["contextIdentifier"] == {"type": "Nip", "value": OTHER}
    assert received["canDelegate"] is True
    (mine,) = listed(office, "personal")
    assert mine["contextIdentifier"]["value"] == OTHER
    there = fresh.caller()
    there.login(*fresh.certificate(OFFICE), nip=OTHER)
    number = fresh.issue(invoice("A", seller=STRANGER, buyer=OTHER))
    assert there.get(f"/invoices/ksef/{number}").status_code == 200
    assert there.open().answer.status_code == 403
    (given,) = current(client)
    assert given["subjectEntityDetails"]["fullName"] == "Biuro Rachunkowe"


def test_people_of_an_office_work_for_its_clients(fresh, office, client):
    assert grant(office, "indirect", indirect()) == 200
    assert rights_of(fresh, OTHER, pesel=PESEL) == {"InvoiceRead"}
    (found,) = current(office)
    assert found["targetIdentifier"] == {"type": "Nip", "value": OTHER}
    assert found["permissionState"] == "Active"
    # A client does not see the people of its office.
    assert [item["authorizedIdentifier"]["type"] for item in current(client)] == ["Nip"]
    (given,) = current(client)
    path = f"/permissions/common/grants/{given['id']}"
    assert outcome(client, client.call("DELETE", path)) == 200
    (found,) = current(office, permissionState="Inactive")
    assert rights_of(fresh, OTHER, pesel=PESEL) == set()


def test_only_what_a_client_lets_pass_on_is_passed_on(fresh, office, client):
    body = indirect(permissions=["InvoiceRead", "InvoiceWrite"])
    assert grant(office, "indirect", body) == 200
    states = {i["permissionScope"]: i["permissionState"] for i in current(office)}
    assert states == {"InvoiceRead": "Active", "InvoiceWrite": "Inactive"}
    caller = fresh.caller()
    caller.login(*fresh.certificate(nip=None, pesel=PESEL), nip=OTHER)
    assert caller.open().answer.status_code == 403


def test_a_stranger_is_no_client(office):
    assert grant(office, "indirect", indirect(STRANGER)) == 410


def test_a_right_for_all_clients_holds_for_later_ones_too(fresh, office):
    assert grant(office, "indirect", indirect(kind="AllPartners")) == 200
    assert rights_of(fresh, OTHER, pesel=PESEL) == set()
    late = fresh.logged_in(OTHER)
    grant(late, "entities", entity(delegated=["InvoiceRead"]))
    assert rights_of(fresh, OTHER, pesel=PESEL) == {"InvoiceRead"}
    (found,) = current(office, targetIdentifier={"type": "AllPartners"})
    assert found["targetIdentifier"] == {"type": "AllPartners", "value": None}


# Authorisations


def test_who_is_authorised_invoices_in_the_name_of_another(fresh, caller):
    xml = invoice("FV/1", seller=NIP, buyer=OFFICE, P_17="1")
    buyer = fresh.logged_in(OFFICE)
    assert buyer.open().send(xml)["status"]["code"] == 410
    assert grant(caller, "authorizations", authorization()) == 200
    assert buyer.open().send(xml)["status"]["code"] == 200
    name = "authorizationGrants"
    (given,) = listed(caller, "authorizations", name, queryType="Granted")
    (taken,) = listed(buyer, "authorizations", name, queryType="Received")
    assert given == taken
    assert given["authorizationScope"] == "SelfInvoicing"
    common = f"/permissions/common/grants/{given['id']}"
    assert outcome(caller, caller.call("DELETE", common)) == 450
    path = f"/permissions/authorizations/grants/{given['id']}"
    assert outcome(buyer, buyer.call("DELETE", path)) == 400
    assert outcome(caller, caller.call("DELETE", path)) == 200
    xml = invoice("FV/2", seller=NIP, buyer=OFFICE, P_17="1")
    assert buyer.open().send(xml)["status"]["code"] == 410


@pytest.mark.parametrize(
    "body",
    [
        authorization(permission="PefInvoicing"),
        authorization("PPL000001", kind="PeppolId"),
        authorization(NIP),
    ],
)
def test_an_authorisation_is_for_one_kind_of_company(caller, body):
    assert grant(caller, "authorizations", body) == 450


# Units, and the EU


def test_a_unit_gets_an_administrator(fresh, caller):
    body = {**person(), "contextIdentifier": {"type": "InternalId", "value": UNIT}}
    body.pop("permissions")
    path = "/permissions/subunits/grants"
    assert code(caller.post(path, body)) == 21405
    body["subunitName"] = "Oddział"
    wrong = {"type": "InternalId", "value": f"{NIP}-00009"}
    assert code(caller.post(path, {**body, "contextIdentifier": wrong})) == 21405
    assert outcome(caller, caller.post(path, body)) == 200
    (found,) = listed(caller, "subunits")
    assert (found["subunitName"], found["permissionScope"]) == (
        "Oddział",
        "CredentialsManage",
    )


def test_companies_below_have_administrators_of_the_one_above(fresh, caller):
    body = {**person(), "contextIdentifier": {"type": "Nip", "value": OTHER}}
    body.pop("permissions")
    path = "/permissions/subunits/grants"
    assert outcome(caller, caller.post(path, body)) == 430
    group = {
        "subjectNip": NIP,
        "subjectType": "VatGroup",
        "description": "grupa VAT",
        "subunits": [{"subjectNip": OTHER, "description": "członek"}],
    }
    caller.post("/testdata/subject", group)
    assert outcome(caller, caller.post(path, body)) == 200
    assert rights_of(fresh, OTHER, pesel=PESEL) == {"CredentialsManage"}
    below = caller.post("/permissions/query/subordinate-entities/roles", {}).json()
    assert [role["role"] for role in below["roles"]] == ["VatGroupSubUnit"]
    member = fresh.logged_in(OTHER)
    (role,) = member.get("/permissions/query/entities/roles").json()["roles"]
    assert role["parentEntityIdentifier"] == {"type": "Nip", "value": NIP}


def test_an_eu_company_has_an_administrator(caller):
    body = {
        "subjectIdentifier": {"type": "Fingerprint", "value": PRINT},
        "contextIdentifier": {"type": "NipVatUe", "value": f"{NIP}-DE123456789"},
        "description": "self-billing by an EU company",
        "euEntityName": "GmbH, Berlin",
        "subjectDetails": {
            "subjectDetailsType": "EntityByFingerprint",
            "entityByFp": {"fullName": "GmbH", "address": "Berlin"},
        },
        "euEntityDetails": {"fullName": "GmbH", "address": "Berlin"},
    }
    path = "/permissions/eu-entities/administration/grants"
    assert outcome(caller, caller.post(path, body)) == 200
    found = listed(caller, "eu-entities", vatUeIdentifier="DE123456789")
    assert {item["permissionScope"] for item in found} == {
        "VatUeManage",
        "InvoiceWrite",
        "InvoiceRead",
        "Introspection",
    }
    stranger = {"type": "NipVatUe", "value": f"{OTHER}-DE123456789"}
    answer = caller.post(path, {**body, "contextIdentifier": stranger})
    assert outcome(caller, answer) == 410
    body.pop("contextIdentifier")
    assert code(caller.post("/permissions/eu-entities/grants", body)) == 403


# The rest


def test_what_nobody_granted_cannot_be_taken_back(caller):
    unknown = "00000000-0000-4000-8000-000000000000"
    path = f"/permissions/common/grants/{unknown}"
    assert outcome(caller, caller.call("DELETE", path)) == 400
    assert code(caller.call("DELETE", "/permissions/common/grants/1")) == 21405


def test_an_operation_is_told_for_thirty_days_and_to_its_context(fresh, caller):
    answer = caller.post("/permissions/persons/grants", person())
    path = f"/permissions/operations/{answer.json()['referenceNumber']}"
    assert code(fresh.logged_in(OTHER).get(path)) == 21405
    fresh.knobs(access_token_seconds=90 * 86400)
    caller = fresh.logged_in()
    fresh.control("POST", "/clock", {"offset": 31 * 86400})
    assert caller.get(path).status_code == 410


def test_consent_to_attachments_is_told(caller):
    path = "/permissions/attachments/status"
    assert caller.get(path).json()["isAttachmentAllowed"] is False
    caller.post("/testdata/attachment", {"nip": NIP})
    assert caller.get(path).json() == {"isAttachmentAllowed": True, "revokedDate": None}
    later = {"nip": NIP, "expectedEndDate": "2199-01-01"}
    caller.post("/testdata/attachment/revoke", later)
    assert caller.get(path).json()["isAttachmentAllowed"] is True
    caller.post("/testdata/attachment/revoke", {"nip": NIP})
    told = caller.get(path).json()
    assert told["isAttachmentAllowed"] is False and told["revokedDate"]


def test_peppol_providers_are_told_to_everybody(fresh):
    for n in range(11):
        order = {"id": f"PPL{n:06}", "name": f"Dostawca {n}"}
        fresh.control("POST", "/peppol", order)
    caller = fresh.caller()
    answer = caller.get("/peppol/query?pageSize=10", token=None).json()
    assert (len(answer["peppolProviders"]), answer["hasMore"]) == (10, True)
    assert answer["peppolProviders"][0]["id"] == "PPL000010"


def test_older_contracts_know_no_collective_identifiers(fresh, caller):
    fresh.contract = None
    fresh.knobs(contract="2.6")
    body = person(permissions=["CollectiveIdentifierManage"])
    assert code(caller.post("/permissions/persons/grants", body)) == 21001
    assert caller.get("/permissions/query/entities/roles").status_code == 200
    assert caller.post("/collective-identifiers", {}).status_code == 404
