from odoo import api, fields, models

from ..ksef_api.nip import normalize_nip


class ResCompany(models.Model):
    """Which companies of Odoo are one taxpayer, who has one account in KSeF.

    A branch with the NIP of its parent, or with none, is the same taxpayer: it uses the
    parent's connection, certificates and settings, and what suppliers issue to the NIP
    arrives in the parent. A branch with a NIP of its own is a taxpayer of its own.
    """

    _inherit = "res.company"

    l10n_pl_ksef_taxpayer_id = fields.Many2one(
        "res.company",
        "Taxpayer in KSeF",
        compute="_compute_l10n_pl_ksef_taxpayer_id",
        store=True,
        recursive=True,
        index=True,
        help="The company itself, or the parent whose NIP and KSeF it uses.",
    )

    l10n_pl_ksef_same_taxpayer_ids = fields.One2many(
        "res.company", "l10n_pl_ksef_taxpayer_id", "Companies of the Taxpayer"
    )

    @api.depends("vat", "parent_id.vat", "parent_id.l10n_pl_ksef_taxpayer_id")
    def _compute_l10n_pl_ksef_taxpayer_id(self):
        for company in self:
            parent = company.parent_id.l10n_pl_ksef_taxpayer_id
            nip = normalize_nip(company.vat or "")
            own = nip and nip != normalize_nip(parent.vat or "")
            company.l10n_pl_ksef_taxpayer_id = company if own or not parent else parent

    def _l10n_pl_ksef_taxpayer(self):
        """Return the taxpayer, to read its settings and data.

        With the rights of the system: whoever works for a branch need not see the
        parent, and yet sends as it does.
        """
        self.ensure_one()
        # sudo: as said above
        return self.sudo().l10n_pl_ksef_taxpayer_id or self.sudo()

    def _l10n_pl_ksef_of_taxpayer(self):
        """Return all companies, active or not, that are one taxpayer with these."""
        # sudo: which companies are one taxpayer is asked by code only
        taxpayers = self.sudo().l10n_pl_ksef_taxpayer_id
        # sudo: which companies are one taxpayer is asked by code only
        companies = self.sudo().with_context(active_test=False)
        return companies.search([("l10n_pl_ksef_taxpayer_id", "in", taxpayers.ids)])

    def _l10n_pl_ksef_nip(self):
        """Return the NIP under which the company is known to KSeF, or an empty text."""
        return normalize_nip(self._l10n_pl_ksef_taxpayer().vat or "")

    def _l10n_pl_ksef_party(self):
        """Return the partner that stands for the company in documents: a branch without
        a NIP is not named in them, its taxpayer is (art. 106e (1)(3) of the VAT act).
        """
        self.ensure_one()
        # sudo: whoever works for a branch need not see the parent
        company = self if self.sudo().vat else self._l10n_pl_ksef_taxpayer()
        return company.partner_id
