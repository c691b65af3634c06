from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api.nip import is_valid_nip, normalize_nip
from ..access import BILLING, allowed
from ..client_actions import reload_page
from ..times import warsaw_today
from .bank_verification import account_number
from .entry import LISTED, MISSING

# Bills that came in the last day, and those that are due about now, are asked for by
# themselves; what is long overdue is when somebody pays it.
CAME, OVERDUE, AHEAD = timedelta(days=1), timedelta(days=7), timedelta(days=1)
AGAIN = timedelta(hours=1)
KNOWN_STATES = ("active", "exempt", "unregistered")


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_white_list = fields.Char(
        "White List", compute="_compute_l10n_pl_ksef_white_list"
    )
    l10n_pl_ksef_white_list_mark = fields.Selection(
        [("good", "Good"), ("bad", "Not on the list"), ("open", "Not known")],
        "White List: Result",
        compute="_compute_l10n_pl_ksef_white_list",
    )

    @api.depends("move_type", "company_id", "commercial_partner_id", "partner_bank_id")
    def _compute_l10n_pl_ksef_white_list(self):
        entries = self.env["l10n_pl_ksef.white.list"]
        nips = {move: move._l10n_pl_ksef_vendor_nip() for move in self}
        known = entries._latest({nip for nip in nips.values() if nip})
        for move, nip in nips.items():
            number = account_number(move.partner_bank_id)
            entry = known.get(nip, entries)
            move.l10n_pl_ksef_white_list = bool(nip) and entry._told(number)
            move.l10n_pl_ksef_white_list_mark = bool(nip) and _mark(entry, number)

    def _l10n_pl_ksef_vendor_nip(self):
        """Return the NIP of a Polish vendor of this bill, "" where there is none, or
        where this company has nothing to do with the list.
        """
        if not self.is_purchase_document(include_receipts=True):
            return ""
        if self.company_id.account_fiscal_country_id.code != "PL":
            return ""
        return self.commercial_partner_id._l10n_pl_ksef_list_nip()

    def _l10n_pl_ksef_vendor_vat_state(self, day):
        # EXTENDS 'l10n_pl_ksef': as far as the list was asked about that day
        entries = self.env["l10n_pl_ksef.white.list"]
        nip = self._l10n_pl_ksef_vendor_nip()
        known = nip and entries._of(nip, entries._day_of(day)).state
        if known in KNOWN_STATES:
            return known
        return super()._l10n_pl_ksef_vendor_vat_state(day)

    @allowed(BILLING)
    def action_l10n_pl_ksef_white_list(self):
        """Ask the list of VAT payers for the vendors of these bills, as of today.

        :raise UserError: why it gave no answer
        """
        entries = self.env["l10n_pl_ksef.white.list"]
        failure = entries._ask(self._l10n_pl_ksef_list_wanted(), warsaw_today())
        if failure:
            raise UserError(failure)
        return reload_page()

    def _l10n_pl_ksef_list_wanted(self):
        """Return ``{nip: {account}}`` of the vendors of these bills."""
        wanted = {}
        for move in self:
            if nip := move._l10n_pl_ksef_vendor_nip():
                numbers = wanted.setdefault(nip, set())
                numbers |= {account_number(move.partner_bank_id)} - {""}
        return wanted

    @api.model
    def _cron_l10n_pl_ksef_white_list(self):
        """Ask, in one question for thirty vendors, for what came and what is due."""
        entries = self.env["l10n_pl_ksef.white.list"]
        today = warsaw_today()
        wanted = self.search(
            [
                ("company_id.l10n_pl_ksef_white_list_on_arrival", "=", True),
                ("company_id.account_fiscal_country_id.code", "=", "PL"),
                ("company_id.active", "=", True),
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("state", "!=", "cancel"),
                ("payment_state", "in", ("not_paid", "partial")),
                "|",
                ("create_date", ">=", fields.Datetime.now() - CAME),
                "&",
                ("invoice_date_due", ">=", today - OVERDUE),
                ("invoice_date_due", "<=", today + AHEAD),
            ]
        )._l10n_pl_ksef_list_wanted()
        entries._ask(wanted, today)
        if entries._open_questions(wanted, today):
            # The list was silent, or would not: it is asked again, but not in a loop.
            soon = fields.Datetime.now() + AGAIN
            later = max(entries._pause_ends() or soon, soon)
            self.env.ref("l10n_pl_ksef.ir_cron_white_list")._trigger(at=later)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _l10n_pl_ksef_list_nip(self):
        """Return the NIP of this vendor as the list takes it, or "".

        Also of companies abroad that are registered for VAT in Poland.
        """
        is_polish = (self.vat or "").upper().startswith("PL")
        if self.country_code not in (False, "PL") and not is_polish:
            return ""
        nip = normalize_nip(self.vat or "")
        return nip if is_valid_nip(nip) else ""


def _mark(entry, number):
    account = entry._account(number) if number else None
    if account == MISSING or entry.state in ("unregistered", "absent", "refused"):
        return "bad"
    return "good" if entry.state == "active" and account == LISTED else "open"
