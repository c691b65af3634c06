from odoo import api, fields, models
from odoo.tools import SQL

from ..access import AUDITOR, BILLING, allowed, is_in
from ..client_actions import close_window

# Since then taxpayers have to issue in KSeF (Act on VAT, art. 106ga).
FIRST_DAY = "2026-02-01"


class SalesCheck(models.Model):
    """Own sales that are in one place only: in KSeF, or in Odoo; each with its reason.

    One line for each invoice in KSeF with our NIP as seller (role *Subject1*) that no
    invoice here bears the KSeF number of, and one for each posted customer invoice, or
    self-billed bill, without a KSeF number. What need not be in KSeF says so, and is
    not missing. What KSeF has must have been fetched for the period.
    """

    _name = "l10n_pl_ksef.sales.check"
    _description = "Sales in KSeF and in Odoo"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "number"

    company_id = fields.Many2one("res.company", readonly=True)
    place = fields.Selection(
        [
            ("ksef", "In KSeF, not in Odoo"),
            ("odoo", "In Odoo, not in KSeF"),
            ("none", "Need not be in KSeF"),
        ],
        "Where",
        readonly=True,
    )
    date = fields.Date("Date of Issue", readonly=True)
    number = fields.Char(readonly=True)
    buyer = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    ksef_number = fields.Char("KSeF Number", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    bill_id = fields.Many2one("l10n_pl_ksef.bill", "In KSeF", readonly=True)
    reason = fields.Text(compute="_compute_told")
    button = fields.Char("What to Do", compute="_compute_told")

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._only_in_ksef(), self._only_in_odoo())

    def _only_in_ksef(self):
        return SQL(
            """
            SELECT bill.id * 2 AS id, bill.company_id, 'ksef' AS place,
                   bill.issue_date AS date, bill.invoice_number AS number,
                   bill.buyer_name AS buyer, bill.currency_id, bill.amount_total,
                   bill.ksef_number, NULL::integer AS move_id, bill.id AS bill_id
              FROM l10n_pl_ksef_bill bill
              JOIN l10n_pl_ksef_connection connection
                ON connection.company_id = bill.company_id AND connection.active
               AND connection.environment = bill.environment
             WHERE bill.role = 'Subject1' AND bill.state != 'ignored'
               AND NOT EXISTS (
                   SELECT FROM account_move move
                     JOIN res_company company ON company.id = move.company_id
                    WHERE company.l10n_pl_ksef_taxpayer_id = bill.company_id
                      AND move.l10n_pl_ksef_number = bill.ksef_number)
            """
        )

    def _only_in_odoo(self):
        return SQL(
            """
            SELECT move.id * 2 + 1, move.company_id,
                   CASE WHEN %s THEN 'none' ELSE 'odoo' END, move.invoice_date,
                   move.name, move.invoice_partner_display_name, move.currency_id,
                   CASE WHEN move.move_type IN ('out_refund', 'in_refund')
                   THEN -move.amount_total ELSE move.amount_total END,
                   NULL, move.id, NULL::integer
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
              JOIN l10n_pl_ksef_connection connection
                ON connection.company_id = company.l10n_pl_ksef_taxpayer_id
               AND connection.active
              JOIN res_company taxpayer
                ON taxpayer.id = company.l10n_pl_ksef_taxpayer_id
              JOIN account_journal journal ON journal.id = move.journal_id
              LEFT JOIN res_partner buyer ON buyer.id = move.commercial_partner_id
             WHERE (move.move_type IN ('out_invoice', 'out_refund')
                    OR (journal.is_self_billing
                        AND move.move_type IN ('in_invoice', 'in_refund')))
               AND move.state = 'posted' AND move.invoice_date >= %s
               AND move.l10n_pl_ksef_is_outside IS NOT TRUE
               AND COALESCE(move.l10n_pl_ksef_number, '') = ''
            """,
            self.env["account.move"]._l10n_pl_ksef_unneeded_sql(),
            FIRST_DAY,
        )

    @api.depends("move_id", "bill_id")
    @api.depends_context("lang", "uid")
    def _compute_told(self):
        may = is_in(self.env, BILLING)
        by_number = self._here_by_number()
        for line in self:
            if line.place == "ksef":
                line.reason = line._why_not_here(by_number)
                line.button = may and self.env._("Ignore")
            elif line.place == "odoo":
                line.reason = line.move_id._l10n_pl_ksef_where_or_not()
                may_send = may and line.move_id.l10n_pl_ksef_can_send
                line.button = may_send and self.env._("Send to KSeF")
            else:
                line.reason = line.move_id._l10n_pl_ksef_why_unneeded()
                line.button = False

    def _here_by_number(self):
        """Return ``{(taxpayer, number): invoice}`` of invoices here that bear the
        number of one that is in KSeF only."""
        of_ksef = self.filtered(lambda line: line.place == "ksef")
        companies = of_ksef.company_id._l10n_pl_ksef_of_taxpayer()
        moves = self.env["account.move"].search(
            [
                ("company_id", "in", companies.ids),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("name", "in", of_ksef.mapped("number")),
            ]
        )
        return {
            (move.company_id.l10n_pl_ksef_taxpayer_id, move.name): move
            for move in moves
        }

    def _why_not_here(self, by_number):
        move = by_number.get((self.company_id, self.number))
        if not move:
            return self.env._(
                "No invoice in Odoo has this number: it was issued with other "
                "software. Enter it, or ignore it."
            )
        if move.l10n_pl_ksef_number:
            return self.env._(
                "The invoice of this number in Odoo is in KSeF as %(number)s: KSeF "
                "has two of them. Ask for a correction of the one that is too many.",
                number=move.l10n_pl_ksef_number,
            )
        return self.env._(
            "The invoice of this number in Odoo has no KSeF number: it was put into "
            "KSeF with other software. Mark that one “Issued Outside KSeF”."
        )

    @allowed(BILLING, AUDITOR)
    def action_open(self):
        """Open what is there of it."""
        self.ensure_one()
        record = self.move_id or self.bill_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    @allowed(BILLING)
    def action_do(self):
        """Do what the line's button says."""
        self.ensure_one()
        if self.place == "odoo":
            return self.move_id.action_l10n_pl_ksef_send()
        if self.place == "ksef":
            self.bill_id.action_ignore()
            return close_window()
        return self.action_open()

    @api.model
    @allowed(BILLING, AUDITOR)
    def action_check(self):
        """Open the list, after what KSeF brought was compared with the books again."""
        if is_in(self.env, BILLING):
            # sudo: nobody may write rows of the inbox, this code does
            self.env["l10n_pl_ksef.bill"].sudo().search(
                [
                    ("company_id", "in", self.env.companies.ids),
                    ("role", "=", "Subject1"),
                    ("state", "=", "new"),
                ]
            )._match_sales()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_sales_check"
        )
