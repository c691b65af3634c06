import base64
from unittest.mock import patch

from asn1crypto import keys, pem

from odoo.exceptions import AccessError, UserError

from ...ksef_api.errors import RateLimited
from ..common import KsefCase, make_nip


class TestCertificateUpload(KsefCase):
    """Every refusal: a sentence for people, and nothing stored."""

    def assertRefused(self, sentence, **values):
        wizard = self.upload(**values)
        with self.assertRaisesRegex(UserError, sentence):
            wizard.action_add()
        self.assertFalse(self.env["l10n_pl_ksef.certificate"].search([]))
        self.assertFalse(self.company._l10n_pl_ksef_connection())

    def test_a_wrong_password_is_refused(self):
        self.assertRefused("password does not open", password="inne-haslo")

    def test_a_key_of_another_certificate_is_refused(self):
        other = self.sandbox.certificate(self.nip)
        key = base64.b64encode(other["key_pem"].encode())
        self.assertRefused("does not belong", key_file=key)

    def test_an_expired_certificate_is_refused(self):
        options = {"not_before_days": -10, "days": 5}
        self.assertRefused("has expired", options=options)

    def test_a_certificate_of_tomorrow_is_refused(self):
        self.assertRefused("not valid yet", options={"not_before_days": 1})

    def test_an_offline_certificate_cannot_authorise(self):
        self.assertRefused("offline certificate", options={"usage": "offline"})

    def test_an_authentication_certificate_is_no_offline_one(self):
        self.assertRefused("authentication certificate", type="offline")

    def test_a_file_that_is_no_certificate_is_refused(self):
        junk = base64.b64encode(b"not a certificate")
        self.assertRefused("not a certificate", certificate_file=junk)

    def test_a_file_over_1_mb_is_refused(self):
        huge = base64.b64encode(b"0" * 1_000_001)
        self.assertRefused("larger than 1 MB", certificate_file=huge)

    def test_a_key_that_would_take_hours_to_open_is_refused(self):
        given = self.sandbox.certificate(self.nip)
        _kind, _headers, der = pem.unarmor(given["key_pem"].encode())
        info = keys.EncryptedPrivateKeyInfo.load(der)
        parameters = info["encryption_algorithm"]["parameters"]
        parameters["key_derivation_func"]["parameters"]["iteration_count"] = 2**31 - 1
        endless = base64.b64encode(info.dump(force=True))
        self.assertRefused("too long to open", key_file=endless)

    def test_a_certificate_without_its_key_is_refused(self):
        self.assertRefused("private key as well", key_file=False)

    def test_production_needs_an_explicit_confirmation(self):
        self.assertRefused("legal effect", environment="production")

    def test_a_nip_with_a_wrong_control_digit_is_refused(self):
        wizard = self.upload(nip="1234567890")
        with self.assertRaisesRegex(UserError, "not a valid NIP"):
            wizard.action_add()

    def given(self, nip=None):
        """Return the files of one certificate, to be chosen as often as needed."""
        given = self.sandbox.certificate(nip or self.nip)
        return {
            "certificate_file": base64.b64encode(given["certificate_pem"].encode()),
            "key_file": base64.b64encode(given["key_pem"].encode()),
            "password": given["password"],
        }

    def test_the_same_certificate_is_not_stored_twice(self):
        files = self.given()
        self.upload(**files).action_add()
        second = self.upload(**files)
        with self.assertRaisesRegex(UserError, "added to the company already"):
            second.action_add()

    def test_one_that_is_known_authorises_again_after_disconnecting(self):
        files = self.given()
        first = self.connect(**files)
        certificate = first.certificate_id
        first.action_disconnect()
        second = self.connect(**files)
        self.assertEqual(second.certificate_id, certificate)
        self.assertNotEqual(second, first)
        self.assertEqual(certificate.state, "valid")

    def test_one_that_failed_authorises_when_it_is_added_again(self):
        files = self.given()
        connection = self.connect(**files)
        connection.state = "failed"
        again = self.connect(**files)
        self.assertEqual(again.certificate_id, connection.certificate_id)

    def test_a_certificate_of_another_nip_is_told_with_both(self):
        other = make_nip("owner")
        window = self.upload(**self.given(other))
        self.assertIn(other, window.nip_warning)
        self.assertIn(self.nip, window.nip_warning)
        self.assertFalse(self.upload().nip_warning)

    def test_one_in_a_file_with_a_password_is_told_before_it_is_added(self):
        other = make_nip("owner")
        given = self.sandbox.certificate(other)
        window = self.upload(
            certificate_file=given["p12_b64"],
            key_file=False,
            password=given["password"],
        )
        self.assertFalse(window.nip_warning)
        window.action_add()
        self.assertIn(other, window.nip_warning)
        self.assertFalse(window.connection_id)
        window.action_add()
        self.assertTrue(window.connection_id)

    def test_the_window_keeps_neither_key_nor_password(self):
        wizard = self.upload()
        wizard.action_add()
        self.assertFalse(wizard.key_file)
        self.assertFalse(wizard.password)

    def test_who_only_invoices_may_not_add_a_certificate(self):
        user = self.new_user("fakturzystka")
        with self.assertRaises(AccessError):
            self.upload().with_user(user).action_add()


