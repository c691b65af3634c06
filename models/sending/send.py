import time
from datetime import timedelta

from odoo import api, fields, models

from ..access import BILLING, check_group, is_in

WAIT_SECONDS = 6
POLL_SECONDS = 1
KEY = "l10n_pl_ksef"


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_all_extra_edis(self):
        # EXTENDS 'account'
        edis = super()._get_all_extra_edis()
        # Odoo's own small KSeF module: one KSeF is enough for people.
        edis.pop("pl_ksef", None)
        edis[KEY] = {
            "label": self.env._("Send to KSeF"),
            "is_applicable": lambda move: (
                is_in(self.env, BILLING) and move._l10n_pl_ksef_is_sendable()
            ),
            "help": self.env._(
                "Puts the invoice into KSeF as FA(3), so that its KSeF number and QR "
                "code stand on the PDF."
            ),
        }
        return edis

    def _get_alerts(self, moves, moves_data):
        # EXTENDS 'account'
        alerts = super()._get_alerts(moves, moves_data)
        chosen = moves.filtered(lambda move: KEY in moves_data[move]["extra_edis"])
        for company in chosen.company_id:
            if not company._l10n_pl_ksef_connection()._is_ready():
                of_company = chosen.filtered(lambda m, c=company: m.company_id == c)
                alerts[f"{KEY}_connection"] = self._l10n_pl_ksef_no_connection(
                    company, of_company
                )
        return alerts | chosen._l10n_pl_ksef_alerts(name_each=len(moves) > 1)

    def _l10n_pl_ksef_no_connection(self, company, moves):
        alert = {
            "level": "danger",
            "message": self.env._(
                "%(company)s is not connected to KSeF. Add its KSeF certificate, or "
                "untick “Send to KSeF”.",
                company=company.display_name,
            ),
        }
        if company._l10n_pl_ksef_may_connect():
            alert["action_text"] = self.env._("Add the certificate")
            alert["action"] = {
                "type": "ir.actions.act_window",
                "name": self.env._("Add an authentication certificate"),
                "res_model": "l10n_pl_ksef.certificate.upload",
                "view_mode": "form",
                "target": "new",
                "context": {
                    "default_company_id": company.l10n_pl_ksef_taxpayer_id.id,
                    "default_move_ids": moves.ids,
                },
            }
        return alert

    @api.model
    def _call_web_service_before_invoice_pdf_render(self, invoices_data):
        # EXTENDS 'account'
        super()._call_web_service_before_invoice_pdf_render(invoices_data)
        moves = self.env["account.move"].union(
            *(
                move
                for move, data in invoices_data.items()
                if KEY in data["extra_edis"] and self._l10n_pl_ksef_may(move, data)
            )
        )
        moves = moves.filtered(lambda move: move._l10n_pl_ksef_is_sendable())
        on_the_way = self.env["account.move"].union(*invoices_data) - moves
        on_the_way = on_the_way.filtered(
            lambda move: move.l10n_pl_ksef_state in ("sending", "sent", "unknown")
        )
        if on_the_way:
            self._l10n_pl_ksef_wait(on_the_way)
        if not moves:
            return
        # Sales people send e-mails from the same window; issuing is not theirs.
        check_group(self.env, BILLING)
        moves._l10n_pl_ksef_send()
        self._l10n_pl_ksef_wait(moves)
        for move in moves:
            title = self._l10n_pl_ksef_not_taken(move)
            if title:
                invoices_data[move]["error"] = {
                    "error_title": title,
                    "errors": (move.l10n_pl_ksef_message or "").splitlines(),
                }

    @api.model
    def _l10n_pl_ksef_not_taken(self, move):
        """Return why ``move`` will get no number as it is, None when it may."""
        return {
            "rejected": self.env._("KSeF did not accept the invoice"),
            "incomplete": self.env._("Something is missing on the invoice"),
        }.get(move.l10n_pl_ksef_state)

    @api.model
    def _l10n_pl_ksef_may(self, move, data):
        """Tell whether who had this sent in the background may issue it in KSeF.

        What Odoo sends by itself, after a payment online, it may.
        """
        author = self.env["res.users"].browse(data["author_user_id"])
        ordered = move.sending_data and author._is_internal()
        return not ordered or author._is_superuser() or author.has_group(BILLING)

    @api.model
    def _l10n_pl_ksef_wait(self, moves):
        """Give KSeF some seconds, so that its number and QR code get onto the PDF.

        Nobody waits in the cron: what KSeF has not judged by then goes on there. When
        KSeF does not answer at all, a company may want the invoices issued offline.
        """
        self._l10n_pl_ksef_poll(moves)
        for company in moves.company_id:
            connection = company._l10n_pl_ksef_connection()
            if connection.unavailable_since:
                # sudo: nobody may write documents, this code does
                self.env["l10n_pl_ksef.document"].sudo()._offline_instead(
                    connection, moves
                )

    @api.model
    def _l10n_pl_ksef_poll(self, moves):
        # sudo: nobody may write documents, this code does
        documents = self.env["l10n_pl_ksef.document"].sudo()
        end = time.monotonic() + WAIT_SECONDS
        soon = fields.Datetime.now() + timedelta(seconds=WAIT_SECONDS)
        while time.monotonic() < end:
            # sudo: who reads the invoice need not read its documents
            pending = moves.sudo().l10n_pl_ksef_document_ids.filtered(
                lambda d: d.state in ("queued", "sending", "sent")
                and (not d.retry_at or d.retry_at <= soon)
            )
            if not pending:
                return
            connections = documents._connections_to_ask(pending, soon)
            if not connections:
                return
            time.sleep(POLL_SECONDS)
            for connection in connections:
                documents._process_now(connection)


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _connections_to_ask(self, documents, until):
        """Return the connections of ``documents`` through which calls may go by
        ``until``: nobody is kept waiting for what surely comes later.
        """
        connections = self.env["l10n_pl_ksef.connection"].union(
            *(company._l10n_pl_ksef_connection() for company in documents.company_id)
        )
        return connections.filtered(
            lambda connection: (
                connection.state == "connected"
                and (not connection.next_call_at or connection.next_call_at <= until)
            )
        )
