"""A new certificate proves itself, and takes the place of the one before it."""

import base64
import os
from datetime import timedelta

from odoo import fields, models

from ...ksef_api import qr
from ...ksef_api.certificate import KsefCertificate
from ..concurrency import checkpoint
from ..connection.auth import POLL_AFTER

# So long both are there; then the old one is revoked.
BOTH_FOR = timedelta(days=7)
ON_ITS_WAY = ("ordered", "processing")


class Enrolment(models.Model):
    _inherit = "l10n_pl_ksef.enrolment"

    def _step_proving(self):
        if not self.certificate_id:
            self._fail(self.env._("The certificate was deleted meanwhile."))
        elif self.type == "offline":
            self._prove_by_link()
        else:
            self._prove_by_login()

    def _prove_by_link(self):
        """KSeF has no call that tries an offline certificate: what it signs must verify
        with the certificate that KSeF shows, and KSeF must hold that for valid.
        """
        connection = self._login()
        (listed,) = connection._call(
            lambda client: list(
                client.certificates(certificateSerialNumber=self.serial)
            )
        )
        (shown,) = connection._call(
            lambda client: client.retrieve_certificates([self.serial])
        )
        link = qr.certificate_link(
            connection._environment(),
            "Nip",
            connection.nip,
            connection.nip,
            self.certificate_id._load(),
            base64.b64encode(os.urandom(32)).decode(),
        )
        public = KsefCertificate.from_stored(shown.certificate_der)
        if listed.status == "Active" and qr.is_signed_by(link, public):
            self.certificate_id.state = "valid"
            self._taken_into_use()
        else:
            self._fail(
                self.env._("What the new certificate signs does not verify in KSeF.")
            )

    def _prove_by_login(self):
        """Log in with it beside the login that works, which it replaces then
        (``models/connection/replace.py``)."""
        candidate = self.candidate_id
        if not candidate:
            current = self._login()
            if current.state in ON_ITS_WAY:
                # It may work in a moment: it is not to be let go of before.
                self._go_on_after(POLL_AFTER)
                return
            candidate = self.candidate_id = current._connect(
                self.company_id,
                self.environment,
                "certificate",
                nip=current.nip,
                name=current.name,
                certificate_id=self.certificate_id.id,
            )
            candidate._order_authorisation()
            checkpoint(self.env)
        if candidate.state in ON_ITS_WAY:
            candidate._advance_authorisation()
        if candidate.state == "connected" and candidate.is_candidate:
            # Authorised by another process, which takes over now, or ended before.
            candidate._take_over_at_last()
        if candidate.state == "connected" and candidate.active:
            self._taken_into_use()
        elif candidate.state in (*ON_ITS_WAY, "connected"):
            self._go_on_after(POLL_AFTER)
        else:
            self._fail(
                candidate.status_message
                or self.env._("The login with the new certificate was ended.")
            )

    def _taken_into_use(self):
        now = fields.Datetime.now()
        self._reached(
            "done",
            in_use_since=now,
            revoke_at=self.replaces_id and now + BOTH_FOR,
        )
        self.certificate_id._log_in_use(self)

    # --- the one before it ---------------------------------------------------

    def _revoke_replaced(self):
        """Revoke what was replaced, where the new one has worked for a week."""
        due = self.search(
            [
                ("company_id.active", "=", True),
                ("state", "=", "done"),
                ("revoke_at", "<=", fields.Datetime.now()),
            ]
        )
        for enrolment in due:
            enrolment._revoke_old()

    def _revoke_old(self):
        old, new = self.replaces_id, self.certificate_id
        if not old or old.state == "revoked":
            self.revoke_at = False
        elif not new._works():
            # The old one may be needed yet; people are told of the new one.
            self.revoke_at = fields.Datetime.now() + timedelta(days=1)
        elif old._is_needed():
            self.revoke_at = fields.Datetime.now() + timedelta(hours=1)
        else:
            old._ask_revocation("Superseded")
            self.revoke_at = False
        checkpoint(self.env)
