from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..access import BILLING, check_allowed
from ..client_actions import notice
from .bill import BUYER_ROLE

# KSeF asks for a quarter of an hour between two lookings (hwm.md).
SHORTEST_INTERVAL = 15


class ResCompany(models.Model):
    """How a company receives invoices from KSeF."""

    _inherit = "res.company"

    l10n_pl_ksef_fetch_automatically = fields.Boolean(
        "Fetch Vendor Bills from KSeF", default=True
    )
    l10n_pl_ksef_fetch_interval = fields.Integer(
        "Fetch Every (minutes)", default=30, help="Not less than 15."
    )
    l10n_pl_ksef_fetch_buyer = fields.Boolean("As Buyer", default=True)
    l10n_pl_ksef_fetch_third = fields.Boolean(
        "As Third Party",
        help="Recipient, payer, factor and others. They wait until somebody "
        "makes a bill of them (Podmiot3).",
    )
    l10n_pl_ksef_fetch_authorised = fields.Boolean(
        "As Authorised Party",
        help="Bailiff, tax representative. They wait until somebody makes a "
        "bill of them (PodmiotUpowazniony).",
    )
    l10n_pl_ksef_fetch_seller = fields.Boolean(
        "Own Sales",
        help="For checking that all sales are both in KSeF and in Odoo.",
    )
    l10n_pl_ksef_make_bills = fields.Boolean(
        "Make Vendor Bills by Itself",
        default=True,
        help="Otherwise invoices wait in the inbox until somebody makes bills of them.",
    )
    l10n_pl_ksef_purchase_journal_id = fields.Many2one(
        "account.journal",
        "Journal for Bills from KSeF",
        domain="[('type', '=', 'purchase'), ('is_self_billing', '=', False), "
        "('company_id', '=', id)]",
        help="The first purchase journal when empty.",
    )

    @api.constrains("l10n_pl_ksef_fetch_interval")
    def _check_l10n_pl_ksef_fetch_interval(self):
        for company in self:
            if company.l10n_pl_ksef_fetch_interval < SHORTEST_INTERVAL:
                raise ValidationError(
                    self.env._(
                        "KSeF may be asked for new invoices every %(minutes)s minutes "
                        "at the most.",
                        minutes=SHORTEST_INTERVAL,
                    )
                )

    def _l10n_pl_ksef_roles(self):
        """Return the roles (*subjectType*) in which this company fetches invoices."""
        self.ensure_one()
        wanted = {
            "Subject2": self.l10n_pl_ksef_fetch_buyer,
            "Subject3": self.l10n_pl_ksef_fetch_third,
            "SubjectAuthorized": self.l10n_pl_ksef_fetch_authorised,
            "Subject1": self.l10n_pl_ksef_fetch_seller,
        }
        return [role for role, is_wanted in wanted.items() if is_wanted]

    def _l10n_pl_ksef_roles_to_follow(self):
        """Return the roles in which this company fetches by itself."""
        following = self.l10n_pl_ksef_fetch_automatically
        return self._l10n_pl_ksef_roles() if following else []

    def _l10n_pl_ksef_bill_journal(self):
        """Return the journal for vendor bills from KSeF."""
        self.ensure_one()
        return self.l10n_pl_ksef_purchase_journal_id or self.env[
            "account.journal"
        ].search(
            [
                *self.env["account.journal"]._check_company_domain(self),
                ("type", "=", "purchase"),
                ("is_self_billing", "=", False),
            ],
            limit=1,
        )

    def _l10n_pl_ksef_check_may_fetch(self):
        """Refuse who may not fetch invoices of these companies from KSeF."""
        check_allowed(self, BILLING)
        # sudo: who works in a branch need not see the taxpayer
        for taxpayer in self.sudo().l10n_pl_ksef_taxpayer_id:
            if taxpayer not in self.env.user.company_ids:
                raise AccessError(
                    self.env._(
                        "Invoices from KSeF arrive in %(company)s, in which you do not "
                        "work.",
                        company=taxpayer.display_name,
                    )
                )

    def _l10n_pl_ksef_fetch_now(self):
        """Have everything new fetched in the background; the user is told after it.

        :return: a notice for the user, or the window that asks for the certificate
        """
        self._l10n_pl_ksef_check_may_fetch()
        # sudo: nobody may write fetches, this code does
        fetches = self.env["l10n_pl_ksef.fetch"].sudo()
        for company in self.l10n_pl_ksef_taxpayer_id:
            connection = company._l10n_pl_ksef_connection()
            if not connection._is_ready():
                return company._l10n_pl_ksef_ask_certificate(fetch=True)
            roles = company._l10n_pl_ksef_roles() or [BUYER_ROLE]
            fetches._ask(connection, roles, self.env.user)
        self.env.ref("l10n_pl_ksef.ir_cron_fetch")._trigger()
        return notice(
            self.env._(
                "Invoices are being fetched in the background. You will be told "
                "when it is finished."
            ),
            "info",
        )
