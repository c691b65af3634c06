from odoo import api, models
from odoo.exceptions import UserError

from ..access import AUDITOR, BILLING, allowed


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

    @allowed(BILLING)
    def button_fetch_in_einvoices(self):
        # EXTENDS 'account'
        super().button_fetch_in_einvoices()
        return self.action_l10n_pl_ksef_fetch()

    @allowed(BILLING)
    def action_l10n_pl_ksef_fetch(self):
        """Fetch vendor bills from KSeF now; without a connection ask for it first."""
        companies = self.company_id.filtered(lambda c: c.country_code == "PL")
        if not companies:
            raise UserError(self.env._("KSeF is for companies in Poland."))
        return companies._l10n_pl_ksef_fetch_now()

    def _fill_sale_purchase_dashboard_data(self, dashboard_data):
        # EXTENDS 'account'
        super()._fill_sale_purchase_dashboard_data(dashboard_data)
        self._l10n_pl_ksef_fill_attention(dashboard_data)
        purchase = self.filtered(lambda journal: journal.type == "purchase")
        companies = purchase.company_id.filtered(lambda c: c.country_code == "PL")
        if not self.env["l10n_pl_ksef.bill"].has_access("read"):
            return
        # What suppliers issue to a branch arrives in its parent.
        companies = companies.l10n_pl_ksef_taxpayer_id & self.env.companies
        counts = self.env["l10n_pl_ksef.bill"]._new_counts(companies)
        for company in companies:
            journal = company._l10n_pl_ksef_bill_journal()
            if journal.id in dashboard_data:
                count = counts.get(company, 0)
                dashboard_data[journal.id]["l10n_pl_ksef_new_count"] = count

    def _l10n_pl_ksef_fill_attention(self, dashboard_data):
        """Say how many invoices of each journal need somebody's attention."""
        polish = self.filtered(lambda journal: journal.company_id.country_code == "PL")
        if not polish or not self.env["l10n_pl_ksef.attention"].has_access("read"):
            return
        counts = self.env["account.move"]._read_group(
            [("id", "in", polish._l10n_pl_ksef_needing_attention())],
            ["journal_id"],
            ["__count"],
        )
        for journal, count in counts:
            if journal.id in dashboard_data:
                dashboard_data[journal.id]["l10n_pl_ksef_attention_count"] = count

    def _l10n_pl_ksef_needing_attention(self):
        """Return the ids of the invoices of these companies that need attention."""
        lines = self.env["l10n_pl_ksef.attention"].search_fetch(
            [
                ("res_model", "=", "account.move"),
                ("company_id", "in", self.company_id.ids),
            ],
            ["res_id"],
        )
        return lines.mapped("res_id")

    @allowed(BILLING, AUDITOR)
    def action_l10n_pl_ksef_open_attention(self):
        """Open what needs attention of the invoices of these journals."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_attention"
        )
        moves = self.env["account.move"].search(
            [
                ("id", "in", self._l10n_pl_ksef_needing_attention()),
                ("journal_id", "in", self.ids),
            ]
        )
        about_them = [("res_model", "=", "account.move"), ("res_id", "in", moves.ids)]
        return {**action, "domain": about_them}

    @allowed(BILLING, AUDITOR)
    def action_l10n_pl_ksef_open_new(self):
        """Open what waits in the inbox."""
        return self._l10n_pl_ksef_received(self.company_id.l10n_pl_ksef_taxpayer_id)

    @api.model
    def _l10n_pl_ksef_received(self, companies):
        """Return the list of what KSeF has for ``companies``."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_bill"
        )
        return {**action, "domain": [("company_id", "in", companies.ids)]}


class AccountMove(models.Model):
    _inherit = "account.move"

    @allowed(BILLING)
    def action_l10n_pl_ksef_fetch(self):
        """Fetch vendor bills from KSeF now, from the list of bills.

        The header of a list calls it with the ids that are selected, or with none.
        """
        return self.env["l10n_pl_ksef.bill"].action_fetch()
