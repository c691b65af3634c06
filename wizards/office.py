from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api.nip import normalize_nip
from ..models.access import ADMINISTRATOR, AUDITOR, BILLING, allowed
from ..models.client_actions import reload_page
from ..models.connection.connection import ENVIRONMENTS
from ..models.office import nip_list
from ..models.office.shared import TOLD

# News of what went well: who wants troubles only, does without them.
GOOD_NEWS = (
    "certificate_accepted",
    "connection_restored",
    "bills_new",
    "ksef_back",
    "upo_ready",
)
MOST_NAMED = 20


class OfficeWindow(models.AbstractModel):
    """A window that does one thing for many companies of its user."""

    _name = "l10n_pl_ksef.office.window"
    _description = "KSeF: Window for Many Companies"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.l10n_pl_ksef_taxpayer_id,
    )
    company_ids = fields.Many2many("res.company", string="Companies")
    company_count = fields.Integer(compute="_compute_company_count")

    @api.depends("company_ids")
    def _compute_company_count(self):
        for window in self:
            # sudo: they may be chosen in the menu or not; only counted
            window.company_count = len(window.sudo().company_ids)

    def _companies(self):
        """Return the companies, which were checked to be the user's own."""
        # sudo: as said above
        ids = self.sudo().company_ids.ids
        everywhere = self.env.user.company_ids.ids
        companies = self.with_context(allowed_company_ids=everywhere).env["res.company"]
        return companies.browse(ids)

    def _back(self, companies):
        """Return the page of companies, with those that something was done for."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_office"
        )
        return {**action, "domain": [("id", "in", companies.ids)]}


class OfficeResponsible(models.TransientModel):
    _name = "l10n_pl_ksef.office.responsible"
    _description = "KSeF: Who Is Responsible"
    _inherit = ["l10n_pl_ksef.office.window"]

    user_id = fields.Many2one("res.users", "Responsible")

    @allowed(ADMINISTRATOR)
    def action_apply(self):
        """Note who looks after the companies."""
        # sudo: companies are written by system administrators; this field by ours
        self._companies().sudo().l10n_pl_ksef_responsible_id = self.user_id
        return reload_page()


class OfficeNotifications(models.TransientModel):
    _name = "l10n_pl_ksef.office.notifications"
    _description = "KSeF: My E-mails About Many Companies"
    _inherit = ["l10n_pl_ksef.office.window"]

    wanted = fields.Selection(
        [
            ("all", "All e-mails"),
            ("troubles", "Only what needs somebody"),
            ("none", "No e-mails"),
        ],
        required=True,
        default="troubles",
    )

    @allowed(BILLING, AUDITOR)
    def action_apply(self):
        """Choose the user's own e-mails about these companies."""
        companies = self._companies()
        notifications = companies.env["l10n_pl_ksef.notification"]
        for company in companies:
            for choice in notifications._of_user(self.env.user, company):
                choice.is_wanted = self.wanted == "all" or (
                    self.wanted == "troubles" and choice.type not in GOOD_NEWS
                )
        return reload_page()


