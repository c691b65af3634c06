from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connection.connection import ENVIRONMENTS
from ..invoice.document import to_decimal

# Rows whose call may have been carried out; KSeF is asked before another one is made.
UNDECIDED = ("making", "unknown")


class Identifier(models.Model):
    """One number for several invoices of one seller (*identyfikator zbiorczy*).

    It stands in the title of one transfer (art. 108g of the VAT act). KSeF can neither
    change nor delete one, and making it has no idempotency key: so the row is committed
    first, and after a lost answer KSeF is asked. States::

        draft --asked--> making --number given--> made
                         making --refused--> failed
                         making --no answer, or our process ended--> unknown
        unknown --KSeF has it--> made        unknown --KSeF has it not--> draft

    Only a person takes a *draft* further. An identifier that a customer made for our
    invoices comes in as *made*.
    """

    _name = "l10n_pl_ksef.identifier"
    _description = "KSeF: Collective Identifier"
    _order = "id desc"
    _rec_name = "number"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    number = fields.Char("Collective Identifier", readonly=True, copy=False)
    purpose = fields.Selection(
        [
            ("pay", "We pay"),
            ("collect", "We ask to be paid"),
            ("customer", "Made by the customer"),
        ],
        required=True,
        readonly=True,
        default="pay",
    )
    state = fields.Selection(
        [
            ("draft", "To be made"),
            ("making", "Being made"),
            ("unknown", "No answer, being asked"),
            ("made", "Made"),
            ("failed", "Refused"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
    )
    partner_id = fields.Many2one("res.partner", "Vendor or Customer", readonly=True)
    message = fields.Text("Remarks", readonly=True)
    asked_at = fields.Datetime(readonly=True)
    made_at = fields.Datetime("Made On", readonly=True)
    line_ids = fields.One2many(
        "l10n_pl_ksef.identifier.line", "identifier_id", "Invoices", readonly=True
    )
    payment_ids = fields.One2many(
        "account.payment", "l10n_pl_ksef_identifier_id", "Payments", readonly=True
    )
    amount = fields.Monetary(compute="_compute_amount")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    invoice_count = fields.Integer("Number of Invoices", compute="_compute_amount")

    _number_unique = models.UniqueIndex(
        "(company_id, environment, number) WHERE number IS NOT NULL",
        "This collective identifier is known already.",
    )

    @api.depends("line_ids.amount", "line_ids.currency_id")
    def _compute_amount(self):
        for identifier in self:
            lines = identifier.line_ids
            currencies = lines.currency_id
            one = len(currencies) == 1
            identifier.invoice_count = len(lines)
            identifier.currency_id = currencies if one else False
            identifier.amount = sum(lines.mapped("amount")) if one else 0

    @api.depends("number", "partner_id")
    def _compute_display_name(self):
        for identifier in self:
            identifier.display_name = identifier.number or self.env._(
                "To be made: %(partner)s", partner=identifier.partner_id.display_name
            )

    @api.model
    def _find_for_transfer(self, company, parts, purpose="pay"):
        """Return the identifier of exactly these invoices and amounts that no payment
        has used yet, if there is one.

        :param parts: ``[(move, Decimal amount)]``, all of one seller
        """
        wanted = _members((move.l10n_pl_ksef_number, amount) for move, amount in parts)
        # sudo: the caller may read these bills; the rows have nothing beyond them.
        known = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("environment", "=", company._l10n_pl_ksef_connection().environment),
                ("purpose", "=", purpose),
                ("state", "!=", "failed"),
                ("line_ids.ksef_number", "=", parts[0][0].l10n_pl_ksef_number),
            ]
        )
        return known.filtered(lambda row: not row._is_used() and row._holds(wanted))[:1]

    @api.model
    def _for_transfer(self, company, partner, parts, purpose="pay"):
        """Return the identifier for a transfer, a new row (*draft*) when no unused one
        is there; see ``_find_for_transfer``.

        :raise UserError: the company is not connected to KSeF, or these are too many
        """
        connection = company._l10n_pl_ksef_connection()
        if not connection:
            raise UserError(
                self.env._(
                    "%(company)s is not connected to KSeF: a collective identifier "
                    "cannot be made.",
                    company=company.display_name,
                )
            )
        most = connection._identifier_limit()
        if len(parts) > most:
            raise UserError(
                self.env._(
                    "%(count)s invoices of %(partner)s are too many: KSeF takes at "
                    "most %(most)s for one collective identifier. Pay them in several "
                    "transfers.",
                    count=len(parts),
                    partner=partner.display_name,
                    most=most,
                )
            )
        if found := self._find_for_transfer(company, parts, purpose):
            return found
        # sudo: only code writes these rows, for whoever may pay these bills.
        return self.sudo().create(
            {
                "company_id": company.id,
                "environment": connection.environment,
                "partner_id": partner.id,
                "purpose": purpose,
                "line_ids": [
                    fields.Command.create(
                        {
                            "move_id": move.id,
                            "ksef_number": move.l10n_pl_ksef_number,
                            "amount": float(amount),
                            "currency_id": move.currency_id.id,
                        }
                    )
                    for move, amount in parts
                ],
            }
        )

    def _refuse_unmade(self):
        """:raise UserError: this identifier is not made; why, and what to do."""
        self.ensure_one()
        if self.state == "made":
            return
        if self.state in UNDECIDED:
            text = self.env._(
                "KSeF did not answer whether it made the collective identifier for "
                "%(partner)s. It is being asked; no payment was registered. Try again "
                "in two minutes, or pay each bill by itself.",
                partner=self.partner_id.display_name,
            )
        else:
            text = self.env._(
                "The collective identifier for %(partner)s was not made; no payment "
                "was registered. %(reason)s",
                partner=self.partner_id.display_name,
                reason=self.message or "",
            )
        raise UserError(text)

    def _is_used(self):
        """Tell whether a payment that still counts carries this number."""
        dead = ("canceled", "rejected")
        return any(payment.state not in dead for payment in self.payment_ids)

    def _holds(self, wanted):
        lines = ((line.ksef_number, line._decimal()) for line in self.line_ids)
        return _members(lines) == wanted

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self.filtered(lambda identifier: identifier.state != "draft"):
            raise UserError(
                self.env._("KSeF keeps a collective identifier for ever; so does Odoo.")
            )


class IdentifierLine(models.Model):
    """One invoice of a collective identifier, with the part of it that is paid."""

    _name = "l10n_pl_ksef.identifier.line"
    _description = "KSeF: Invoice of a Collective Identifier"
    _order = "id"

    identifier_id = fields.Many2one(
        "l10n_pl_ksef.identifier",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="identifier_id.company_id", store=True)
    ksef_number = fields.Char("KSeF Number", required=True, readonly=True, index=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", readonly=True, index="btree_not_null"
    )
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    description = fields.Char(readonly=True)
    number = fields.Char(related="identifier_id.number")

    def _decimal(self):
        """Return the amount as Decimal, None where KSeF does not show it."""
        if not self.currency_id:
            return None
        return to_decimal(self.amount, self.currency_id.decimal_places)


def _members(pairs):
    """Return ``pairs`` (KSeF number, Decimal amount) as something to compare."""
    return sorted(pairs, key=lambda pair: pair[0])
