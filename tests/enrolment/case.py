"""A company that orders certificates from the local KSeF."""

import base64

from ..connection.test_connect import ConnectCase


class EnrolmentCase(ConnectCase):
    def setUp(self):
        super().setUp()
        self.enrolments = self.env["l10n_pl_ksef.enrolment"].sudo()
        self.sandbox.knobs(auth_polls=0, polls_before_ready=0)

    def sign_once(self, **begun):
        """Connect by a signed file; return the action that follows the upload."""
        action = self.company._l10n_pl_ksef_ask_signature(**begun)
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.environment = "test"
        action = window.action_next()
        sign = self.env[action["res_model"]].browse(action["res_id"])
        sign.action_download()
        sign.signed_file = self.encoded(self.signed(sign))
        return sign.action_upload()

    def encoded(self, content):
        return base64.b64encode(content)

    def let_cron_work(self, rounds=8):
        """Let time pass until nothing is under way any more."""
        for _round in range(rounds):
            self.enrolments.search([]).retry_at = False
            connections = self.env["l10n_pl_ksef.connection"].sudo()
            connections.search([("active", "in", (True, False))]).write(
                {"retry_at": False, "next_call_at": False}
            )
            self.enrolments._cron_enrol()

    def orders(self, **values):
        """Return the company's orders, the first one first."""
        domain = [(name, "=", value) for name, value in values.items()]
        company = ("company_id", "=", self.company.id)
        return self.enrolments.search([company, *domain], order="id")

    def certificates(self, kind=None):
        """Return the company's certificates in Odoo, the first one first."""
        kinds = [("type", "=", kind)] if kind else []
        certificates = self.env["l10n_pl_ksef.certificate"].sudo()
        company = ("company_id", "=", self.company.id)
        return certificates.search([company, *kinds], order="id")

    def in_ksef(self, status="Active"):
        """Return ``{serial: row}`` of KSeF's certificates of the company."""
        rows = self.sandbox.control("GET", "/certificates")["certificates"]
        return {
            row["serial"]: row
            for row in rows
            if row["subject"] == self.nip and row["status"] == status
        }

    def current(self, kind):
        return self.enrolments._current(self.company, kind)

    def failed_calls(self):
        """Return what KSeF answered with an error since the calls were cleared."""
        calls = self.sandbox.control("GET", "/calls")["items"]
        return [call for call in calls if call.get("status", 200) >= 400]
