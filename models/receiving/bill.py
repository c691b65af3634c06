import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api.errors import KsefError
from ..access import AUDITOR, BILLING, allowed
from ..connection.connection import ENVIRONMENTS
from ..vault.vault import VaultError

ROLES = [
    ("Subject2", "Buyer"),
    ("Subject3", "Third party"),
    ("SubjectAuthorized", "Authorised party"),
    ("Subject1", "Seller"),
]
BUYER_ROLE, SELLER_ROLE = "Subject2", "Subject1"
# When the company is more than one of these in an invoice, the first one counts.
ROLE_ORDER = ["Subject2", "Subject1", "Subject3", "SubjectAuthorized"]
OPEN_STATES = ("new", "error", "proposed")


class Bill(models.Model):
    """One invoice received from KSeF, whether a vendor bill was made of it or not.

    The row is written with the metadata first; the file and the vendor bill follow,
    each in its own transaction. States::

        new --file fetched, bill made--> imported
        new --> error (with the reason, tried again) --> imported
        new --a bill entered by hand looks the same--> proposed --linked--> imported
        new, error, proposed <--> ignored

    An own sale (role *Subject1*) gets no bill: it is ``imported`` when the customer
    invoice is in Odoo, else ``new``.
    """

    _name = "l10n_pl_ksef.bill"
    _description = "Invoice Received from KSeF"
    _order = "stored_at desc, id desc"
    _rec_name = "ksef_number"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    nip = fields.Char("Our NIP", readonly=True)
    role = fields.Selection(
        ROLES,
        "Our Role",
        required=True,
        readonly=True,
        default=BUYER_ROLE,
        index=True,
    )
    roles = fields.Char(
        "All Our Roles",
        readonly=True,
        help="All roles in which the company stands in the invoice, the "
        "weightiest first (subjectType).",
    )
    is_sale = fields.Boolean("Own Sale", compute="_compute_is_sale")
    ksef_number = fields.Char("KSeF Number", required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("imported", "In the books"),
            ("proposed", "To be linked"),
            ("error", "Error"),
            ("ignored", "Ignored"),
        ],
        "State in the Inbox",
        required=True,
        readonly=True,
        default="new",
        index=True,
    )
    status_message = fields.Text("Remarks", readonly=True)
    retry_at = fields.Datetime("Next Attempt", readonly=True)
    fail_count = fields.Integer("Failed Attempts", readonly=True)
    failed_version = fields.Char("Failed With Version", readonly=True)
    is_wanted = fields.Boolean("Bill Asked For", readonly=True)
    begun_at = fields.Datetime(
        "Being Made Since",
        readonly=True,
        help="Set while the bill is being made; empty afterwards.",
    )
    invoice_number = fields.Char(readonly=True)
    invoice_kind = fields.Char(
        "Code of the Kind",
        readonly=True,
        help="The kind of invoice (RodzajFaktury).",
    )
    issue_date = fields.Date(readonly=True)
    due_date = fields.Date(
        "Due On", readonly=True, help="As the document says (TerminPlatnosci)."
    )
    stored_at = fields.Datetime("Received On", readonly=True)
    seller_nip = fields.Char("Seller's NIP", readonly=True)
    seller_name = fields.Char("Seller", readonly=True)
    buyer_nip = fields.Char("Buyer's NIP", readonly=True)
    buyer_name = fields.Char("Buyer", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_net = fields.Monetary("Net", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    has_attachment = fields.Boolean("With Attachment", readonly=True)
    has_file = fields.Boolean("File Is Here", readonly=True)
    xml_hash = fields.Char("Hash (SHA-256)", readonly=True)
    xml_file = fields.Binary("FA(3) File", attachment=True, readonly=True)
    xml_name = fields.Char("File Name", compute="_compute_xml_name")
    move_id = fields.Many2one(
        "account.move", "Vendor Bill", readonly=True, index="btree_not_null"
    )
    proposed_move_id = fields.Many2one(
        "account.move",
        "Bill Entered by Hand",
        readonly=True,
        help="Of the same vendor, with the same number and amount.",
    )
    sale_move_id = fields.Many2one(
        "account.move", "Customer Invoice", readonly=True, index="btree_not_null"
    )

    _number_unique = models.Constraint(
        "UNIQUE(company_id, environment, ksef_number)",
        "This invoice has been received already.",
    )

    @api.depends("role")
    def _compute_is_sale(self):
        for bill in self:
            bill.is_sale = bill.role == SELLER_ROLE

    @api.depends("ksef_number")
    def _compute_xml_name(self):
        for bill in self:
            bill.xml_name = f"{bill.ksef_number}.xml"

    def _xml(self):
        """Return the file as KSeF gave it."""
        return base64.b64decode(self.with_context(bin_size=False).xml_file or b"")

    @allowed(BILLING)
    def action_fetch(self):
        """Fetch what is new for the current companies.

        The header of a list calls it with the ids that are selected, or with none.
        """
        companies = self.env.companies.filtered(lambda c: c.country_code == "PL")
        return companies._l10n_pl_ksef_fetch_now()

    @api.model
    def _new_counts(self, companies):
        """Return ``{company: how many purchases wait for a decision}``."""
        groups = self._read_group(
            [
                ("company_id", "in", companies.ids),
                ("role", "!=", SELLER_ROLE),
                ("state", "in", OPEN_STATES),
            ],
            ["company_id", "environment"],
            ["__count"],
        )
        return {
            company: count
            for company, environment, count in groups
            if environment == company.l10n_pl_ksef_environment
        }

    @allowed(BILLING, AUDITOR)
    def action_open_bill(self):
        """Open the vendor bill, or the customer invoice of an own sale."""
        self.ensure_one()
        move = self.move_id or self.sale_move_id
        if not move:
            raise UserError(self.env._("No bill has been made of this yet."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": move.id,
            "views": [(False, "form")],
        }

    def _need_file(self):
        """Have the file here, now if KSeF can be asked; tell whether it is.

        When it cannot, the row says why and the cron goes on trying.
        """
        self.ensure_one()
        if self.has_file:
            return True
        connection = self.company_id._l10n_pl_ksef_connection()
        if (connection.environment, connection.state) != (
            self.environment,
            "connected",
        ):
            self.status_message = self.env._(
                "The file is not here, and the company is not connected to KSeF."
            )
            return False
        try:
            return self._fetch_file(connection)
        except (KsefError, VaultError) as error:
            verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
            self.status_message = verdict.message
            return False