class OfficeConnect(models.TransientModel):
    """The window that connects many companies by one certificate of the office."""

    _name = "l10n_pl_ksef.office.connect"
    _description = "KSeF: Connect Many Companies"
    _inherit = ["l10n_pl_ksef.office.window"]

    certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        "Certificate of the Office",
        domain="[('type', '=', 'authentication'), ('state', '=', 'valid')]",
        default=lambda self: self._default_certificate(),
    )
    environment = fields.Selection(
        ENVIRONMENTS, required=True, default=lambda self: self._default_environment()
    )
    production_confirmed = fields.Boolean(
        "I know that invoices sent to production have legal effect and cannot be undone"
    )
    nips_file = fields.Binary("List of NIPs (CSV)", attachment=False)
    nips_filename = fields.Char("Name of the List")

    def _default_certificate(self):
        connection = self.env.company._l10n_pl_ksef_connection()
        return connection.certificate_id.id

    def _default_environment(self):
        return self.env.company.l10n_pl_ksef_environment or "production"

    @allowed(ADMINISTRATOR)
    def action_connect(self):
        """Order the logins; the page then says how each of them went.

        What is wrong with the list is told before anything is changed.
        """
        self.ensure_one()
        companies = self._companies() | self._listed()
        self._check(companies)
        # sudo: of the certificate, which is the user's own, what a login needs
        certificate = self.certificate_id.sudo()
        for company in companies:
            current = company._l10n_pl_ksef_connection()
            works = current.state == "connected" and (
                current.certificate_id == certificate
                and current.environment == self.environment
            )
            if not works:
                # sudo: nobody may write connections, this code does
                connections = self.env["l10n_pl_ksef.connection"].sudo()
                connection = connections._connect(
                    # sudo: as said above
                    company.sudo(),
                    self.environment,
                    "certificate",
                    certificate_id=certificate.id,
                )
                connection._order_authorisation()
        return self._back(companies)

    def _check(self, companies):
        """:raise UserError: with a sentence about what is missing"""
        if not companies:
            raise UserError(
                self.env._("Choose a list of NIPs, or companies on the page before.")
            )
        if not self.certificate_id:
            raise UserError(
                self.env._(
                    "Choose the certificate of the office. Connect the office's own "
                    "company by it first."
                )
            )
        certificate = self.certificate_id
        if (certificate.type, certificate.state) != ("authentication", "valid"):
            raise UserError(
                self.env._(
                    "This certificate does not log in to KSeF: choose a valid "
                    "authentication certificate."
                )
            )
        if self.environment == "production" and not self.production_confirmed:
            raise UserError(
                self.env._(
                    "Confirm that you mean production: invoices sent there have legal "
                    "effect."
                )
            )

    def _listed(self):
        """Return the companies of the list.

        :raise UserError: the list cannot be read, or names a NIP without a company
        """
        if not self.nips_file:
            return self._companies().browse()
        content = self._chosen_file("nips_file")
        try:
            nips = nip_list.read(content)
        except nip_list.NipListError as error:
            raise UserError(self._why_not(error)) from error
        # sudo: the user's own companies, chosen in the menu or not
        own = self.env.user.sudo().company_ids
        by_nip = {
            normalize_nip(company.vat or ""): company
            for company in own
            if company.l10n_pl_ksef_taxpayer_id == company
        }
        unknown = [nip for nip in nips if nip not in by_nip]
        if unknown:
            raise UserError(
                self.env._(
                    "None of your companies in Odoo has these NIPs: %(nips)s. Make the "
                    "companies first, or take them off the list. Nothing was changed.",
                    nips=", ".join(unknown[:MOST_NAMED])
                    + (" …" if len(unknown) > MOST_NAMED else ""),
                )
            )
        return self._companies().browse([by_nip[nip].id for nip in nips])

    def _why_not(self, error):
        texts = {
            "too_large": self.env._("The list is too long: at most 5000 lines."),
            "not_text": self.env._(
                "This is no list: a text file (CSV) is needed. From a spreadsheet, "
                "save it as CSV."
            ),
            "empty": self.env._("The list has no NIP in it."),
            "not_a_nip": self.env._(
                "Line %(line)s: “%(text)s” is not a valid NIP.",
                line=error.line,
                text=error.text,
            ),
        }
        nothing = self.env._("Nothing was changed.")
        return f"{texts[error.reason]} {nothing}"


class CertificateStop(models.TransientModel):
    """The window before a certificate is deleted by which many companies log in."""

    _name = "l10n_pl_ksef.certificate.stop"
    _description = "KSeF: Delete a Certificate of Many Companies"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one("res.company", required=True)
    certificate_ids = fields.Many2many("l10n_pl_ksef.certificate")
    served = fields.Text("Companies That Stop", compute="_compute_served")

    @api.depends("certificate_ids")
    def _compute_served(self):
        for window in self:
            names = window.certificate_ids._served().mapped("display_name")
            window.served = "\n".join(sorted(names))

    @allowed(ADMINISTRATOR)
    def action_stop(self):
        """Delete it, and end what depends on it."""
        self.ensure_one()
        return self.certificate_ids.with_context(**{TOLD: True}).action_delete()


class Revoke(models.TransientModel):
    _inherit = "l10n_pl_ksef.revoke"

    def _stops(self, certificate):
        stops = super()._stops(certificate)
        served = certificate._served().mapped("display_name")
        if not served:
            return stops
        also = self.env._(
            "It logs in for these companies as well, and they stop with it: "
            "%(companies)s.",
            companies=", ".join(sorted(served)),
        )
        return f"{stops}\n{also}"
