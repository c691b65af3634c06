"""The local KSeF (`sandbox/`) for tests of the client, which it knows nothing of."""

import json
import time
import urllib.request

from ksef_api import certificate, environment, xades
from ksef_api.client import KsefClient

SELLER, OTHER = "5265877635", "1234563218"


class Sandbox:
    """A running sandbox and its control port."""

    def __init__(self, ready):
        self.environment = environment.custom(ready["api_url"], ready["qr_url"])
        self._control = ready["control_url"]

    def order(self, path, /, **payload):
        """Give an order on the control port."""
        request = urllib.request.Request(
            self._control + path,
            data=json.dumps(payload).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.loads(answer.read() or b"null")

    def certificate(self, nip=SELLER, **options):
        """A certificate as the taxpayer gets it, loaded as the add-on does."""
        made = self.order("/certificates", nip=nip, name="Jan Kowalski", **options)
        return certificate.load(
            made["certificate_pem"].encode(),
            made["key_pem"].encode(),
            made["password"],
        )

    def login(self, client, signer, nip=SELLER):
        """Log in with a certificate; returns the pair of tokens."""
        challenge = client.challenge()
        request = xades.auth_token_request(challenge.challenge, nip)
        return finish(client, client.authenticate_xades(xades.sign(request, signer)))

    def client(self, nip=SELLER, signer=None):
        """A client that is logged in.

        :param signer: the NIP of whoever logs in, when it is not the owner
        """
        with KsefClient(self.environment) as public:
            pair = self.login(public, self.certificate(signer or nip), nip)
        return KsefClient(self.environment, access_token=pair.access.value)


def until(ask, done, seconds=300):
    """Ask until the answer is final; statuses below 200 are not."""
    end = time.monotonic() + seconds
    while not done(answer := ask()):
        assert time.monotonic() < end, f"still {answer}"
        time.sleep(0.02)
    return answer


def finish(client, operation):
    """Wait for a login and redeem it."""
    token = operation.token.value
    status = until(
        lambda: client.auth_status(operation.reference, token),
        lambda status: status.code >= 200,
    )
    assert status.code == 200, status
    return client.redeem(token)
