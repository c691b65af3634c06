"""The client of KSeF API 2.x: one method per endpoint, in groups.

    with KsefClient(TEST) as client:
        challenge = client.challenge()
        signed = xades.sign(auth_token_request(challenge.challenge, nip), certificate)
        operation = client.authenticate_xades(signed)

No method waits, repeats or sleeps: what to do after a 429 or a lost answer is decided by
whoever keeps the state.
"""

from .client_auth import AuthCalls
from .client_context import ContextCalls
from .client_invoices import InvoiceCalls
from .client_sessions import SessionCalls


class KsefClient(AuthCalls, SessionCalls, InvoiceCalls, ContextCalls):
    """All calls to one environment; a context manager. See `calls.Calls` for options.

    Calls that need a login use the `access_token` given here. Not for two threads.
    """
