"""What is done for many companies at once, from *KSeF: firmy*."""

from odoo import models

from ..access import ADMINISTRATOR, AUDITOR, BILLING, allowed
from ..client_actions import notice, reload_page


class Office(models.Model):
    _inherit = "l10n_pl_ksef.office"

    def _companies(self):
        """Return the companies of these lines, as the user who has them all chosen.

        Only after ``allowed``: they are the user's own, chosen in the menu or not.
        """
        everywhere = self.with_context(
            allowed_company_ids=self.env.user.company_ids.ids
        )
        return everywhere.env["res.company"].browse(self.ids)

    @allowed(BILLING, AUDITOR)
    def action_open(self):
        """Open the connection of the company, or where it is connected."""
        self.ensure_one()
        if not self.connection_id:
            return self._there(self._companies()._l10n_pl_ksef_ask_connection())
        return self._there(
            {
                "type": "ir.actions.act_window",
                "res_model": "l10n_pl_ksef.connection",
                "res_id": self.connection_id.id,
                "views": [(False, "form")],
            }
        )

    def _there(self, action):
        """Return ``action``, before which the browser chooses the company in the menu,
        where it is not chosen yet: its records could not be read."""
        if self.company_id in self.env.companies:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "l10n_pl_ksef.choose_company",
            "params": {"company_id": self.company_id.id, "next": action},
        }

    @allowed(BILLING)
    def action_fetch(self):
        """Fetch what is new for all that are connected; the others are named."""
        companies = self._companies()
        ready = companies.filtered(lambda c: c._l10n_pl_ksef_connection()._is_ready())
        if ready:
            ready._l10n_pl_ksef_fetch_now()
        return self._told(
            self.env._(
                "Invoices of %(count)s companies are being fetched in the background.",
                count=len(ready),
            ),
            companies - ready,
            self.env._("Not connected:"),
        )

    @allowed(ADMINISTRATOR)
    def action_renew(self):
        """Log in again where the login ended or failed; what needs a signature is
        named."""
        companies = self._companies()
        renewed, left = companies.browse(), companies.browse()
        for company in companies:
            connection = company._l10n_pl_ksef_connection()
            if connection.state == "connected":
                continue
            if not connection or connection.method == "signed_file":
                left |= company
            else:
                connection.fail_count = 0
                connection._order_authorisation()
                renewed |= company
        return self._told(
            self.env._(
                "Logins of %(count)s companies are being renewed in the background.",
                count=len(renewed),
            ),
            left,
            self.env._("A person has to connect:"),
        )

    @allowed(ADMINISTRATOR)
    def action_connect(self):
        """Connect the chosen companies by one certificate of the office."""
        return self._window("l10n_pl_ksef.office.connect", self.env._("Connect many"))

    @allowed(ADMINISTRATOR)
    def action_connect_list(self):
        """Connect the companies of a list of NIPs, whatever is chosen."""
        return self.browse().action_connect()

    @allowed(ADMINISTRATOR)
    def action_responsible(self):
        """Say who looks after the chosen companies."""
        return self._window(
            "l10n_pl_ksef.office.responsible", self.env._("Who is responsible")
        )

    @allowed(BILLING, AUDITOR)
    def action_notifications(self):
        """Choose which e-mails to receive about the chosen companies."""
        return self._window(
            "l10n_pl_ksef.office.notifications", self.env._("My e-mails")
        )

    def _window(self, model, name):
        company = self.env.company.l10n_pl_ksef_taxpayer_id
        window = self.env[model].create(
            {"company_id": company.id, "company_ids": self.ids}
        )
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "res_id": window.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _told(self, message, left, why):
        """Return the notice after an action, with the companies that were left out."""
        if left:
            names = ", ".join(left.mapped("display_name"))
            message = f"{message} {why} {names}."
        return notice(
            message,
            "warning" if left else "success",
            then=reload_page(),
            sticky=bool(left),
        )
