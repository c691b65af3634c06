from odoo import api, fields, models

from ...ksef_api.errors import InvalidRequest, KsefError
from ..access import ADMINISTRATOR, allowed
from ..concurrency import checkpoint, isolated
from ..vault.vault import VaultError

NOT_ACTIVE_ANY_MORE = 25009


class ListedCertificate(models.Model):
    _inherit = "l10n_pl_ksef.listed.certificate"

    def _ask_revocation(self, reason):
        """Have KSeF revoke this certificate; the wish is committed before the call.

        :param reason: of ``REASONS``
        :return: why it was not revoked (yet), or None
        """
        self.ensure_one()
        # sudo: nobody may write these rows, this code does
        row = self.sudo()
        row.write({"revoke_reason": reason, "revoke_asked_at": fields.Datetime.now()})
        checkpoint(self.env)
        return row._revoke()

    def _revoke(self):
        """Asking twice does no harm: KSeF says that the certificate is over."""
        connection = self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)
        try:
            connection._call(
                lambda client: client.revoke_certificate(
                    self.serial, self.revoke_reason
                )
            )
        except (KsefError, VaultError) as error:
            over = isinstance(error, InvalidRequest) and error.has(NOT_ACTIVE_ANY_MORE)
            if not over:
                return self._not_revoked(error)
        self.write({"status": "Revoked", "message": False, "revoke_asked_at": False})
        self._note_revoked()
        checkpoint(self.env)
        if self.revoke_reason == "KeyCompromise" and self.type == "authentication":
            self._end_other_logins(connection)
        return None

    def _end_other_logins(self, connection):
        """End what others may have begun with the key: a login outlives its certificate
        by up to a week (auth/sesje.md). Ours goes on; other programs log in anew.
        """
        try:
            logins = connection._call(lambda client: client.auth_sessions())
            for login in logins:
                if not login.is_current:
                    reference = login.reference
                    connection._call(lambda client, r=reference: client.revoke(r))
        except (KsefError, VaultError) as error:
            verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
            self.message = self.env._(
                "The certificate is revoked, but logins made with it may go on for a "
                "week; end them in Aplikacja Podatnika KSeF. (%(reason)s)",
                reason=verdict.message,
            )
        checkpoint(self.env)

    def _not_revoked(self, error):
        """What passes is asked again by the cron; a refusal is told, and that is it."""
        verdict = self.env["l10n_pl_ksef.verdict"]._of(error, "enrolment")
        passes = verdict.outcome in ("retry", "unknown", "login")
        asked = self.revoke_asked_at if passes else False
        self.write({"message": verdict.message, "revoke_asked_at": asked})
        checkpoint(self.env)
        return verdict.message

    def _note_revoked(self):
        certificate = self.certificate_id
        reasons = dict(self._fields["revoke_reason"]._description_selection(self.env))
        text = self.env._(
            "Revoked in KSeF from Odoo. Reason: %(reason)s.",
            reason=reasons.get(self.revoke_reason),
        )
        for one in certificate:
            one.write({"state": "revoked", "status_message": text})
            one.message_post(body=text)

    @api.model
    def _revoke_asked(self):
        """Ask again where KSeF's answer was lost, or did not come."""
        asked = self.search(
            [("revoke_asked_at", "!=", False), ("company_id.active", "=", True)]
        )
        for row in asked:
            with isolated(self.env, row):
                row._revoke()
            checkpoint(self.env)


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    def _listed(self):
        """Return the row of KSeF's list that is this certificate, or none."""
        connection = self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)
        # sudo: whoever may see the certificate may see what KSeF says of it
        rows = self.env["l10n_pl_ksef.listed.certificate"].sudo()
        return rows.search(
            [
                ("company_id", "=", self.company_id.id),
                ("environment", "=", connection.environment),
                ("serial", "=", self.serial),
            ],
            limit=1,
        )

    def _ask_revocation(self, reason):
        """Have KSeF revoke this certificate, where it is KSeF's (a seal is not).

        :return: why it was not revoked (yet), or None
        """
        listed = self._listed()
        if not listed:
            self.env["l10n_pl_ksef.listed.certificate"]._refresh(self.company_id)
            listed = self._listed()
        if not listed:
            return self.env._(
                "KSeF does not list this certificate among those of whoever is logged "
                "in: revoke it where it was made."
            )
        return listed._ask_revocation(reason)

    @allowed(ADMINISTRATOR)
    def action_compromised(self):
        """Open the window that revokes this certificate and orders another."""
        return self._open_revoke("KeyCompromise")

    @allowed(ADMINISTRATOR)
    def action_revoke(self):
        """Open the window that says what stops, and revokes."""
        return self._open_revoke("Unspecified")

    def _open_revoke(self, reason):
        self.ensure_one()
        window = self.env["l10n_pl_ksef.revoke"].create(
            {
                "company_id": self.company_id.id,
                "certificate_id": self.id,
                "reason": reason,
                "order_new": reason == "KeyCompromise",
            }
        )
        return window._open()


class Enrolment(models.Model):
    _inherit = "l10n_pl_ksef.enrolment"

    @api.model
    def _cron_enrol(self):
        result = super()._cron_enrol()
        # sudo: nobody may write these rows, this code does
        self.env["l10n_pl_ksef.listed.certificate"].sudo()._revoke_asked()
        return result
