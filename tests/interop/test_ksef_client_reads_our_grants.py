"""`ksef-client` reads the rights that the add-on's client granted."""

import json
import os
import subprocess
import sys
from pathlib import Path

from conftest import until
from ksef_client import models as m

OURS = Path(__file__).with_name("our_grants.py")
PESEL, OFFICE, CUSTOMER = "85010112345", "7740001454", "1234563218"


def granted(sandbox, client, access):
    """Have the add-on's client grant; wait until KSeF has done it all."""
    python = os.environ.get("L10N_PL_KSEF_PYTHON", sys.executable)
    told = subprocess.run(
        [python, OURS, sandbox.ready["api_url"], access],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    for reference in json.loads(told.stdout):
        code = until(
            lambda reference=reference: client.permissions.get_operation_status(
                reference, access_token=access
            ).status.code,
            lambda code: code != 100,
        )
        assert code == 200


def test_people_offices_and_customers_are_read(sandbox, client, access):
    granted(sandbox, client, access)
    here = m.PersonPermissionsQueryRequest.from_dict(
        {"queryType": "PermissionsInCurrentContext"}
    )
    found = client.permissions.query_persons_grants(here, access_token=access)
    rights = sorted(
        (item.authorized_identifier.value, item.permission_scope.value)
        for item in found.permissions
    )
    assert rights == [
        (OFFICE, "InvoiceRead"),
        (PESEL, "InvoiceRead"),
        (PESEL, "InvoiceRead"),
        (PESEL, "InvoiceWrite"),
    ]
    (office,) = [
        i for i in found.permissions if i.authorized_identifier.value == OFFICE
    ]
    assert office.can_delegate is True
    for_all = [i for i in found.permissions if i.target_identifier]
    assert [i.target_identifier.type.value for i in for_all] == ["AllPartners"]
    given = m.EntityAuthorizationPermissionsQueryRequest.from_dict(
        {"queryType": "Granted"}
    )
    listed = client.permissions.query_authorizations_grants(given, access_token=access)
    (item,) = listed.authorization_grants
    assert item.authorized_entity_identifier.value == CUSTOMER
    assert item.authorization_scope.value == "SelfInvoicing"
