"""Another team's KSeF client looks from outside at which logins are alive."""

import unittest

from .test_connect import ConnectCase

try:
    from ksef_client import KsefClient, KsefClientOptions
    from ksef_client.services.workflows import AuthCoordinator
except ImportError:
    KsefClient = None


@unittest.skipUnless(KsefClient, "the Python package ksef-client is not installed")
class TestSeenFromOutside(ConnectCase):
    def setUp(self):
        super().setUp()
        options = KsefClientOptions(base_url=self.sandbox.api_url)
        self.outside = self.enterContext(KsefClient(options))
        self.connection = self.connect()

    def others(self):
        """Return the references of logins alive beside the outside client's own."""
        key = self.outside.security.get_public_key_certificate_pem(
            "KsefTokenEncryption"
        )
        login = AuthCoordinator(self.outside.auth).authenticate_with_ksef_token(
            token=self.sandbox.token(self.nip),
            public_certificate=key,
            context_identifier_type="Nip",
            context_identifier_value=self.nip,
            poll_interval_seconds=0.01,
        )
        found = self.outside.auth.get_active_sessions(access_token=login.access_token)
        self.outside.auth.revoke_current_session(login.access_token)
        return [s.reference_number for s in found.items if not s.is_current]

    def test_a_renewed_access_token_belongs_to_the_same_login(self):
        before = self.others()
        self.connection._renew_access_token()
        self.assertEqual(before, [self.connection.auth_reference])
        self.assertEqual(self.others(), before)

    def test_after_a_login_was_ended_elsewhere_a_new_one_lives(self):
        former = self.connection.auth_reference
        self.sandbox.control("POST", "/auth-sessions/revoke", {"nip": self.nip})
        self.connection._session_ended()
        self.assertEqual(self.settle(self.connection).state, "connected")
        self.assertEqual(self.others(), [self.connection.auth_reference])
        self.assertNotEqual(self.connection.auth_reference, former)

    def test_nothing_lives_after_disconnecting(self):
        self.connection.action_disconnect()
        self.assertEqual(self.others(), [])

    def test_replacing_the_certificate_leaves_one_login(self):
        self.connect()
        self.assertEqual(len(self.others()), 1)
