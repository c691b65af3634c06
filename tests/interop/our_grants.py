"""Grants and revocations by the add-on's own client; a process apart.

`our_grants.py API_URL ACCESS_TOKEN`: the client's libraries are in another interpreter
than those of `ksef-client`. Prints the reference numbers of the operations as JSON.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ksef_api import permission  # noqa: E402
from ksef_api.client import KsefClient  # noqa: E402
from ksef_api.environment import custom  # noqa: E402
from ksef_api.permission import Identifier, Person  # noqa: E402

OFFICE, CUSTOMER, PESEL = "7740001454", "1234563218", "85010112345"

with KsefClient(custom(sys.argv[1], code="test"), access_token=sys.argv[2]) as client:
    operations = [
        client.grant_person(
            Identifier(permission.PESEL, PESEL),
            [permission.INVOICE_READ, permission.INVOICE_WRITE],
            Person("Anna", "Nowak"),
            "Granted in Odoo",
        ),
        client.grant_entity(
            OFFICE, {permission.INVOICE_READ: True}, "Biuro Rachunkowe", "our office"
        ),
        client.grant_authorization(
            Identifier(permission.NIP, CUSTOMER),
            permission.SELF_INVOICING,
            "Odbiorca S.A.",
            "self-billing",
        ),
        client.grant_indirect(
            Identifier(permission.PESEL, PESEL),
            [permission.INVOICE_READ],
            Person("Anna", "Nowak"),
            "at all clients",
            Identifier(permission.ALL_PARTNERS),
        ),
    ]
print(json.dumps(operations))
