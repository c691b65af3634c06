import logging
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from ...ksef_api import crypto
from ...ksef_api import environment as ksef_environment
from ...ksef_api.client import USAGE_SYMMETRIC, KsefClient, choose_key
from ...ksef_api.errors import InvalidRequest, KsefError, Unauthorized
from ...ksef_api.transport import Transport
from ..concurrency import Pause
from .verdict import KEY_WITHDRAWN

_logger = logging.getLogger(__name__)

ACCESS_TOKEN_MARGIN = timedelta(seconds=60)
PUBLIC_KEYS_LIFE = timedelta(hours=1)
TEST_API_URL = "l10n_pl_ksef.test_api_url"
TEST_QR_URL = "l10n_pl_ksef.test_qr_url"
TEST_STATUS_URL = "l10n_pl_ksef.test_status_url"

# One HTTP session per KSeF address and process; no secret is kept in it.
_transports = {}
_public_keys = {}


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def _environment(self):
        """Return the KSeF environment (``ksef_api`` Environment) of this connection."""
        self.ensure_one()
        return self._environment_of(self.environment)

    @api.model
    def _environment_of(self, code):
        """Return the KSeF environment (``ksef_api`` Environment) of name ``code``.

        The system parameters ``l10n_pl_ksef.test_api_url``, ``.test_qr_url`` and
        ``.test_status_url`` put another KSeF (the local one) in the place of *test*. A
        neutralised database never reaches production.
        """
        # sudo: a parameter of the system; nobody is shown it
        parameters = self.env["ir.config_parameter"].sudo()
        if code == "production" and parameters.get_param("database.is_neutralized"):
            code = "test"
        api_url = parameters.get_param(TEST_API_URL)
        if code == "test" and api_url:
            return ksef_environment.custom(
                api_url,
                parameters.get_param(TEST_QR_URL) or None,
                code="test",
                status_url=parameters.get_param(TEST_STATUS_URL) or None,
            )
        return ksef_environment.ENVIRONMENTS[code]

    def _client(self, access_token=None):
        """Return a client for this connection's environment; use it through
        ``_call``."""
        environment = self._environment()
        transport = _transports.get(environment)
        if transport is None:
            transport = _transports[environment] = Transport(environment)
        return KsefClient(
            environment,
            access_token=access_token,
            transport=transport,
            gate=self._gate,
        )

    def _call(self, function):
        """Return ``function(client)`` for a client with a valid access token.

        ``function`` makes one call. A token that KSeF no longer takes is renewed once:
        a refused call was not carried out, so it may be made again.

        :raise KsefError: typed; see ``ksef_api.errors``
        """
        token = self._access_token()
        try:
            return self._call_public(function, token)
        except Unauthorized:
            _logger.info("KSeF: connection %s: access token refused", self.id)
            return self._call_public(function, self._renew_access_token(token))

    def _call_public(self, function, access_token=None):
        """Return ``function(client)``, keeping the pauses that KSeF asks for.

        A limit or an outage that KSeF tells of stops the whole connection until the
        time it names.
        """
        self.ensure_one()
        self._check_may_call()
        client = self._client(access_token)
        try:
            answer = function(client)
        except KsefError as error:
            if isinstance(error, InvalidRequest) and error.has(KEY_WITHDRAWN):
                _public_keys.pop(self._environment(), None)
            self._met(error, client.asked)
            raise
        finally:
            self._heed(client.warnings)
        self._succeeded(client.asked)
        return answer

    def _check_may_call(self):
        """Refuse a call, without making it, while KSeF asked us to wait."""
        now = fields.Datetime.now()
        if self.next_call_at and self.next_call_at > now:
            seconds = int((self.next_call_at - now).total_seconds()) + 1
            raise Pause(self._why_no_calls(), retry_after=seconds)

    def _access_token(self):
        """Return an access token that lives long enough for one more call."""
        soon = fields.Datetime.now() + ACCESS_TOKEN_MARGIN
        if self.access_valid_until and self.access_valid_until > soon:
            return self._unseal("access_token_sealed").decode()
        return self._renew_access_token()

    def _public_key(self, usage=USAGE_SYMMETRIC):
        """Return KSeF's public key for ``usage`` that is valid now."""
        environment = self._environment()
        now = datetime.now(timezone.utc)
        keys, until = _public_keys.get(environment, (None, now))
        if until <= now:
            keys = self._call_public(lambda client: client.public_keys())
            _public_keys[environment] = (keys, now + PUBLIC_KEYS_LIFE)
        return choose_key(keys, usage, now)

    def _new_encryption(self):
        """Return ``(symmetric key, encryption info)`` for a session or an export."""
        key = crypto.new_session_key()
        return key, crypto.wrap_key(key, self._public_key())

    def _note_failure(self, error, about=None):
        """Return what ``error`` means; what the connection shows of it is noted where
        it was met (``trouble.py``).

        :param error, about: see ``verdict._of``
        """
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error, about)
        _logger.info("KSeF: connection %s: %s", self.id, type(error).__name__)
        return verdict
