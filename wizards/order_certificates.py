from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api.errors import KsefError
from ..models.access import ADMINISTRATOR, allowed
from ..models.enrolment.enrolment import OPEN
from ..models.vault.vault import VaultError


class OrderCertificates(models.TransientModel):
    """The window that orders certificates in KSeF and shows how far they are.

    What was begun before (sending, fetching) goes on when they are in use, or as soon
    as the person does not want to wait. The window may be closed: the cron orders on.
    """

    _name = "l10n_pl_ksef.order.certificates"
    _description = "KSeF: Order Certificates"
    _inherit = ["l10n_pl_ksef.connect.mixin"]

    order_authentication = fields.Boolean("Authentication certificate")
    order_offline = fields.Boolean("Offline certificate")
    enrolment_ids = fields.Many2many(
        "l10n_pl_ksef.enrolment", string="Orders", readonly=True
    )
    stage = fields.Selection(
        [
            ("choose", "To be ordered"),
            ("working", "Under way"),
            ("failed", "Not made"),
            ("done", "In use"),
        ],
        compute="_compute_stage",
    )
    obstacle = fields.Text("Why Not Now", readonly=True)
    needs_signature = fields.Boolean(readonly=True)
    status_note = fields.Text(readonly=True, help="What else there is to know.")
    owner = fields.Char(readonly=True)
    orders_left = fields.Integer(readonly=True)
    certificates_left = fields.Integer(readonly=True)

    @api.depends("enrolment_ids.state")
    def _compute_stage(self):
        for window in self:
            states = set(window.enrolment_ids.mapped("state"))
            if not states:
                window.stage = "choose"
            elif states & set(OPEN):
                window.stage = "working"
            else:
                window.stage = "failed" if "failed" in states else "done"

    def _title(self):
        return self.env._("Order certificates in KSeF")

    def _success_text(self):
        return self.env._("The certificates are in use. Nobody has to sign again.")

    def _look(self):
        """Ask KSeF in whose name it is ordered, and how many there may be."""
        connection = self.company_id._l10n_pl_ksef_connection()
        self.obstacle = connection._why_no_order()
        if connection.state in ("draft", "to_sign", "expired", "failed"):
            self.obstacle = self.env._(
                "The login to KSeF does not work now. Sign a file with the trusted "
                "profile or a qualified signature; both certificates are ordered then."
            )
        self.needs_signature = bool(self.obstacle)
        if self.obstacle:
            return
        try:
            limits = connection._call(lambda client: client.certificate_limits())
            data = connection._call(lambda client: client.enrolment_data())
        except (KsefError, VaultError) as error:
            verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
            self.obstacle = verdict.message
            return
        self.owner = data.attributes.get("commonName")
        self.orders_left = (limits.get("enrollment") or {}).get("remaining")
        self.certificates_left = (limits.get("certificate") or {}).get("remaining")
        if not limits.get("canRequest"):
            enrolments = self.env["l10n_pl_ksef.enrolment"]
            self.obstacle = enrolments._no_more_text(limits)

    @allowed(ADMINISTRATOR)
    def action_order(self):
        """Order what is ticked; one that works is replaced when the new one does."""
        self.ensure_one()
        connection = self.company_id._l10n_pl_ksef_connection()
        problem = connection._why_no_order()
        if problem:
            raise UserError(problem)
        wanted = {
            "authentication": self.order_authentication,
            "offline": self.order_offline,
        }
        if not any(wanted.values()):
            raise UserError(self.env._("Tick the certificates to be ordered."))
        enrolments = self.env["l10n_pl_ksef.enrolment"]
        for kind in filter(wanted.get, wanted):
            current = enrolments._current(self.company_id, kind)
            if current._works():
                orders = enrolments._place(connection, [kind], "renewal", current)
            else:
                orders = enrolments._place(connection, [kind])
            self.enrolment_ids |= orders
        return self._go_on()

    @allowed(ADMINISTRATOR)
    def action_check(self):
        """Ask KSeF again, and go on when the certificates are in use."""
        self.ensure_one()
        return self._go_on()

    @allowed(ADMINISTRATOR)
    def action_continue(self):
        """Go on with what was begun; the orders go on by themselves."""
        self.ensure_one()
        return self._continue()

    @allowed(ADMINISTRATOR)
    def action_sign(self):
        """Sign a file, through whose login certificates may be ordered."""
        self.ensure_one()
        connection = self.company_id._l10n_pl_ksef_connection()
        if not connection:
            return self.company_id._l10n_pl_ksef_ask_signature(
                send=self.move_ids, fetch=self.fetch_afterwards
            )
        action = connection.with_env(self.env).action_sign()
        window = self.env[action["res_model"]].browse(action["res_id"])
        window.move_ids, window.fetch_afterwards = self.move_ids, self.fetch_afterwards
        return action

    def _go_on(self):
        # sudo: nobody may write orders, this code does
        for enrolment in self.enrolment_ids.sudo():
            enrolment._advance()
        self.invalidate_recordset()
        return self._continue() if self.stage == "done" else self._open()

    def _continue(self):
        # The login that ordered has been replaced by the certificate's.
        self.connection_id = self.company_id._l10n_pl_ksef_connection()
        return super()._go_on()


class Sign(models.TransientModel):
    """One signature, both certificates."""

    _inherit = "l10n_pl_ksef.sign"

    order_certificates = fields.Boolean(
        "Order certificates, so that nobody has to sign again", default=True
    )

    @allowed(ADMINISTRATOR)
    def action_upload(self):
        # sudo: nobody may write connections, this code does
        self.connection_id.sudo().orders_certificates = self.order_certificates
        return super().action_upload()

    def _go_on(self):
        orders = self._orders()
        if not orders:
            return super()._go_on()
        window = self.company_id._l10n_pl_ksef_order_window(
            enrolment_ids=orders.ids,
            move_ids=self.move_ids.ids,
            fetch_afterwards=self.fetch_afterwards,
        )
        return window._go_on()

    def _orders(self):
        """Return the orders that this signature began, once KSeF has taken it."""
        orders = self.env["l10n_pl_ksef.enrolment"]
        if self.connection_id.state != "connected" or not self.order_certificates:
            return orders
        orders = self.connection_id._order_wanted_certificates()
        if orders:
            return orders
        # The cron was faster.
        return orders.search(
            [("company_id", "=", self.company_id.id), ("state", "in", OPEN)]
        )
