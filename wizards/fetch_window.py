from datetime import date, timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.access import BILLING, allowed
from ..models.times import start_of, warsaw_today

# KSeF began in 2022; an invoice may bear an earlier date, or one of tomorrow.
BEGINNING, YEAR = date(2000, 1, 1), timedelta(days=366)


class FetchWindow(models.TransientModel):
    """Fetches from KSeF what a person wants: everything new, or a period again."""

    _name = "l10n_pl_ksef.fetch.window"
    _description = "Fetch from KSeF"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.l10n_pl_ksef_taxpayer_id,
    )
    what = fields.Selection(
        [("new", "Everything new"), ("period", "A period")],
        required=True,
        default="new",
    )
    date_type = fields.Selection(
        [("PermanentStorage", "Received in KSeF"), ("Issue", "Date of issue")],
        "Dates Are",
        required=True,
        default="PermanentStorage",
    )
    date_from = fields.Date("From", default=lambda self: warsaw_today().replace(day=1))
    date_to = fields.Date("To", default=lambda self: warsaw_today())
    as_buyer = fields.Boolean("Purchases", default=True)
    as_third = fields.Boolean("Invoices With Us as Third Party")
    as_authorised = fields.Boolean("Invoices With Us as Authorised Party")
    as_seller = fields.Boolean("Own Sales")

    def _roles(self):
        wanted = {
            "Subject2": self.as_buyer,
            "Subject3": self.as_third,
            "SubjectAuthorized": self.as_authorised,
            "Subject1": self.as_seller,
        }
        return [role for role, is_wanted in wanted.items() if is_wanted]

    @allowed(BILLING)
    def action_fetch(self):
        """Order it, and show how it goes."""
        self.ensure_one()
        roles = self._roles()
        if not roles:
            raise UserError(self.env._("Choose at least one kind of invoices."))
        connection = self.company_id._l10n_pl_ksef_connection()
        if not connection._is_ready():
            return self.company_id._l10n_pl_ksef_ask_certificate(fetch=True)
        # sudo: nobody may write fetches, this code does
        fetches = self.env["l10n_pl_ksef.fetch"].sudo()
        if self.what == "new":
            rows = fetches._ask(connection, roles, self.env.user)
        else:
            rows = fetches._ask_period(
                connection, roles, self.env.user, self.date_type, *self._moments()
            )
        self.env.ref("l10n_pl_ksef.ir_cron_fetch")._trigger()
        return rows._open()

    def _moments(self):
        """Return the first and the last moment of the chosen days, in UTC."""
        if not (self.date_from and self.date_to and self.date_from <= self.date_to):
            raise UserError(self.env._("Choose the first and the last day."))
        if self.date_from < BEGINNING or self.date_to > warsaw_today() + YEAR:
            raise UserError(self.env._("KSeF has no invoices of these days."))
        after = start_of(self.date_to + timedelta(days=1))
        return start_of(self.date_from), after - timedelta(seconds=1)
