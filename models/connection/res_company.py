from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from ..access import ADMINISTRATOR, check_own
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
        of_taxpayers = connections.search(
            [("company_id", "in", self.l10n_pl_ksef_taxpayer_id.ids)]
        ).grouped("company_id")
        for company in self:
            taxpayer = company.l10n_pl_ksef_taxpayer_id
            last = of_taxpayers.get(taxpayer, connections)[:1]
            company.l10n_pl_ksef_last_environment = last.environment
            company.l10n_pl_ksef_environment = last.active and last.environment

    def _l10n_pl_ksef_connection(self):
        """Return the active connection that the company uses, or an empty recordset."""
        self.ensure_one()
        return self.env["l10n_pl_ksef.connection"]._of_company(self)

    def _l10n_pl_ksef_lang(self):
        """Return the language of what is stored for this company's people to read.

        That of its own contact; where that has none, or one that is not installed,
        Polish.
        """
        installed = dict(self.env["res.lang"].get_installed())
        # sudo: a branch need not see its taxpayer's contact
        chosen = (self.sudo().partner_id.lang, "pl_PL", self.env.lang)
        return next((code for code in chosen if code in installed), None)

    def _l10n_pl_ksef_may_connect(self):
        """Tell whether the user may set up KSeF for this company's taxpayer."""
        is_manager = self.env.user.has_group(ADMINISTRATOR)
        return is_manager and self._l10n_pl_ksef_taxpayer() in self.env.user.company_ids

    def _l10n_pl_ksef_check_is_taxpayer(self):
        """:raise ValidationError: one of these is a branch that uses another's KSeF"""
        for company in self:
            taxpayer = company._l10n_pl_ksef_taxpayer()
            if company != taxpayer:
                raise ValidationError(
                    self.env._(
                        "%(branch)s is a branch with the NIP of %(company)s and uses "
                        "its connection to KSeF and its certificates. Set up KSeF in "
                        "%(company)s.",
                        branch=company.display_name,
                        company=taxpayer.display_name,
                    )
                )

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
        check_own(self)
        taxpayer = self._l10n_pl_ksef_taxpayer()
        if not self._l10n_pl_ksef_may_connect():
            raise UserError(
                self.env._(
                    "%(company)s is not connected to KSeF. Ask an accounting "
                    "administrator to add the KSeF certificate; what was to be sent "
                    "waits until then.",
                    company=taxpayer.display_name,
                )
            )
        return self.env[f"l10n_pl_ksef.{name}"].create(
            {
                "company_id": taxpayer.id,
                "move_ids": send.ids if send else [],
                "fetch_afterwards": fetch,
            }
        )
