"""What `ksef-client` does with permissions and limits."""

from conftest import IS_OLD, NIP, OTHER, login, until
from ksef_client import models as m

IS_NEW = not IS_OLD
PESEL = "85010112345"
PERSON = {
    "subjectDetailsType": "PersonByIdentifier",
    "personById": {"firstName": "Anna", "lastName": "Nowak"},
}
HERE = m.PersonPermissionsQueryRequest.from_dict(
    {"queryType": "PermissionsInCurrentContext"}
)


def finished(client, access, operation):
    """The code that an operation ends with."""

    def ask():
        return client.permissions.get_operation_status(
            operation.reference_number, access_token=access
        ).status.code

    return until(ask, lambda code: code != 100)


def grant_person(client, access, permissions=("InvoiceRead",)):
    body = {
        "subjectIdentifier": {"type": "Pesel", "value": PESEL},
        "permissions": list(permissions),
        "description": "for the tests",
        "subjectDetails": PERSON,
    }
    request = m.PersonPermissionsGrantRequest.from_dict(body)
    made = client.permissions.grant_person(request, access_token=access)
    assert finished(client, access, made) == 200


def test_it_grants_lists_and_revokes(client, access):
    grant_person(client, access, ["InvoiceRead", "Introspection"])
    found = client.permissions.query_persons_grants(HERE, access_token=access)
    scopes = {item.permission_scope.value for item in found.permissions}
    assert scopes == {"InvoiceRead", "Introspection"}
    for item in found.permissions:
        revoked = client.permissions.revoke_common_permission(
            item.id, access_token=access
        )
        assert finished(client, access, revoked) == 200
    left = client.permissions.query_persons_grants(HERE, access_token=access)
    assert left.permissions == []


def test_an_office_passes_on_what_its_client_granted(
    sandbox,
    client,
    access,
):
    body = {
        "subjectIdentifier": {"type": "Nip", "value": OTHER},
        "permissions": [{"type": "InvoiceRead", "canDelegate": True}],
        "description": "accounting office",
        "subjectDetails": {"fullName": "Biuro Rachunkowe"},
    }
    request = m.EntityPermissionsGrantRequest.from_dict(body)
    made = client.permissions.grant_entity(request, access_token=access)
    assert finished(client, access, made) == 200
    office = login(sandbox, client, nip=OTHER).access_token
    received = client.permissions.query_entities_grants(
        m.EntityPermissionsQueryRequest.from_dict({}), access_token=office
    )
    assert [item.can_delegate for item in received.permissions] == [True]
    body = {
        "subjectIdentifier": {"type": "Pesel", "value": PESEL},
        "targetIdentifier": {"type": "Nip", "value": NIP},
        "permissions": ["InvoiceRead"],
        "description": "our client",
        "subjectDetails": PERSON,
    }
    request = m.IndirectPermissionsGrantRequest.from_dict(body)
    made = client.permissions.grant_indirect(request, access_token=office)
    assert finished(client, office, made) == 200
    found = client.permissions.query_persons_grants(HERE, access_token=office)
    assert [item.permission_state.value for item in found.permissions] == ["Active"]
    mine = client.permissions.query_personal_grants(
        m.PersonalPermissionsQueryRequest.from_dict({}), access_token=office
    )
    assert [item.context_identifier.value for item in mine.permissions] == [NIP]
    if IS_NEW:
        assert "CollectiveIdentifierManage" in {o.value for o in mine.owner_permissions}


def test_it_authorises_self_billing(client, access):
    body = {
        "subjectIdentifier": {"type": "Nip", "value": OTHER},
        "permission": "SelfInvoicing",
        "description": "self-billing",
        "subjectDetails": {"fullName": "Odbiorca sp. z o.o."},
    }
    request = m.EntityAuthorizationPermissionsGrantRequest.from_dict(body)
    made = client.permissions.grant_authorization(request, access_token=access)
    assert finished(client, access, made) == 200
    query = m.EntityAuthorizationPermissionsQueryRequest.from_dict(
        {"queryType": "Granted"}
    )
    found = client.permissions.query_authorizations_grants(query, access_token=access)
    (item,) = found.authorization_grants
    revoked = client.permissions.revoke_authorization(item.id, access_token=access)
    assert finished(client, access, revoked) == 200


def test_it_reads_roles_consent_and_providers(sandbox, client, access):
    sandbox.order("/peppol", id="PPL000001", name="Dostawca")
    (provider,) = client.peppol.list_providers().peppol_providers
    assert provider.id == "PPL000001"
    status = client.permissions.check_attachment_permission_status(access)
    assert status.is_attachment_allowed is False
    roles = client.permissions.query_entities_roles(access_token=access)
    assert roles.roles == []


def test_it_reads_every_group_of_limits(sandbox, client, access):
    sandbox.order("/knobs", rate_limits="production")
    told = client.rate_limits.get_rate_limits(access)
    if IS_NEW:
        assert told.online_session_close.per_hour == 240
        assert told.batch_session_close.per_hour == 120
        assert getattr(told, "global_", None) or told.to_dict()["global"]
        limits = client.limits.get_context_limits(access)
        assert limits.collective_identifier.max_invoices == 500
    assert told.online_session.per_hour == 120
