"""What people are shown of KSeF's availability, where they work."""

from datetime import timedelta

from odoo import api, fields, models

from .account_move import OFFLINE_FROM

# A call that failed once may have been chance.
SHORT = timedelta(minutes=1)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _l10n_pl_ksef_outage(self):
        """Return the trouble that KSeF has announced and that lasts, or none."""
        environment = self.l10n_pl_ksef_environment
        return self.env["l10n_pl_ksef.outage"]._ongoing(environment, self)

    def _l10n_pl_ksef_outage_sentence(self):
        """Return what people should know of KSeF's availability now, or False."""
        outage = self._l10n_pl_ksef_outage()
        if outage:
            return "\n".join(filter(None, [outage.title, outage.text]))
        connection = self._l10n_pl_ksef_connection()
        since = connection.trouble == "down" and connection.trouble_since
        if since and since <= fields.Datetime.now() - SHORT:
            may = self.env._(
                "An invoice that the customer needs now can be issued offline."
            )
            return f"{connection.status_message} {may}"
        return False


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_outage_text = fields.Text(
        "KSeF Announced", compute="_compute_l10n_pl_ksef_outage_text"
    )

    @api.depends("company_id", "move_type", "l10n_pl_ksef_state")
    def _compute_l10n_pl_ksef_outage_text(self):
        said = {
            company: company._l10n_pl_ksef_outage_sentence()
            for company in self.company_id
        }
        for move in self:
            concerned = (
                move.l10n_pl_ksef_state in OFFLINE_FROM and move._l10n_pl_ksef_is_ours()
            )
            move.l10n_pl_ksef_outage_text = concerned and said.get(move.company_id)


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_outage_text = fields.Text(
        "KSeF Announced", compute="_compute_l10n_pl_ksef_outage_text"
    )

    def _compute_l10n_pl_ksef_outage_text(self):
        for settings in self:
            sentence = settings.company_id._l10n_pl_ksef_outage_sentence()
            settings.l10n_pl_ksef_outage_text = sentence
