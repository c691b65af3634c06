"""Certificates that only people can look after, and people who have none yet."""

from odoo import api, fields, models
from odoo.tools import format_date

from ..concurrency import checkpoint


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    def _tell_person(self):
        """Tell the person for whom the certificate was made that it ends, in time.

        One for a PESEL is that person's own: Odoo orders no other in their name unless
        they ask for it.
        """
        self.env["l10n_pl_ksef.notification"]._notify(
            "certificate_to_renew", self, occasion=self.valid_to
        )
        connection = self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)
        summary = self.env._("Order the next KSeF certificate of yours")
        if not connection or summary in connection.activity_ids.mapped("summary"):
            return
        connection.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.valid_to.date(),
            summary=summary,
            note=self.env._(
                "%(name)s ends on %(date)s. It was made for a person, so that person "
                "orders the next one: open the certificate and press “Order the Next "
                "One”.",
                name=self.name,
                date=format_date(self.env, self.valid_to),
            ),
            user_id=self._person().id,
        )

    def _person(self):
        """Return who added it, as long as they look after KSeF; else who does."""
        managers = self.env["l10n_pl_ksef.notice"]._accountants(self.company_id)
        return (managers & self.create_uid) or managers[:1] or self.env.user


class Connection(models.Model):
    """Whoever works without certificates is shown the way to them, once."""

    _inherit = "l10n_pl_ksef.connection"

    certificate_way = fields.Text(compute="_compute_certificate_way")

    @api.depends("method", "state")
    @api.depends_context("lang")
    def _compute_certificate_way(self):
        for connection in self:
            connection.certificate_way = connection._way_to_certificates()

    def _way_to_certificates(self):
        """Return what speaks for certificates where there are none, or False."""
        if self.method == "token":
            day = self.env["l10n_pl_ksef.legal.fact"]._date("token_life")
            return self.env._(
                "The company is connected by a KSeF token. Tokens made until the end "
                "of 2026 are announced to work until %(date)s. A certificate works for "
                "two years, and Odoo orders the next one by itself: one signed file is "
                "enough for that, now or later.",
                date=format_date(self.env, day),
            )
        if self.method == "signed_file":
            return self.env._(
                "The company is connected by a signed file, which has to be signed "
                "again every week. With certificates nobody has to: Odoo orders them "
                "through this login, and renews them by itself."
            )
        return False

    @api.model
    def _show_way_to_certificates(self):
        """Tell it once to those who have been connected without certificates."""
        without = self._connected().filtered(
            lambda c: c.method != "certificate" and not c.orders_certificates
        )
        for connection in without:
            company = connection.company_id
            orders = self.env["l10n_pl_ksef.enrolment"]
            under_way = [("company_id", "=", company.id), ("state", "!=", "failed")]
            if not orders.search_count(under_way, limit=1):
                speaking = connection._in_company_language()
                speaking.env["l10n_pl_ksef.notification"]._notify(
                    "certificate_way",
                    company.with_env(speaking.env),
                    details=speaking._way_to_certificates(),
                )
        checkpoint(self.env)


class Notification(models.Model):
    _inherit = "l10n_pl_ksef.notification"

    @api.model
    def _cron_watch(self):
        result = super()._cron_watch()
        self.env["l10n_pl_ksef.connection"]._show_way_to_certificates()
        return result
