import base64

from markupsafe import Markup
from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError

from ...ksef_api import qr
from ..access import BILLING, allowed
from .document import IN_FLIGHT, PRODUCTION

# In the context of who has read what an invoice lacks: it is not told again.
TOLD = "l10n_pl_ksef_told"
SENDABLE = (False, "queued", "incomplete", "rejected")


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_document_ids = fields.One2many(
        "l10n_pl_ksef.document", "move_id", string="KSeF Documents", readonly=True
    )
    l10n_pl_ksef_bill_ids = fields.One2many(
        "l10n_pl_ksef.bill", "move_id", string="Received from KSeF", readonly=True
    )
    l10n_pl_ksef_state = fields.Selection(
        [
            ("queued", "Waiting to be sent"),
            ("sending", "Being sent"),
            ("sent", "Sent, being checked"),
            ("unknown", "No answer, being asked"),
            ("accepted", "In KSeF"),
            ("incomplete", "To Complete"),
            ("rejected", "Rejected by KSeF"),
            ("offline", "Issued Offline"),
            ("outside", "Outside KSeF"),
        ],
        string="KSeF",
        compute="_compute_l10n_pl_ksef_state",
        store=True,
        index="btree_not_null",
        copy=False,
        tracking=True,
        help="In the KSeF environment that the company is connected to now.",
    )
    l10n_pl_ksef_number = fields.Char(
        "Number in KSeF",
        compute="_compute_l10n_pl_ksef_state",
        store=True,
        index="btree_not_null",
        copy=False,
    )
    l10n_pl_ksef_message = fields.Text(
        "KSeF Message", compute="_compute_l10n_pl_ksef_message"
    )
    l10n_pl_ksef_can_send = fields.Boolean(
        "Can Be Sent to KSeF", compute="_compute_l10n_pl_ksef_can_send"
    )

    @api.depends(
        "l10n_pl_ksef_document_ids.state",
        "l10n_pl_ksef_document_ids.is_offline",
        "l10n_pl_ksef_document_ids.environment",
        "l10n_pl_ksef_bill_ids.ksef_number",
    )
    def _compute_l10n_pl_ksef_state(self):
        for move in self:
            document = move._l10n_pl_ksef_current_document()
            if document:
                move.l10n_pl_ksef_state = document._state_of_invoice()
                move.l10n_pl_ksef_number = document.ksef_number
            elif move.l10n_pl_ksef_bill_ids:
                move.l10n_pl_ksef_state = "accepted"
                move.l10n_pl_ksef_number = move.l10n_pl_ksef_bill_ids[0].ksef_number
            elif not move.l10n_pl_ksef_document_ids:
                # Sent by Odoo's own module before this one took over.
                taken = move.l10n_pl_edi_status in ("sent", "accepted")
                move.l10n_pl_ksef_state = taken and move.l10n_pl_edi_status
                move.l10n_pl_ksef_number = move.l10n_pl_edi_number
            else:
                move.l10n_pl_ksef_state = False
                move.l10n_pl_ksef_number = False

    def _compute_l10n_pl_ksef_message(self):
        for move in self:
            document = move._l10n_pl_ksef_current_document()
            move.l10n_pl_ksef_message = document.status_message

    @api.depends(
        "state",
        "l10n_pl_ksef_state",
        "l10n_pl_ksef_is_outside",
        "move_type",
        "company_id",
    )
    def _compute_l10n_pl_ksef_can_send(self):
        for move in self:
            move.l10n_pl_ksef_can_send = move._l10n_pl_ksef_is_sendable()

    @api.depends("l10n_pl_ksef_state")
    def _compute_show_reset_to_draft_button(self):
        # EXTENDS 'account'
        result = super()._compute_show_reset_to_draft_button()
        self._l10n_pl_ksef_locked().show_reset_to_draft_button = False
        return result

    # --- what KSeF holds -----------------------------------------------------

    def _l10n_pl_ksef_current_document(self):
        """Return the document that tells this invoice's status, or none.

        What production has accepted counts for ever. Else only what was sent to the
        environment that the company is connected to, or was last: an accepted
        document, else what is on its way, else the latest.
        """
        self.ensure_one()
        # sudo: who reads the invoice need not read its documents
        everything = self.sudo().l10n_pl_ksef_document_ids
        in_production = everything.filtered(
            lambda d: d.state == "accepted" and d.environment == PRODUCTION
        )
        if in_production:
            return in_production[:1]
        # sudo: a branch need not see its taxpayer
        environment = self.company_id.sudo().l10n_pl_ksef_last_environment
        documents = everything.filtered(
            lambda d: not d.environment or d.environment == environment
        )
        on_the_way = documents.filtered(lambda d: d.state in IN_FLIGHT)
        return (
            documents.filtered(lambda d: d.state == "accepted")[:1]
            or on_the_way.filtered("environment")[:1]
            or on_the_way[:1]
            or documents[:1]
        )

    def _l10n_pl_ksef_accepted_document(self):
        document = self._l10n_pl_ksef_current_document()
        return document if document.state == "accepted" else document.browse()

    def _l10n_pl_ksef_qr_link(self):
        """Return the link of the first QR code (*KOD I*), once the file is in KSeF or
        was issued offline."""
        self.ensure_one()
        document = self._l10n_pl_ksef_printed_document()
        if not document.xml_hash:
            return False
        connections = self.env["l10n_pl_ksef.connection"]
        return qr.invoice_link(
            connections._environment_of(document.environment),
            self._l10n_pl_ksef_seller_nip(),
            self.invoice_date,
            document.xml_hash,
        )

    @api.model
    def _l10n_pl_ksef_qr_image(self, link):
        """Return ``link`` as a QR code in a data URI: the report asks no server."""
        drawing = createBarcodeDrawing(
            "QR", value=link, width=300, height=300, barLevel="M", barBorder=4
        )
        # SVG needs no drawing back end, which not every installation of reportlab has.
        svg = drawing.asString("svg").encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"

    def _l10n_pl_ksef_log(self, title, details=False):
        """Note in the chatter what happened in KSeF.

        :param title: text, or a function that returns it of an invoice
        """
        bodies = {}
        for move in self:
            text = title(move) if callable(title) else title
            bodies[move.id] = Markup("<p>%s</p>") % text
            if details:
                bodies[move.id] += (
                    Markup("<p style='white-space: pre-line'>%s</p>") % details
                )
        # sudo: what happened is noted, whoever caused it
        self.sudo()._message_log_batch(bodies)

    # --- sending -------------------------------------------------------------

    def _l10n_pl_ksef_is_ours(self):
        """Tell whether it is this company that issues the invoice."""
        return self.is_sale_document()

    def _l10n_pl_ksef_is_sendable(self):
        """Tell whether this invoice may be put into KSeF now."""
        self.ensure_one()
        return (
            self.state == "posted"
            and self._l10n_pl_ksef_is_ours()
            and self.country_code == "PL"
            and self.l10n_pl_ksef_state in SENDABLE
        )

    def _l10n_pl_ksef_send(self):
        """Queue these invoices and take them as far as KSeF lets them go now."""
        # sudo: nobody may write documents, this code does
        documents = self.env["l10n_pl_ksef.document"].sudo()
        # Who sends has looked at what stood in the way.
        documents._queue(self)._let_go_on()
        for company in self.company_id:
            connection = self.env["l10n_pl_ksef.connection"]._of_company(company)
            if connection.state == "connected":
                documents._process_now(connection)
        documents._trigger_next()

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft=soft)
        due = posted.filtered(
            lambda move: move._l10n_pl_ksef_goes_by_itself()
            and move._l10n_pl_ksef_is_sendable()
        )
        if due:
            self.env["l10n_pl_ksef.document"]._queue(due)
            self.env.ref("l10n_pl_ksef.ir_cron_send")._trigger()
        return posted

    def action_post(self):
        # EXTENDS 'account': what is to be sent asks for the missing certificate
        action = super().action_post()
        if action:
            return action
        waiting = self.filtered(lambda move: move.l10n_pl_ksef_state == "queued")
        for company in waiting.company_id:
            ready = company._l10n_pl_ksef_connection()._is_ready()
            if not ready and company._l10n_pl_ksef_may_connect():
                of_company = waiting.filtered(lambda m, c=company: m.company_id == c)
                return company._l10n_pl_ksef_ask_certificate(send=of_company)
        return action

    def button_draft(self):
        # EXTENDS 'account'
        self.check_access("write")
        self._l10n_pl_ksef_refuse_locked()
        # sudo: nobody may write documents, this code does
        waiting = self.sudo().l10n_pl_ksef_document_ids.filtered(
            lambda document: document.state in ("queued", "outside")
        )
        if waiting:  # Odoo asks at each line that it writes, mostly about none
            waiting.write({"state": "cancelled", "retry_at": False})
        self._l10n_pl_ksef_unmirror_rejected()
        return super().button_draft()

    def _l10n_pl_ksef_refuse_incomplete(self):
        """Tell everything that one invoice lacks, and lead to where it is filled in.

        Of many, each invoice's page tells it, and the others go.
        """
        if len(self) != 1:
            return
        problems = [p for p in self._l10n_pl_ksef_problems() if not p.is_warning]
        if problems:
            raise RedirectWarning(
                "\n".join(problem.text for problem in problems),
                problems[0].action(),
                self.env._("Fill in"),
            )

    @allowed(BILLING, operation="write")
    def action_l10n_pl_ksef_send(self):
        """Send to KSeF; without an authorisation, ask for the certificate first."""
        sendable = self.filtered(lambda move: move._l10n_pl_ksef_is_sendable())
        if not sendable and self.filtered("l10n_pl_ksef_state"):
            return self._l10n_pl_ksef_send_summary()
        if not sendable:
            raise UserError(
                self.env._(
                    "None of these can be sent to KSeF: only posted customer invoices "
                    "and credit notes that are not in KSeF yet can."
                )
            )
        lacking = sendable._l10n_pl_ksef_lacking()
        if lacking:
            return (sendable - lacking)._l10n_pl_ksef_send_beside(lacking)
        missing = sendable.company_id.filtered(
            lambda company: not company._l10n_pl_ksef_connection()._is_ready()
        )
        if missing:
            self.env["l10n_pl_ksef.document"]._queue(sendable)
            return missing[:1]._l10n_pl_ksef_ask_certificate(send=sendable)
        sendable._l10n_pl_ksef_send()
        self.env["account.move.send"]._l10n_pl_ksef_wait(sendable)
        return sendable._l10n_pl_ksef_send_summary()
