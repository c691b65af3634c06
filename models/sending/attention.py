from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..attention.source import ADMINISTRATOR, Source
from ..times import warsaw_today

# What waits longer is looked at by people; by then an e-mail has told them, too.
WAITS_LONG = timedelta(hours=4)
# Since then taxpayers have to issue in KSeF (Act on VAT, art. 106ga).
FIRST_DAY = "2026-02-01"


class Attention(models.Model):
    _inherit = "l10n_pl_ksef.attention"

    @api.model
    def _sources(self):
        _ = self.env._
        move, document = "account.move", "l10n_pl_ksef.document"
        return [
            *super()._sources(),
            Source(
                "unconnected",
                _("Company without KSeF"),
                "res.company",
                self._waiting_without_connection(),
                lambda company: _(
                    "Invoices wait to be sent, and the company is not connected to "
                    "KSeF."
                ),
                _("Connect"),
                "_l10n_pl_ksef_ask_certificate",
                (ADMINISTRATOR,),
                is_urgent=True,
            ),
            Source(
                "incomplete",
                _("To Complete"),
                move,
                self._posted_in_state("incomplete"),
                lambda move: move.l10n_pl_ksef_message,
                _("Fill in"),
                "_l10n_pl_ksef_fill_in",
            ),
            Source(
                "rejected",
                _("Rejected by KSeF"),
                move,
                self._posted_in_state("rejected"),
                lambda move: move.l10n_pl_ksef_message,
                _("Open the Invoice"),
            ),
            Source(
                "person",
                _("Held Up in KSeF"),
                document,
                self._waiting_long(),
                lambda document: document.waiting_reason,
                _("Send Now"),
                "_send_from_attention",
            ),
            Source(
                "missing",
                _("Confirmed, Not in KSeF"),
                move,
                self._never_sent(),
                lambda move: _("Nobody has sent it to KSeF yet."),
                _("Send to KSeF"),
                "action_l10n_pl_ksef_send",
            ),
        ]

    @api.model
    def _waiting_without_connection(self):
        return SQL(
            """
            SELECT company.l10n_pl_ksef_taxpayer_id AS id,
                   company.l10n_pl_ksef_taxpayer_id AS company_id,
                   MIN(document.create_date) AS since
              FROM l10n_pl_ksef_document document
              JOIN res_company company ON company.id = document.company_id
             WHERE document.state = 'queued' AND NOT EXISTS (
                   SELECT FROM l10n_pl_ksef_connection connection
                    WHERE connection.company_id = company.l10n_pl_ksef_taxpayer_id
                      AND connection.active)
          GROUP BY company.l10n_pl_ksef_taxpayer_id
            """
        )

    @api.model
    def _posted_in_state(self, state):
        return SQL(
            """
            SELECT id, company_id, invoice_date AS since FROM account_move
             WHERE l10n_pl_ksef_state = %s AND state = 'posted'
            """,
            state,
        )

    @api.model
    def _waiting_long(self):
        """What waits for a person, or longer than such things take."""
        return SQL(
            """
            SELECT document.id, document.company_id, document.create_date AS since
              FROM l10n_pl_ksef_document document
              JOIN account_move move ON move.id = document.move_id
             WHERE document.state IN ('queued', 'sending', 'sent', 'unknown')
               AND (document.needs_person OR document.create_date <= %s
                    AND COALESCE(move.invoice_date, %s) <= %s)
               AND EXISTS (
                   SELECT FROM l10n_pl_ksef_connection connection
                     JOIN res_company company
                       ON company.l10n_pl_ksef_taxpayer_id = connection.company_id
                    WHERE company.id = document.company_id AND connection.active)
            """,
            fields.Datetime.now() - WAITS_LONG,
            warsaw_today(),
            warsaw_today(),
        )

    @api.model
    def _never_sent(self):
        """What was confirmed since the company has been with KSeF, and never sent."""
        return SQL(
            """
            SELECT move.id, move.company_id, move.invoice_date AS since
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
              JOIN res_company taxpayer
                ON taxpayer.id = company.l10n_pl_ksef_taxpayer_id
              JOIN account_journal journal ON journal.id = move.journal_id
              JOIN res_partner buyer ON buyer.id = move.commercial_partner_id
             WHERE (move.move_type IN ('out_invoice', 'out_refund')
                    OR (journal.is_self_billing
                        AND move.move_type IN ('in_invoice', 'in_refund')))
               AND move.state = 'posted'
               AND move.l10n_pl_ksef_state IS NULL
               AND move.l10n_pl_ksef_is_outside IS NOT TRUE
               AND move.invoice_date >= %s
               AND NOT %s
               AND EXISTS (
                   SELECT FROM l10n_pl_ksef_connection connection
                    WHERE connection.company_id = taxpayer.id AND connection.active)
               AND move.create_date >= (
                   SELECT MIN(first.create_date) FROM l10n_pl_ksef_connection first
                    WHERE first.company_id = taxpayer.id)
            """,
            FIRST_DAY,
            self.env["account.move"]._l10n_pl_ksef_unneeded_sql(),
        )


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    def _send_from_attention(self):
        return self.move_id.action_l10n_pl_ksef_send()


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fill_in(self):
        """Return the action that leads to what this lacks; nothing more: sends it."""
        problems = self._l10n_pl_ksef_problems()
        lacking = [p for p in problems if not p.is_warning] or problems
        if lacking:
            return lacking[0].action()
        return self.action_l10n_pl_ksef_send()
