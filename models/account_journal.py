from odoo import api, models
from odoo.exceptions import UserError


class AccountJournal(models.Model):
    _inherit = "account.journal"

    @api.depends("company_id", "type")
    def _compute_show_fetch_in_einvoices_button(self):
        # EXTENDS 'account'
        result = super()._compute_show_fetch_in_einvoices_button()
        for journal in self:
            if journal.type == "purchase" and journal.company_id.country_code == "PL":
                journal.show_fetch_in_einvoices_button = True
        return result

    def button_fetch_in_einvoices(self):
        # EXTENDS 'account'
        super().button_fetch_in_einvoices()
        return self.action_l10n_pl_ksef_fetch()

    def action_l10n_pl_ksef_fetch(self):
        """Fetch vendor bills from KSeF now; without a connection ask for it first."""
        companies = self.company_id.filtered(lambda c: c.country_code == "PL")
        if not companies:
            raise UserError(self.env._("KSeF is for companies in Poland."))
        for company in companies:
            connection = company._l10n_pl_ksef_connection()
            if not connection._is_ready():
                return company._l10n_pl_ksef_ask_certificate(fetch=True)
            company._l10n_pl_ksef_fetch_now()
        return self._l10n_pl_ksef_received(companies)

    @api.model
    def _l10n_pl_ksef_received(self, companies):
        """Return the list of what KSeF has for ``companies``."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_bill"
        )
        return {**action, "domain": [("company_id", "in", companies.ids)]}
