from odoo import api, fields, models
from odoo.exceptions import UserError

from .connection import ENVIRONMENTS


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_environment = fields.Selection(
        ENVIRONMENTS,
        "KSeF Environment",
        compute="_compute_l10n_pl_ksef_environment",
        compute_sudo=True,
        help="Of the active connection; empty without one.",
    )
    l10n_pl_ksef_last_environment = fields.Selection(
        ENVIRONMENTS,
        "Last KSeF Environment",
        compute="_compute_l10n_pl_ksef_environment",
        compute_sudo=True,
        help="Of the active connection, or of the last one when it was ended: what is "
        "in KSeF stays there.",
    )
    l10n_pl_ksef_send_on_validation = fields.Boolean(
        "Send to KSeF on Validation",
        default=True,
        help="A validated customer invoice is queued, and sent in the background.",
    )

    def _compute_l10n_pl_ksef_environment(self):
        connections = self.env["l10n_pl_ksef.connection"].with_context(
            active_test=False
        )
        # The active one first, then the latest.
        of_companies = connections.search([("company_id", "in", self.ids)]).grouped(
            "company_id"
        )
        for company in self:
            last = of_companies.get(company, connections)[:1]
            company.l10n_pl_ksef_last_environment = last.environment
            company.l10n_pl_ksef_environment = last.active and last.environment

    def _l10n_pl_ksef_connection(self):
        """Return the company's active connection, or an empty recordset."""
        self.ensure_one()
        return self.env["l10n_pl_ksef.connection"]._of_company(self)

    @api.model
    def _l10n_pl_ksef_may_connect(self):
        return self.env.user.has_group("account.group_account_manager")

    def _l10n_pl_ksef_ask_certificate(
        self, send=None, fetch=False, type="authentication"
    ):
        """Return the upload window; after it, the begun action goes on.

        :param send: invoices to send once the certificate is accepted
        :param fetch: fetch vendor bills then
        :param type: ``authentication`` or ``offline``
        """
        window = self._l10n_pl_ksef_window("certificate.upload", send, fetch)
        window.type = type
        return window._open()

    def _l10n_pl_ksef_ask_connection(self, send=None, fetch=False):
        """Return the window that connects by any method; then the action goes on."""
        return self._l10n_pl_ksef_window("connect", send, fetch)._open()

    def _l10n_pl_ksef_window(self, name, send=None, fetch=False):
        """Return a new window (*certificate.upload* or *connect*) for this company.

        :raise UserError: the user may not connect the company
        """
        self.ensure_one()
        if not self._l10n_pl_ksef_may_connect():
            raise UserError(
                self.env._(
                    "%(company)s is not connected to KSeF. Ask an accounting "
                    "administrator to add the KSeF certificate; what was to be sent "
                    "waits until then.",
                    company=self.display_name,
                )
            )
        return self.env[f"l10n_pl_ksef.{name}"].create(
            {
                "company_id": self.id,
                "move_ids": send.ids if send else [],
                "fetch_afterwards": fetch,
            }
        )
