from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...ksef_api.nip import is_valid_nip, normalize_nip
from ..access import ADMINISTRATOR, allowed

ENVIRONMENTS = [
    ("production", "Production"),
    ("demo", "Demo"),
    ("test", "Test"),
]
METHODS = [
    ("certificate", "KSeF certificate"),
    ("token", "KSeF token"),
    ("signed_file", "File signed with a qualified signature"),
]
STATES = [
    ("draft", "Not authorised"),
    ("to_sign", "File to be signed"),
    ("ordered", "Ordered for authorisation"),
    ("processing", "Being authorised"),
    ("connected", "Connected"),
    ("expired", "Authorisation ended"),
    ("failed", "Authorisation failed"),
]


class Connection(models.Model):
    """A company's authorisation (*uwierzytelnienie*) to one KSeF environment.

    One connection of a company is active; earlier ones are archived and keep the
    history of the documents that went through them. States::

        draft --certificate or token given--> ordered --KSeF takes it--> processing
        processing --200--> connected        processing --4xx--> failed
        connected --refresh fails, revoked--> expired --certificate, token--> ordered
        signed file: draft --download--> to_sign --upload in time--> ordered

    Tokens are sealed (``l10n_pl_ksef.vault``). Calls to KSeF go through ``_call``, the
    only place where a client is built.
    """

    _name = "l10n_pl_ksef.connection"
    _description = "KSeF Connection"
    _inherit = ["mail.thread", "mail.activity.mixin", "l10n_pl_ksef.sealed.mixin"]
    _order = "active desc, id desc"

    name = fields.Char(help="Optional name, shown beside the NIP.")
    active = fields.Boolean(default=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    nip = fields.Char("NIP", required=True, readonly=True)
    method = fields.Selection(
        METHODS,
        required=True,
        readonly=True,
        default="certificate",
    )
    certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
    )
    connected_on = fields.Datetime(readonly=True)
    next_call_at = fields.Datetime(
        "No Calls Before", readonly=True, help="Set by KSeF's rate limit or an outage."
    )
    retry_at = fields.Datetime("Next Attempt", readonly=True)
    access_valid_until = fields.Datetime(readonly=True)
    refresh_valid_until = fields.Datetime("Authorised Until", readonly=True)
    auth_reference = fields.Char("Authorisation Reference", readonly=True)
    access_token_sealed = fields.Text(
        "Access Token (encrypted)", groups=fields.NO_ACCESS, copy=False
    )
    refresh_token_sealed = fields.Text(
        "Refresh Token (encrypted)", groups=fields.NO_ACCESS, copy=False
    )
    auth_token_sealed = fields.Text(
        "Login Token (encrypted)", groups=fields.NO_ACCESS, copy=False
    )
    ksef_token_sealed = fields.Text(
        "KSeF Token (encrypted)", groups=fields.NO_ACCESS, copy=False
    )
    fetch_for_id = fields.Many2one(
        "res.users",
        "Fetch For",
        readonly=True,
        help="Who asked for vendor bills before the company was connected.",
    )
    last_import_at = fields.Datetime("Last Fetched", readonly=True)

    _active_unique = models.UniqueIndex(
        "(company_id) WHERE active IS TRUE",
        "A company has one active connection to KSeF.",
    )

    @api.depends("name", "nip", "environment")
    def _compute_display_name(self):
        environments = dict(
            self._fields["environment"]._description_selection(self.env)
        )
        for connection in self:
            label = f"{connection.nip} ({environments.get(connection.environment)})"
            connection.display_name = (
                f"{connection.name}, {label}" if connection.name else label
            )

    @api.constrains("nip")
    def _check_nip(self):
        for connection in self:
            if not is_valid_nip(connection.nip):
                raise ValidationError(
                    self.env._(
                        "%(nip)s is not a valid NIP: its control digit does not match.",
                        nip=connection.nip,
                    )
                )

    @api.constrains("company_id")
    def _check_company_is_taxpayer(self):
        self.company_id._l10n_pl_ksef_check_is_taxpayer()

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        connections._refresh_documents_of_company()
        return connections

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self._refresh_documents_of_company()
        return result

    def _refresh_documents_of_company(self):
        """An invoice's KSeF status depends on the environment connected to now."""
        companies = self._companies()
        companies.invalidate_recordset(
            ["l10n_pl_ksef_environment", "l10n_pl_ksef_last_environment"]
        )
        self.env["account.move"]._l10n_pl_ksef_recompute_status(companies)

    def _companies(self):
        """Return the companies that these connect: the taxpayers and their branches."""
        return self.company_id._l10n_pl_ksef_of_taxpayer()

    @api.model
    def _of_company(self, company):
        """Return the active connection of ``company``, or an empty recordset.

        That of a branch is its parent's, where both are one taxpayer.
        """
        taxpayer = company._l10n_pl_ksef_taxpayer()
        # sudo: also who only sends or fetches goes through the company's connection
        return self.sudo().search([("company_id", "=", taxpayer.id)], limit=1)

    @api.model
    def _connected(self):
        """Return the connections that work now, of all companies that do."""
        # sudo: crons work for all companies
        return self.sudo().search(
            [("state", "=", "connected"), ("company_id.active", "=", True)]
        )

    @api.model
    def _connect(self, company, environment, method, nip=None, name=False, **vals):
        """Make a new connection for ``company`` in the place of the one before it.

        One that works is kept until the new one works as well (``is_candidate``).

        :param nip: text in any usual form; the company's own NIP when not given
        """
        values = {
            "company_id": company.id,
            "environment": environment,
            "method": method,
            "nip": normalize_nip(nip or company.vat or ""),
            "name": name,
            **vals,
        }
        current = self._of_company(company)
        if current._works_until_replaced_by(values):
            values |= {"active": False, "is_candidate": True}
        elif current:
            current._revoke()
            current._disconnect()
        # sudo: nobody may write connections, this code does
        return self.sudo().create(values)

    def _disconnect(self):
        """Erase the secrets of these connections and archive them."""
        # sudo: nobody may write connections, this code does
        self.sudo().write(
            {
                "active": False,
                "state": "draft",
                "access_token_sealed": False,
                "refresh_token_sealed": False,
                "auth_token_sealed": False,
                "ksef_token_sealed": False,
                "signed_request_sealed": False,
                "access_valid_until": False,
                "refresh_valid_until": False,
            }
        )
        # The one that follows must not meet this one in the unique index.
        self.flush_recordset(["active"])

    def _in_company_language(self):
        """Return this connection in the language of the company's own contact.

        What is stored for people to read (states, chatter) is written by crons, too,
        and a cron speaks English.
        """
        return self.with_context(lang=self.company_id._l10n_pl_ksef_lang())

    def _seal_token(self, token):
        """Return the value of ``ksef_token_sealed`` for a KSeF token."""
        return self._seal("ksef_token_sealed", token)

    def _is_ready(self):
        """Tell whether documents can go through this connection now or soon."""
        return bool(self) and self.state in ("ordered", "processing", "connected")

    @allowed(ADMINISTRATOR)
    def action_authorise(self):
        """Authorise now; what KSeF has not answered yet, the cron asks for later."""
        self.ensure_one()
        # sudo: nobody may write connections, this code does
        connection = self.sudo()
        connection.fail_count = 0
        connection._out_of_trouble()
        connection._order_authorisation()
        connection._advance_authorisation()
        return True

    @allowed(ADMINISTRATOR)
    def action_check(self):
        """Ask KSeF how the authorisation stands."""
        self.ensure_one()
        # sudo: nobody may write connections, this code does
        self.sudo()._advance_authorisation()
        return True

    @allowed(ADMINISTRATOR)
    def action_disconnect(self):
        """End the session in KSeF, erase the tokens and keep the history."""
        self.ensure_one()
        # sudo: nobody may write connections, this code does
        connection = self.sudo()
        connection._revoke()
        connection._disconnect()
        return True
