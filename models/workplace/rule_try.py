"""A rule is tried on the last invoices while it is written, before it is saved."""

from odoo import api, fields, models

from ...ksef_api import fa3
from ...ksef_api.errors import DocumentError
from ..access import BILLING, is_in
from ..receiving.bill import SELLER_ROLE
from .compiled import Facts

TRIED = 100
SHOWN = 10
CONDITIONS = (
    "company_id",
    "partner_id",
    "unit",
    "number",
    "kind",
    "currency_id",
    "amount_from",
    "amount_to",
    "line_text",
    "line_code",
)


class Rule(models.Model):
    _inherit = "l10n_pl_ksef.rule"

    trial_text = fields.Char("Tried", compute="_compute_trial")
    trial_ids = fields.Many2many(
        "l10n_pl_ksef.bill", string="Invoices That Fit", compute="_compute_trial"
    )

    @api.depends(*CONDITIONS)
    def _compute_trial(self):
        for rule in self:
            tried = rule._tried_documents()
            compiled = rule._compile()
            fit = self.env["l10n_pl_ksef.bill"].browse(
                [bill for bill, facts in tried if compiled.fits(facts)]
            )
            rule.trial_ids = fit[:SHOWN]
            rule.trial_text = self.env._(
                "%(fit)s of the last %(tried)s invoices fit.",
                fit=len(fit),
                tried=len(tried),
            )

    def _tried_documents(self):
        """Return ``[(id, Facts)]`` of the last invoices of the rule's company.

        Whoever may not see the inbox of a company, tries on nothing.
        """
        company = self.company_id._origin
        own = self.env.companies | self.env.user.company_ids
        if company not in own or not is_in(self.env, BILLING):
            return []
        bills = self.env["l10n_pl_ksef.bill"].search(
            [
                ("company_id", "=", company.id),
                ("role", "!=", SELLER_ROLE),
                ("has_file", "=", True),
            ],
            order="stored_at desc, id desc",
            limit=TRIED,
        )
        vendors = bills._vendors()
        found = []
        for bill in bills:
            try:
                document = fa3.read(bill._xml()).document
            except DocumentError:
                continue
            partners = vendors.get(bill.seller_nip, self.env["res.partner"])
            found.append((bill.id, Facts.of(document, partners.ids)))
        return found
