from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.access import ADMINISTRATOR, allowed
from ..models.client_actions import reload_page
from ..models.enrolment.listed import REASONS


class Revoke(models.TransientModel):
    """The window that revokes a certificate in KSeF, and says before what stops."""

    _name = "l10n_pl_ksef.revoke"
    _description = "KSeF: Revoke a Certificate"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one("res.company", required=True)
    certificate_id = fields.Many2one("l10n_pl_ksef.certificate", "Certificate")
    listed_id = fields.Many2one("l10n_pl_ksef.listed.certificate", "In KSeF")
    reason = fields.Selection(
        REASONS, "Why It Is Revoked", required=True, default="Unspecified"
    )
    order_new = fields.Boolean("Order another one at once")
    what_stops = fields.Text(compute="_compute_what_stops")
    may_order = fields.Boolean(compute="_compute_what_stops")
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices Issued Offline with It",
        compute="_compute_move_ids",
        store=True,
    )
    message = fields.Text(readonly=True)

    @api.depends("certificate_id", "listed_id", "reason")
    def _compute_what_stops(self):
        for window in self:
            certificate = window._ours()
            window.what_stops = window._stops(certificate)
            window.may_order = bool(certificate) and (
                certificate.type == "offline" or certificate.is_in_use
            )

    @api.depends("certificate_id", "listed_id")
    def _compute_move_ids(self):
        own = self.env.user.company_ids
        for window in self:
            moves = window._ours()._signed().move_id
            window.move_ids = moves.filtered(lambda move: move.company_id in own).ids

    def _ours(self):
        return self.certificate_id or self.listed_id.certificate_id

    def _stops(self, certificate):
        """Return what ends with this certificate."""
        if certificate.is_in_use:
            return self.env._(
                "Odoo logs in to KSeF with this certificate. The login that is open "
                "works on for up to a week; after it, sending invoices and fetching "
                "bills stop until the company is connected anew."
            )
        if certificate.type == "offline":
            return self._stops_offline(certificate)
        if certificate:
            return self.env._("Odoo does not use it: nothing stops here.")
        if self.listed_id.use == "elsewhere":
            return self.env._(
                "Odoo does not have it. Another program uses it, last on %(date)s: "
                "that program stops.",
                date=format_date(self.env, self.listed_id.last_used_at),
            )
        return self.env._(
            "Odoo does not have it, and nobody has logged in with it yet. A program "
            "that was given it, a till for example, stops."
        )

    def _stops_offline(self, certificate):
        current = self.env["l10n_pl_ksef.enrolment"]._current(
            self.company_id, "offline"
        )
        lines = []
        if certificate == current:
            lines.append(
                self.env._(
                    "Odoo signs the second QR code of offline invoices with it: until "
                    "another one is there, no invoice can be issued offline."
                )
            )
        if waiting := certificate._signed_without_number():
            lines.append(
                self.env._(
                    "The second QR code of %(count)s invoices that are not in KSeF yet "
                    "will not verify any more. They go to KSeF all the same.",
                    count=len(waiting),
                )
            )
        return "\n".join(lines) or self.env._("Nothing stops here.")

    def _open(self):
        """Return the action that shows this window."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Revoke a certificate"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @allowed(ADMINISTRATOR)
    def action_revoke(self):
        """Write down what is wanted, revoke, and order another one."""
        self.ensure_one()
        # sudo: nobody may write certificates and orders, this code does
        certificate = self._ours().sudo()
        orders = self.env["l10n_pl_ksef.enrolment"]
        if self.order_new and self.may_order:
            connection = certificate.company_id._l10n_pl_ksef_connection()
            orders = certificate._order_next(connection, "compromise")
        revoked = certificate or self.listed_id
        if not revoked:
            # The list was made anew while the window was open.
            raise UserError(self.env._("Open the list of certificates again."))
        self._log_signed(certificate)
        self.message = revoked._ask_revocation(self.reason)
        if orders:
            window = self.company_id._l10n_pl_ksef_order_window(
                enrolment_ids=orders.ids, status_note=self.message
            )
            return window._go_on()
        if self.message:
            return self._open()
        return reload_page()

    def _log_signed(self, certificate):
        """Keep in the certificate's history which invoices carry its code."""
        names = certificate._signed().move_id.mapped("name")
        if self.reason == "KeyCompromise" and names:
            certificate.message_post(
                body=self.env._(
                    "Invoices issued offline with it: %(names)s", names=", ".join(names)
                )
            )
