"""Orders both certificates as Odoo does, with `ksef_api`; prints their files as JSON.

Run under the interpreter that has what `ksef_api` needs: `our_orders.py`, with
`{"api_url", "qr_url", "nip", "certificate_pem", "key_pem", "password"}` on standard
input.
"""

import base64
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from ksef_api import certificate, environment, qr, xades  # noqa: E402
from ksef_api.client import KsefClient  # noqa: E402
from ksef_api.enrolment import (  # noqa: E402
    AUTHENTICATION_TYPE,
    OFFLINE_TYPE,
    certificate_name,
    new_request,
)
from ksef_api.transport import Transport  # noqa: E402

PASSWORD = "haslo-eksportu"


def main():
    """Log in, order, fetch; tell what came."""
    given = json.load(sys.stdin)
    place = environment.custom(given["api_url"], given["qr_url"], code="test")
    transport = Transport(place)
    client = KsefClient(place, transport=transport)
    signer = certificate.load(
        given["certificate_pem"].encode(), given["key_pem"].encode(), given["password"]
    )
    challenge = client.challenge()
    request = xades.auth_token_request(challenge.challenge, given["nip"])
    operation = client.authenticate_xades(xades.sign(request, signer))
    token = operation.token.value
    while client.auth_status(operation.reference, token).code == 100:
        time.sleep(0.02)
    pair = client.redeem(token)
    client = KsefClient(place, access_token=pair.access.value, transport=transport)
    print(json.dumps([order(client, place, kind, given["nip"]) for kind in KINDS]))


KINDS = (AUTHENTICATION_TYPE, OFFLINE_TYPE)


def order(client, place, kind, nip):
    """Order one certificate; return what another program needs to use it."""
    request, key = new_request(client.enrolment_data())
    name = certificate_name("Żółta Spółka z o.o.", kind, "2026-11-21")
    reference = client.enrol(name, kind, request)
    status = client.enrolment_status(reference)
    while status.status.code == 100:
        time.sleep(0.02)
        status = client.enrolment_status(reference)
    (issued,) = client.retrieve_certificates([status.serial])
    loaded = certificate.KsefCertificate.from_stored(issued.certificate_der, key)
    digest = base64.b64encode(bytes(32)).decode()
    signs = kind == OFFLINE_TYPE
    files = loaded.files(PASSWORD)
    return {
        "serial": issued.serial,
        "name": name,
        "type": kind,
        "password": PASSWORD,
        "crt": files["crt"].decode(),
        "key": files["key"].decode(),
        "link": signs and qr.certificate_link(place, "Nip", nip, nip, loaded, digest),
    }


if __name__ == "__main__":
    main()
