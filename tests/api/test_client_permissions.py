"""Granting, listing and taking back permissions, against the local KSeF."""

import base64
import json
from datetime import date

import pytest
from local_ksef import OTHER, SELLER, until

from ksef_api import errors, permission
from ksef_api.check_digits import is_pesel
from ksef_api.permission import IdDocument, Identifier, Person

OFFICE, PESEL = "7740001454", "85010112345"
ANNA = Person("Anna", "Nowak")
PERSON = Identifier(permission.PESEL, PESEL)


@pytest.fixture
def client(sandbox):
    with sandbox.client() as made:
        yield made


@pytest.fixture
def office(sandbox):
    with sandbox.client(OFFICE) as made:
        yield made


def outcome(client, reference):
    """The code that a change ends with."""
    status = until(
        lambda: client.permission_operation(reference), lambda told: told.code != 100
    )
    return status.code


def test_a_person_is_granted_and_the_grant_taken_back(client):
    asked = [permission.INVOICE_READ, "CredentialsRead"]
    assert outcome(client, client.grant_person(PERSON, asked, ANNA, "accounts")) == 200
    grants = list(client.person_grants())
    assert {grant.scope for grant in grants} == set(asked)
    assert {(g.subject, g.name, g.description) for g in grants} == {
        (PERSON, "Anna Nowak", "accounts")
    }
    assert list(client.person_grants(permission.GRANTED_HERE)) == grants
    reader = client.person_grants(permissionTypes=[permission.INVOICE_READ])
    for grant in reader:
        assert outcome(client, client.revoke_grant(grant.id)) == 200
    assert [g.scope for g in client.person_grants()] == ["CredentialsRead"]


@pytest.mark.parametrize(
    "details",
    [
        {"identifier": Identifier("Nip", OTHER)},
        {
            "birth_date": date(1990, 2, 3),
            "document": IdDocument("paszport", "X1", "DE"),
        },
    ],
)
def test_the_owner_of_a_certificate_is_granted(client, details):
    subject = Identifier(permission.FINGERPRINT, "A1" * 32)
    person = Person("Jan", "Kos", **details)
    made = client.grant_person(subject, ["Introspection"], person, "by certificate")
    assert outcome(client, made) == 200
    (grant,) = client.person_grants()
    assert (grant.subject, grant.name) == (subject, "Jan Kos")


def test_an_office_and_its_people_are_granted(client, office):
    made = client.grant_entity(
        OFFICE, {permission.INVOICE_READ: True}, "Biuro Rachunkowe", "our accountants"
    )
    assert outcome(client, made) == 200
    (received,) = office.entity_grants()
    assert received.context == Identifier("Nip", SELLER)
    assert received.can_delegate
    target = Identifier(permission.NIP, SELLER)
    asked = [permission.INVOICE_READ, permission.INVOICE_WRITE]
    made = office.grant_indirect(PERSON, asked, ANNA, "client one", target)
    assert outcome(office, made) == 200
    states = {grant.scope: grant.is_active for grant in office.person_grants()}
    assert states == {permission.INVOICE_READ: True, permission.INVOICE_WRITE: False}
    made = office.grant_indirect(PERSON, asked, ANNA, "every client")
    assert outcome(office, made) == 200
    targets = {grant.target for grant in office.person_grants()}
    assert targets == {target, Identifier(permission.ALL_PARTNERS)}


def test_what_is_against_the_rules_ends_in_a_code(office):
    target = Identifier(permission.NIP, OTHER)
    made = office.grant_indirect(PERSON, ["InvoiceRead"], ANNA, "a stranger", target)
    assert outcome(office, made) == 410


def test_an_authorisation_is_seen_by_both(client, office):
    subject = Identifier(permission.NIP, OFFICE)
    made = client.grant_authorization(
        subject, permission.SELF_INVOICING, "Odbiorca sp. z o.o.", "self-billing"
    )
    assert outcome(client, made) == 200
    (given,) = client.authorization_grants(permission.GRANTED)
    (taken,) = office.authorization_grants(permission.RECEIVED)
    assert given == taken
    assert (given.giver.value, given.taker.value) == (SELLER, OFFICE)
    assert given.scope == permission.SELF_INVOICING
    assert outcome(client, client.revoke_authorization(given.id)) == 200
    assert list(client.authorization_grants(permission.GRANTED)) == []


def test_a_login_knows_what_it_may_do(sandbox, client):
    own = client.own_permissions()
    assert own.grants == []
    assert permission.COLLECTIVE_MANAGE in own.scopes
    sandbox.order(
        "/permissions", nip=SELLER, subject_nip=OTHER, permissions=["InvoiceRead"]
    )
    with sandbox.client(SELLER, signer=OTHER) as other:
        own = other.own_permissions()
        assert (own.scopes, own.owner) == ({"InvoiceRead"}, frozenset())
        with pytest.raises(errors.Forbidden) as caught:
            other.grant_person(PERSON, ["InvoiceRead"], ANNA, "without the right")
    assert caught.value.reason_code == "missing-permissions"


def test_lists_of_several_pages_come_whole(client):
    for number in range(30):
        who = Identifier(permission.PESEL, f"850101{number:05}")
        client.grant_person(who, permission.OF_ENTITIES, ANNA, "one of many")
    last = Identifier(permission.PESEL, "86010100000")
    made = client.grant_person(last, permission.OF_ENTITIES, ANNA, "one of many")
    assert outcome(client, made) == 200
    until(lambda: len(list(client.person_grants())), lambda count: count == 93)
    asked = [permission.INVOICE_READ, permission.INVOICE_WRITE, "Introspection"]
    who = Identifier(permission.NIP, OTHER)
    for subject in (who, Identifier(permission.PESEL, "87010100000")):
        outcome(client, client.grant_person(subject, asked, ANNA, "more than a page"))
    everything = client.person_grants()
    assert len({grant.id for grant in everything}) == 99


def test_consent_to_attachments_is_told(client):
    assert client.attachments_status().is_allowed is False


def test_an_access_token_says_what_its_login_may():
    def token(claims):
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
        return f"head.{body.decode()}.signature"

    told = permission.scopes_of_access_token
    assert told(token({"per": ["InvoiceRead"]})) == {"InvoiceRead"}
    assert told(token({"per": '["InvoiceRead"]'})) == {"InvoiceRead"}
    for strange in ("", "a.b", "a.!!.c", token([]), token({}), token({"per": 3})):
        assert told(strange) is None


@pytest.mark.parametrize(
    ("number", "is_right"),
    [
        ("85010112345", True),
        ("85010112349", False),
        ("8501011234", False),
        (None, False),
    ],
)
def test_a_pesel_has_a_control_digit(number, is_right):
    assert is_pesel(number) is is_right
