import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access import ADMINISTRATOR, allowed
from ..vault.vault import VaultError

_logger = logging.getLogger(__name__)


class Connection(models.Model):
    """On a host that has another master key nothing is called and nothing changed."""

    _inherit = "l10n_pl_ksef.connection"

    vault_message = fields.Text(
        "Encryption Key",
        compute="_compute_vault_message",
        help="Why this server cannot open the secrets of the connection.",
    )

    def _compute_vault_message(self):
        for connection in self:
            problem = connection._vault_problem()
            verdicts = self.env["l10n_pl_ksef.verdict"]
            connection.vault_message = problem and verdicts._of(problem).message

    def _vault_problem(self):
        # sudo: only which key sealed it is looked at
        certificate = self.sudo().certificate_id
        return super()._vault_problem() or (
            certificate._vault_problem() if certificate else None
        )

    @api.model
    def _connected(self):
        return super()._connected().filtered(lambda c: not c._vault_problem())

    def _advance_authorisation(self):
        if self._vault_problem():
            _logger.info("KSeF: connection %s: sealed with another key", self.id)
            return None
        return super()._advance_authorisation()

    def _renew_access_token(self, refused=None):
        problem = self._vault_problem()
        if problem:
            raise problem
        return super()._renew_access_token(refused)

    def _note_failure(self, error, about=None):
        if isinstance(error, VaultError) and self._vault_problem():
            # `vault_message` says it here; other hosts may well have the key.
            return self.env["l10n_pl_ksef.verdict"]._of(error)
        return super()._note_failure(error, about)

    @allowed(ADMINISTRATOR)
    def action_authorise(self):
        self.ensure_one()
        if self.vault_message:
            raise UserError(self.vault_message)
        return super().action_authorise()


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    vault_message = fields.Text(
        "Encryption Key",
        compute="_compute_vault_message",
        help="Why this server cannot open the certificate's key.",
    )

    def _compute_vault_message(self):
        for certificate in self:
            problem = certificate._vault_problem()
            verdicts = self.env["l10n_pl_ksef.verdict"]
            certificate.vault_message = problem and verdicts._of(problem).message


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_vault_message = fields.Text(
        related="l10n_pl_ksef_connection_id.vault_message"
    )
