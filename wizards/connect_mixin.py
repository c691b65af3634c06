from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api.nip import is_valid_nip, normalize_nip
from ..models.access import ADMINISTRATOR, allowed
from ..models.client_actions import close_window, is_notice, notice, reload_page
from ..models.connection.connection import ENVIRONMENTS
from ..models.sending.document_batch import MANY


class ConnectMixin(models.AbstractModel):
    """What every window that connects a company to KSeF asks and does.

    Once KSeF has authorised the connection, the action that was begun goes on:
    ``move_ids`` are sent, or vendor bills are fetched. When KSeF takes its time the
    window may be closed: the invoices are queued and the wish to fetch stands on the
    connection, and the crons carry both out.
    """

    _name = "l10n_pl_ksef.connect.mixin"
    _description = "KSeF: Window that Connects"
    _inherit = ["l10n_pl_ksef.typed.mixin"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.l10n_pl_ksef_taxpayer_id,
    )
    environment = fields.Selection(
        ENVIRONMENTS, required=True, default=lambda self: self._default_environment()
    )
    production_confirmed = fields.Boolean(
        "I know that invoices sent to production have legal effect and cannot be undone"
    )
    nip = fields.Char("NIP", compute="_compute_nip", store=True, readonly=False)
    connection_name = fields.Char("Name", help="Optional, shown beside the NIP.")
    replaced_environment = fields.Selection(
        ENVIRONMENTS, compute="_compute_replaced_environment"
    )
    move_ids = fields.Many2many("account.move", string="Invoices to Send Afterwards")
    fetch_afterwards = fields.Boolean()
    connection_id = fields.Many2one("l10n_pl_ksef.connection", readonly=True)
    state = fields.Selection(related="connection_id.state")
    status_message = fields.Text(related="connection_id.status_message")

    def _default_environment(self):
        return self.env.company.l10n_pl_ksef_environment or "production"

    @api.depends("company_id")
    def _compute_nip(self):
        for window in self:
            window.nip = normalize_nip(window.company_id.vat or "")

    @api.depends("company_id", "environment", "connection_id")
    def _compute_replaced_environment(self):
        """Another environment that the company is connected to now."""
        for window in self:
            current = window.company_id.l10n_pl_ksef_environment
            differs = not window.connection_id and current != window.environment
            window.replaced_environment = differs and current

    def _open(self):
        """Return the action that shows this window."""
        return {
            "type": "ir.actions.act_window",
            "name": self._title(),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _title(self):
        return self.env._("Connect to KSeF")

    def _check_answers(self):
        """Refuse what cannot be connected, before anything is stored.

        :raise UserError: with a sentence about what is wrong
        """
        if not is_valid_nip(normalize_nip(self.nip or "")):
            raise UserError(
                self.env._(
                    "%(nip)s is not a valid NIP: its control digit does not match.",
                    nip=self.nip or "–",
                )
            )
        if self.environment == "production" and not self.production_confirmed:
            raise UserError(
                self.env._(
                    "Confirm that you mean production: invoices sent there have legal "
                    "effect."
                )
            )

    def _connect(self, method, **vals):
        """Make the connection in place of the one before, whose session is ended.

        What is to be sent is queued first: the cron sends it when the window is closed.
        """
        sendable = self.move_ids.filtered(lambda m: m._l10n_pl_ksef_is_sendable())
        self.env["l10n_pl_ksef.document"]._queue(sendable)
        connections = self.env["l10n_pl_ksef.connection"]
        connection = connections._connect(
            self.company_id,
            self.environment,
            method,
            nip=self.nip,
            name=self.connection_name,
            fetch_for_id=self.env.user.id if self.fetch_afterwards else False,
            **vals,
        )
        self.connection_id = connection

    @allowed(ADMINISTRATOR)
    def action_fetch_name(self):
        """Take the company's name from GUS REGON."""
        self.ensure_one()
        found = self.company_id._l10n_pl_ksef_find_company(self.nip)
        self.connection_name = found.name
        return self._open()

    @allowed(ADMINISTRATOR)
    def action_check(self):
        """Ask KSeF again, and go on when it has decided."""
        self.ensure_one()
        if self.connection_id:
            self.connection_id.action_check()
        return self._go_on()

    def _go_on(self):
        """Carry out the begun action when connected, else show how it stands."""
        if self.connection_id.state != "connected":
            return self._open()
        if self.move_ids:
            return self._told(self.move_ids.action_l10n_pl_ksef_send())
        if self.fetch_afterwards:
            told = self.company_id._l10n_pl_ksef_fetch_now()
            return {**told, "params": {**told["params"], "next": close_window()}}
        waiting = self._waiting()
        if waiting:
            waiting._l10n_pl_ksef_send()
            self.env["account.move.send"]._l10n_pl_ksef_wait(waiting)
            return self._told(waiting._l10n_pl_ksef_send_summary())
        return notice(self._success_text(), then=reload_page())

    def _success_text(self):
        return self.env._("The company is connected to KSeF.")

    def _waiting(self):
        """Return the invoices of this company that waited for the connection, when they
        are few enough to wait for.
        """
        documents = self.env["l10n_pl_ksef.document"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "queued")],
            limit=MANY + 1,
        )
        few = len(documents) <= MANY
        return documents.move_id if few else documents.move_id.browse()

    def _told(self, action):
        """Return ``action``, whose notice begins with what the person waited for."""
        if not is_notice(action):
            return action
        params = action["params"]
        message = self.env._("Connected. %(message)s", message=params["message"])
        return {**action, "params": {**params, "message": message}}