class TestAuthorisation(KsefCase):
    def test_rsa_and_ec_certificates_are_authorised(self):
        for key in ("rsa", "ec"):
            with self.subTest(key=key):
                connection = self.connect(options={"key": key})
                self.assertEqual(connection.certificate_id.status, "authorised")

    def test_a_pkcs12_file_alone_will_do(self):
        given = self.sandbox.certificate(self.nip)
        connection = self.connect(
            certificate_file=given["p12_b64"],
            key_file=False,
            password=given["password"],
        )
        self.assertEqual(connection.certificate_id.status, "authorised")

    def test_the_state_passes_through_processing(self):
        self.sandbox.knobs(auth_polls=2)
        wizard = self.upload()
        wizard.action_add()
        self.assertEqual(wizard.state, "processing")
        self.assertEqual(wizard.connection_id.certificate_id.status, "processing")

    def test_a_certificate_without_a_permission_for_the_nip_fails_with_the_reason(self):
        stranger = self.sandbox.certificate(make_nip("stranger"))
        wizard = self.upload(
            certificate_file=base64.b64encode(stranger["certificate_pem"].encode()),
            key_file=base64.b64encode(stranger["key_pem"].encode()),
            password=stranger["password"],
        )
        wizard.action_add()
        for _poll in range(3):
            wizard.connection_id.action_check()
        self.assertEqual(wizard.state, "failed")
        self.assertIn("no permission", wizard.status_message)
        self.assertEqual(wizard.connection_id.certificate_id.status, "failed")

    def test_a_revoked_certificate_fails_with_the_reason(self):
        wizard = self.upload()
        serial = wizard._load().serial
        self.sandbox.control("POST", f"/certificates/{serial}", {"status": "Revoked"})
        wizard.action_add()
        for _poll in range(3):
            wizard.connection_id.action_check()
        self.assertEqual(wizard.state, "failed")
        self.assertIn("does not accept this certificate", wizard.status_message)

    def test_when_ksef_is_down_the_authorisation_waits_and_is_tried_again(self):
        self.sandbox.fault(
            method="POST", path="/auth/challenge", action="status", status=503
        )
        wizard = self.upload()
        wizard.action_add()
        connection = wizard.connection_id.sudo()
        self.assertEqual(connection.state, "ordered")
        self.assertTrue(connection.retry_at)
        connection.next_call_at = False
        for _poll in range(4):
            connection._advance_authorisation()
        self.assertEqual(connection.state, "connected")

    def test_an_access_token_is_renewed_before_it_ends(self):
        connection = self.connect()
        before = connection._unseal("access_token_sealed")
        connection.access_valid_until = "2020-01-01"
        connection._cron_authorise()
        self.assertNotEqual(connection._unseal("access_token_sealed"), before)

    def test_a_refused_access_token_is_renewed_once_and_the_call_made_again(self):
        connection = self.connect()
        connection.access_token_sealed = connection._seal(
            "access_token_sealed", "nobody.knows.this"
        )
        limits = connection._call(lambda client: client.context_limits())
        self.assertTrue(limits)

    def test_a_session_ended_elsewhere_is_authorised_again_by_itself(self):
        connection = self.connect()
        self.sandbox.control("POST", "/auth-sessions/revoke", {"nip": self.nip})
        connection.access_valid_until = "2020-01-01"
        connection._cron_authorise()
        for _poll in range(4):
            connection.retry_at = False
            connection._cron_authorise()
        self.assertEqual(connection.state, "connected")

    def test_disconnecting_revokes_in_ksef_and_erases_the_tokens(self):
        connection = self.connect()
        connection.action_disconnect()
        self.assertFalse(connection.active)
        self.assertFalse(connection.access_token_sealed)
        sessions = self.sandbox.control("GET", f"/auth-sessions?nip={self.nip}")
        alive = [s for s in sessions["sessions"] if s["state"] == "alive"]
        self.assertFalse(alive)

    def test_429_stops_the_whole_connection_until_the_time_named(self):
        connection = self.connect()
        self.sandbox.fault(
            method="GET", path="/limits/context", action="rate_limit", retry_after=77
        )
        for _call in range(2):
            with self.assertRaisesRegex(RateLimited, ""):
                connection._call(lambda client: client.context_limits())
        self.assertEqual(self.sandbox.control("GET", "/faults")["faults"][0]["hits"], 1)

    def test_a_neutralised_copy_never_reaches_production(self):
        connection = self.connect()
        connection.environment = "production"
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.assertEqual(connection._environment().api_url, self.sandbox.api_url)

    def test_a_second_process_leaves_the_authorisation_alone(self):
        connection = self.connect()
        connection.state = "ordered"
        with patch(
            "odoo.addons.l10n_pl_ksef.models.connection.auth.advisory_lock"
        ) as lock:
            lock.return_value.__enter__.return_value = False
            connection._advance_authorisation()
        self.assertEqual(connection.state, "ordered")
