from odoo import fields, models


class Outage(models.Model):
    _inherit = "l10n_pl_ksef.outage"

    def _notify(self):
        """Tell the companies it concerns that it has begun, and that it is over."""
        now = fields.Datetime.now()
        # sudo: nobody may write notices, this code does
        notification = self.env["l10n_pl_ksef.notification"].sudo()
        # sudo: nobody may write notices, this code does
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        for outage in self.filtered(lambda outage: outage.start <= now):
            companies = outage._companies()
            occasion = f"outage {outage.id}"
            told = notices._notices_of("ksef_unavailable", companies, occasion)
            if not outage.end or outage.end > now:
                code, who = "ksef_unavailable", companies
            else:
                code, who = "ksef_back", told
            for company in who:
                notification._notify(
                    code, company, occasion, outage.text or outage.title
                )

    def _companies(self):
        # sudo: companies are told that who noticed it does not see
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        concerned = connections.search([("environment", "=", self.environment)])
        return concerned.company_id.filtered(self._concerns)
