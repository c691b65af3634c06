import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from .connection import ENVIRONMENTS

ROLES = [
    ("Subject2", "Buyer"),
    ("Subject3", "Third party"),
    ("SubjectAuthorized", "Authorised party"),
    ("Subject1", "Seller"),
]


class Bill(models.Model):
    """One invoice received from KSeF, whether a vendor bill was made of it or not.

    The row is written with the metadata, in the transaction that moves the checkpoint;
    the file and the vendor bill follow, each in its own. States::

        new --file fetched, bill made--> imported
        new --> error (with the reason, tried again) --> imported
        new, error <--> ignored
    """

    _name = "l10n_pl_ksef.bill"
    _description = "Invoice Received from KSeF"
    _order = "stored_at desc, id desc"
    _rec_name = "ksef_number"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    role = fields.Selection(ROLES, required=True, readonly=True, default="Subject2")
    ksef_number = fields.Char("KSeF Number", required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("imported", "Bill made"),
            ("error", "Error"),
            ("ignored", "Ignored"),
        ],
        required=True,
        readonly=True,
        default="new",
        index=True,
    )
    status_message = fields.Text("Reason", readonly=True)
    retry_at = fields.Datetime("Next Attempt", readonly=True)
    invoice_number = fields.Char(readonly=True)
    invoice_kind = fields.Char("Kind", readonly=True, help="RodzajFaktury")
    issue_date = fields.Date(readonly=True)
    stored_at = fields.Datetime("Received On", readonly=True)
    seller_nip = fields.Char("Seller's NIP", readonly=True)
    seller_name = fields.Char("Seller", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_net = fields.Monetary("Net", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    xml_hash = fields.Char("Hash (SHA-256)", readonly=True)
    xml_file = fields.Binary("FA(3) File", attachment=True, readonly=True)
    xml_name = fields.Char("File Name", compute="_compute_xml_name")
    move_id = fields.Many2one(
        "account.move", "Vendor Bill", readonly=True, index="btree_not_null"
    )

    _number_unique = models.Constraint(
        "UNIQUE(company_id, environment, ksef_number)",
        "This invoice has been received already.",
    )

    @api.depends("ksef_number")
    def _compute_xml_name(self):
        for bill in self:
            bill.xml_name = f"{bill.ksef_number}.xml"

    @api.model
    def _take_in(self, connection, role, metadata):
        """Write a row for each of ``metadata`` that is not known yet.

        :param metadata: list of ``ksef_api`` InvoiceMetadata
        :return: the new rows
        """
        numbers = [item.ksef_number for item in metadata]
        known = self.sudo().search_fetch(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "=", connection.environment),
                ("ksef_number", "in", numbers),
            ],
            ["ksef_number"],
        )
        known = set(known.mapped("ksef_number"))
        currencies = self._currencies(metadata)
        fresh = {m.ksef_number: m for m in metadata if m.ksef_number not in known}
        return self.sudo().create(
            [
                {
                    "company_id": connection.company_id.id,
                    "environment": connection.environment,
                    "role": role,
                    "currency_id": currencies.get(item.currency),
                    **self._metadata_values(item),
                }
                for item in fresh.values()
            ]
        )

    def _currencies(self, metadata):
        names = {item.currency for item in metadata}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(names))])
        )
        return {currency.name: currency.id for currency in currencies}

    def _metadata_values(self, item):
        return {
            "ksef_number": item.ksef_number,
            "invoice_number": item.invoice_number,
            "invoice_kind": item.invoice_type,
            "issue_date": item.issue_date,
            "stored_at": item.permanent_storage_date
            and item.permanent_storage_date.replace(tzinfo=None, microsecond=0),
            "seller_nip": item.seller_nip,
            "seller_name": item.seller_name,
            "amount_net": item.net,
            "amount_total": item.gross,
            "xml_hash": item.invoice_hash,
        }

    def _xml(self):
        """Return the file as KSeF gave it."""
        return base64.b64decode(self.with_context(bin_size=False).xml_file)

    def action_open_bill(self):
        """Open the vendor bill."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    def action_make_bill(self):
        """Make vendor bills of these now."""
        self._check_may_edit()
        bills = self.sudo().filtered(lambda b: b.state in ("new", "error"))
        bills._fetch_and_make()
        return True

    def action_ignore(self):
        """Keep these without a vendor bill."""
        self._check_may_edit()
        open_bills = self.sudo().filtered(lambda b: b.state in ("new", "error"))
        open_bills.write({"state": "ignored", "retry_at": False})
        return True

    def action_restore(self):
        """Take ignored ones back among the new."""
        self._check_may_edit()
        self.sudo().filtered(lambda b: b.state == "ignored").state = "new"
        return True

    def _check_may_edit(self):
        if not self.env.user.has_group("account.group_account_invoice"):
            raise UserError(self.env._("You may not make vendor bills."))
        self.check_access("read")
