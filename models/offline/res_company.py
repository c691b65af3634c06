from odoo import api, fields, models
from odoo.tools import split_every

from ..concurrency import checkpoint, isolated, time_is_left
from ..notification.outage import LONG_ENOUGH
from ..times import warsaw_today
from .account_move import USABLE

AT_ONCE = 100


class ResCompany(models.Model):
    """Issuing offline by itself, when KSeF does not answer."""

    _inherit = "res.company"

    l10n_pl_ksef_offline_by_itself = fields.Boolean(
        "Issue Offline When KSeF Does Not Answer",
        help="An invoice that is to be sent while KSeF does not answer is issued "
        "offline (offline24) with both QR codes, and sent to KSeF later. Needs an "
        "offline certificate.",
    )

    def _l10n_pl_ksef_offline_certificate(self):
        """Return the offline certificate to sign with, or none."""
        # sudo: who issues offline signs with the company's certificate
        certificates = self.env["l10n_pl_ksef.certificate"].sudo()
        certificate = certificates._newest(self, "offline")
        is_usable = certificate.status in USABLE
        return certificate if is_usable else certificate.browse()


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_offline_by_itself = fields.Boolean(
        related="company_id.l10n_pl_ksef_offline_by_itself", readonly=False
    )
    l10n_pl_ksef_lacks_offline_certificate = fields.Boolean(
        "Lacks an Offline Certificate",
        compute="_compute_l10n_pl_ksef_lacks_offline_certificate",
    )

    def _compute_l10n_pl_ksef_lacks_offline_certificate(self):
        for settings in self:
            found = settings.company_id._l10n_pl_ksef_offline_certificate()
            settings.l10n_pl_ksef_lacks_offline_certificate = not found


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _cron_send(self):
        result = super()._cron_send()
        silent = self.env["l10n_pl_ksef.connection"].search(
            [
                ("unavailable_since", "<=", fields.Datetime.now() - LONG_ENOUGH),
                ("company_id.active", "=", True),
                ("company_id.l10n_pl_ksef_offline_by_itself", "=", True),
            ]
        )
        for connection in silent:
            with isolated(self.env, connection):
                self._offline_instead(connection)
        return result

    @api.model
    def _offline_instead(self, connection, moves=None):
        """Issue offline what waits while KSeF does not answer, if the company wants so.

        :param moves: these only
        """
        company = connection.company_id
        certificate = company._l10n_pl_ksef_offline_certificate()
        outage = company._l10n_pl_ksef_outage()
        wanted = company.l10n_pl_ksef_offline_by_itself and certificate
        if not wanted or outage.category == "total_failure":
            return
        connection = connection._in_company_language()
        self = self.with_env(connection.env)
        loaded = certificate._load()
        for ids in split_every(AT_ONCE, self._to_be_issued(company, moves).ids):
            if not time_is_left(self.env):
                break
            for document in self.browse(ids):
                with isolated(self.env, document):
                    document._issue_by_itself(loaded, outage)
                    checkpoint(self.env)
            self.env.invalidate_all()

    def _issue_by_itself(self, certificate, outage):
        """Issue this document offline, unless there is a reason not to."""
        move = self.move_id
        if self._still_queued() and not move._l10n_pl_ksef_not_offline(outage):
            move._l10n_pl_ksef_freeze_offline(certificate, outage)

    @api.model
    def _to_be_issued(self, company, moves=None):
        of_moves = [("move_id", "in", moves.ids)] if moves is not None else []
        return self.search(
            [
                *of_moves,
                ("company_id", "in", company._l10n_pl_ksef_of_taxpayer().ids),
                ("state", "=", "queued"),
                ("is_offline", "=", False),
                ("move_id.state", "=", "posted"),
                ("move_id.invoice_date", "<=", warsaw_today()),
            ],
            order="id",
        )
