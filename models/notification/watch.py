"""What the clock brings about, and people are told of."""

from datetime import timedelta

from odoo import api, fields, models

from ..concurrency import checkpoint
from ..connection.certificate import EXPIRES_SOON
from ..times import warsaw_today

DAYS_BEFORE_EXPIRY = (1, 7, 14, 30)
BEFORE_SIGNING = (timedelta(hours=2), timedelta(days=2))
WAITS_LONG = timedelta(hours=4)


class Notification(models.Model):
    _inherit = "l10n_pl_ksef.notification"

    @api.model
    def _cron_watch(self):
        """Tell of certificates and authorisations that end, and of waiting invoices."""
        self._watch_certificates()
        checkpoint(self.env)
        self._watch_signed_files()
        checkpoint(self.env)
        self._watch_waiting_invoices()
        self._watch_offline_invoices()
        checkpoint(self.env)
        self.env["l10n_pl_ksef.certificate"]._check_in_ksef()

    def _watch_certificates(self):
        now = fields.Datetime.now()
        ending = self.env["l10n_pl_ksef.certificate"].search(
            [
                ("company_id.active", "=", True),
                ("state", "=", "valid"),
                ("valid_to", "<=", now + EXPIRES_SOON),
            ]
        )
        for certificate in ending.filtered(lambda c: not c._has_successor()):
            left = certificate.valid_to - now
            occasion = next(
                (d for d in DAYS_BEFORE_EXPIRY if left <= timedelta(days=d)), None
            )
            expired = left <= timedelta(0)
            self._notify(
                "certificate_expires",
                certificate,
                occasion="expired" if expired else f"{occasion} days",
            )

    def _watch_signed_files(self):
        """Ask people for a new signed file while the old login still works."""
        now = fields.Datetime.now()
        ending = self.env["l10n_pl_ksef.connection"].search(
            [
                ("company_id.active", "=", True),
                ("method", "=", "signed_file"),
                ("state", "=", "connected"),
                ("refresh_valid_until", "<=", now + BEFORE_SIGNING[-1]),
            ]
        )
        for connection in ending:
            left = connection.refresh_valid_until - now
            before = next(limit for limit in BEFORE_SIGNING if left <= limit)
            occasion = f"{connection.refresh_valid_until} {before}"
            self._notify("authorisation_due", connection, occasion=occasion)
            connection._ask_to_sign_again()

    def _watch_offline_invoices(self):
        """Tell of what must be in KSeF today or tomorrow, and again of what is late."""
        today = warsaw_today()
        near = self.env["account.move"].search(
            [
                ("company_id.active", "=", True),
                ("l10n_pl_ksef_deadline", "<=", today + timedelta(days=1)),
            ]
        )
        for move in near:
            late = move.l10n_pl_ksef_deadline < today
            self._notify(
                "offline_deadline",
                move,
                occasion=f"{move.l10n_pl_ksef_deadline}{' late' if late else ''}",
                details=move.l10n_pl_ksef_message,
            )

    def _watch_waiting_invoices(self):
        waiting = self.env["l10n_pl_ksef.document"].search(
            [
                ("company_id.active", "=", True),
                ("state", "in", ("queued", "sending", "sent", "unknown")),
                ("create_date", "<=", fields.Datetime.now() - WAITS_LONG),
            ]
        )
        for document in waiting:
            self._notify(
                "invoice_waits",
                document.move_id,
                occasion=document.id,
                details=document.status_message,
            )


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def _ask_to_sign_again(self):
        """Leave a to-do for who made the connection, once."""
        summary = self.env._("Sign a new authorisation file for KSeF")
        if self.activity_ids.filtered("automated"):
            return
        # The e-mail about it is ours, and goes to those who want it.
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.refresh_valid_until.date(),
            summary=summary,
            user_id=self._who_signs().id,
        )

    def _who_signs(self):
        """Return who made the connection, or else an accounting administrator."""
        managers = self.env["l10n_pl_ksef.notice"]._accountants(self.company_id)
        return (managers & self.create_uid) or managers[:1] or self.env.user

    def _authorised(self, pair):
        self.activity_unlink(["mail.mail_activity_data_todo"])
        return super()._authorised(pair)


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    def _has_successor(self):
        """Tell whether another certificate of the company does the same work longer."""
        return bool(
            self.search_count(
                [
                    ("company_id", "=", self.company_id.id),
                    ("type", "=", self.type),
                    ("nip", "=", self.nip),
                    ("state", "=", "valid"),
                    ("valid_to", ">", self.valid_to),
                ],
                limit=1,
            )
        )
