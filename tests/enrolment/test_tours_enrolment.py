"""Certificates without a visit elsewhere, in Chromium and in Polish."""

import base64

from odoo.tests import tagged

from ..connection.test_tours_connect import DASHBOARD, SETTINGS, TourCase
from .test_renew import RenewCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestToursEnrolment(TourCase, RenewCase):
    def test_from_an_empty_company_to_both_certificates_with_one_signed_file(self):
        invoice = self.invoice()
        self.assertFalse(self.certificates())
        self.tour("sign_once", DASHBOARD)
        self.give("ksef_signed", self.sign(self.to_be_signed()))
        self.tour("signed_once", SETTINGS)
        self.assertEqual(self.connection().method, "certificate")
        self.assertEqual(
            [one.status for one in self.certificates()], ["authorised", "added"]
        )
        invoice._l10n_pl_ksef_send()
        self.process(self.connection())
        self.assertEqual(invoice.l10n_pl_ksef_state, "accepted")

    def to_be_signed(self):
        return base64.b64decode(self.connection().request_file)

    def test_sixty_days_before_its_end_a_certificate_is_replaced(self):
        self.welcomed()
        self.both()
        self.tour("before_renewal")
        self.ends_in(60)
        self.let_cron_work(rounds=3)
        self.assertEqual(self.failed_calls(), [])
        self.tour("after_renewal")

    def test_what_is_in_ksef_is_seen_and_revoked(self):
        self.welcomed()
        self.connect()
        serial = self.sandbox.certificate(self.nip, name="Kasa w sklepie")["serial"]
        self.tour("revoke")
        self.assertIn(serial, self.in_ksef("Revoked"))
