"""The UPO as a PDF that people can read, beside the signed file."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from ...ksef_api.fields import WARSAW
from ...ksef_api.upo import read_upo
from ..access import AUDITOR, BILLING, EMPLOYEE, allowed
from ..picture.bill import shown
from ..picture.picture import PAPER
from ..times import naive_utc


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @allowed(BILLING, AUDITOR)
    def action_upo_picture(self):
        """Show the receipt (*UPO*) of this invoice as a PDF."""
        self.ensure_one()
        # sudo: the picture is kept beside the file, which nobody may write
        document = self.sudo()
        if not document.upo_file:
            raise UserError(self._no_upo())
        return shown(
            self.env["l10n_pl_ksef.picture"]._attached(
                document, self.ksef_number, document._upo_pdf, "UPO"
            )
        )

    @api.model
    def _no_upo(self):
        return self.env._("KSeF has not made the UPO of this invoice yet.")

    def _upo_pdf(self):
        """Return the PDF (bytes).

        A page of a batch session's UPO names up to 10 000 invoices; shown is this one.

        :raise DocumentError: the UPO cannot be read
        """
        html = self.env["ir.qweb"]._render("l10n_pl_ksef.upo", self._upo_values())
        return self.env["ir.actions.report"]._run_wkhtmltopdf(
            [str(html)], specific_paperformat_args=PAPER
        )

    def _upo_values(self):
        upo = read_upo(self._upo())
        entry = next(e for e in upo.documents if e.ksef_number == self.ksef_number)
        modes = {"Online": self.env._("online"), "Offline": self.env._("offline")}
        return {
            "lang": (self.env.lang or "en")[:2],
            "upo": upo,
            "entry": entry,
            "mode": modes.get(entry.mode, entry.mode),
            "issue_date": format_date(self.env, entry.issue_date),
            "sent_at": self._in_poland(entry.sent_at),
            "numbered_at": self._in_poland(entry.numbered_at),
        }

    def _in_poland(self, moment):
        """Return an aware moment as people in Poland write it, to the second."""
        return format_datetime(
            self.env,
            naive_utc(moment),
            tz=WARSAW.key,
            dt_format="dd.MM.yyyy HH:mm:ss",
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_has_upo = fields.Boolean(
        "Has a UPO", compute="_compute_l10n_pl_ksef_has_upo"
    )

    def _compute_l10n_pl_ksef_has_upo(self):
        for move in self:
            document = move._l10n_pl_ksef_accepted_document()
            move.l10n_pl_ksef_has_upo = bool(
                document.with_context(bin_size=True).upo_file
            )

    @allowed(EMPLOYEE)
    def action_l10n_pl_ksef_upo(self):
        """Show the receipt (*UPO*) of this invoice as a PDF."""
        self.ensure_one()
        document = self._l10n_pl_ksef_accepted_document()
        if not document:
            raise UserError(document._no_upo())
        return document.action_upo_picture()
