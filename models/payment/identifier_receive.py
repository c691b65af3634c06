import logging
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...ksef_api.errors import KsefError
from ..access import BILLING, allowed
from ..concurrency import advisory_lock, checkpoint, isolated, time_is_left
from ..times import aware, naive_utc

_logger = logging.getLogger(__name__)

FIRST_WINDOW = timedelta(days=30)
LONGEST_WINDOW = timedelta(days=100)
# What KSeF lists late is listed again; known numbers are passed over.
OVERLAP = timedelta(minutes=10)
TAKEN_AT_ONCE = 10


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    identifiers_until = fields.Datetime(
        "Collective Identifiers Seen Until", readonly=True, copy=False
    )


class Identifier(models.Model):
    """Numbers that customers made for our invoices come in by themselves."""

    _inherit = "l10n_pl_ksef.identifier"

    @api.model
    def _cron_receive(self):
        """Ask each company's KSeF once for what its customers made since."""
        for connection in self.env["l10n_pl_ksef.connection"]._connected():
            if not time_is_left(self.env):
                break
            with isolated(self.env, connection):
                with advisory_lock(self.env, f"identifiers:{connection.id}") as mine:
                    if mine:
                        self._receive_if_allowed(connection)

    @api.model
    def _receive_if_allowed(self, connection):
        """A login that may not ask, or meets an obstacle, asks again the next time.

        What is missing for what is switched on stands in the connection's rights.
        """
        try:
            self._receive_of(connection._may_be_refused())
        except KsefError as error:
            _logger.info("KSeF: identifiers of %s: %s", connection, type(error))
            checkpoint(self.env)

    @api.model
    def _receive_of(self, connection):
        """Take in what is new for one company; the time it was seen until moves with
        the last of it, in one transaction.
        """
        now = fields.Datetime.now()
        since = connection.identifiers_until or now - FIRST_WINDOW
        since = max(since, now - LONGEST_WINDOW + 2 * OVERLAP) - OVERLAP
        until = now + OVERLAP  # KSeF's clock may be ahead of ours
        listing = connection._call(
            lambda client: list(
                client.collective_identifiers(aware(since), aware(until), own=False)
            )
        )
        new = self._unknown(connection, listing)
        while new:
            batch, new = new[:TAKEN_AT_ONCE], new[TAKEN_AT_ONCE:]
            self._take(connection, batch)
            checkpoint(self.env)
        connection.identifiers_until = now
        checkpoint(self.env)

    def _unknown(self, connection, listing):
        known = self.search(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "=", connection.environment),
                ("number", "in", [item.number for item in listing]),
            ]
        )
        numbers = set(known.mapped("number"))
        # The oldest first, so that a run that ends early leaves no gap behind it.
        return [item for item in reversed(listing) if item.number not in numbers]

    def _take(self, connection, items):
        invoices = connection._call(
            lambda client: list(
                client.collective_invoices([item.number for item in items])
            )
        )
        company = connection.company_id
        moves = self._moves_by_number(company, {i.ksef_number for i in invoices})
        codes = {invoice.currency for invoice in invoices}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(codes - {None}))])
        )
        by_code = {currency.name: currency.id for currency in currencies}
        nothing = self.env["account.move"]
        self.create(
            [
                {
                    "company_id": company.id,
                    "environment": connection.environment,
                    "number": item.number,
                    "purpose": "customer",
                    "state": "made",
                    "made_at": naive_utc(item.created),
                    "partner_id": self._payer(invoices, item, moves).id,
                    "line_ids": [
                        Command.create(
                            {
                                "ksef_number": invoice.ksef_number,
                                "move_id": moves.get(invoice.ksef_number, nothing).id,
                                "amount": float(invoice.amount or 0),
                                "currency_id": by_code.get(invoice.currency, False),
                                "description": invoice.description,
                            }
                        )
                        for invoice in invoices
                        if invoice.number == item.number
                    ],
                }
                for item in items
            ]
        )

    def _payer(self, invoices, item, moves):
        """Return whose invoices these are, when they are one customer's."""
        partners = self.env["res.partner"]
        for invoice in invoices:
            if invoice.number == item.number and invoice.ksef_number in moves:
                partners |= moves[invoice.ksef_number].commercial_partner_id
        return partners if len(partners) == 1 else partners.browse()

    @api.model
    def _moves_by_number(self, company, numbers):
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("l10n_pl_ksef_number", "in", list(numbers)),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ]
        )
        return {move.l10n_pl_ksef_number: move for move in moves}


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pl_ksef_can_collect = fields.Boolean(
        "Can Be Collected", compute="_compute_l10n_pl_ksef_can_collect"
    )

    def _compute_l10n_pl_ksef_can_collect(self):
        polish = self.env.company.country_code == "PL"
        for partner in self:
            partner.l10n_pl_ksef_can_collect = polish and partner.customer_rank > 0

    @allowed(BILLING)
    def action_l10n_pl_ksef_collect(self):
        """Make one collective identifier for all open invoices of this customer, for
        the customer to give as title.

        :raise UserError: fewer than two invoices are open, or it was not made
        """
        self.ensure_one()
        company = self.env.company
        identifiers = self.env["l10n_pl_ksef.identifier"]
        moves = self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("l10n_pl_ksef_number", "!=", False),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date_due, id",
        )
        if len(moves) < 2:
            raise UserError(
                self.env._(
                    "Fewer than two invoices of %(partner)s that are in KSeF are open: "
                    "the KSeF number of the invoice is enough.",
                    partner=self.display_name,
                )
            )
        parts = [(move, move._l10n_pl_ksef_open_amount()) for move in moves]
        identifier = identifiers._made_for(
            company, self.commercial_partner_id, parts, purpose="collect"
        )
        return identifiers.browse(identifier.id)._get_records_action()
