"""The list of VAT payers, asked when a payment is registered."""

from dataclasses import dataclass

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..models.white_list.bank_verification import account_number
from ..models.white_list.entry import LISTED, MISSING

TITLED = ("bank", "credit")
# In these states the law attaches nothing to the account (art. 15d CIT: an active one).
HARMLESS = ("exempt", "unregistered")


@dataclass(frozen=True)
class AccountCheck:
    """Where one payment goes, for the list.

    :param lines: the journal items that it pays
    :param partner: the vendor
    :param nip: of the vendor
    :param number: the account, 26 digits; "" where none is named
    :param is_big: a bill, or what is paid at once, is above the amount of the law
    :param is_split: paid in split payment, which answers for itself
    """

    lines: object
    partner: object
    nip: str
    number: str
    is_big: bool
    is_split: bool


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    l10n_pl_ksef_list_told = fields.Html(
        "White List", compute="_compute_l10n_pl_ksef_list_told", sanitize=False
    )
    l10n_pl_ksef_list_warning = fields.Text("Before You Pay", readonly=True)
    l10n_pl_ksef_list_confirmed = fields.Boolean("I have read this, and pay")

    def _l10n_pl_ksef_account_checks(self):
        """Return an ``AccountCheck`` for each payment to a Polish vendor's account."""
        self.ensure_one()
        if self.journal_id.type not in TITLED or not self.line_ids:
            return []
        if self.company_id.account_fiscal_country_id.code != "PL":
            return []
        split = {
            transfer.lines.move_id: self._l10n_pl_ksef_splits(transfer)
            for transfer in self.l10n_pl_ksef_plan or []
        }
        checks = []
        for lines in self._l10n_pl_ksef_groups():
            partner = lines.partner_id.commercial_partner_id[:1]
            nip = partner._l10n_pl_ksef_list_nip()
            if nip and sum(lines.mapped("amount_residual")) < 0:
                checks.append(
                    AccountCheck(
                        lines=lines,
                        partner=partner,
                        nip=nip,
                        number=account_number(self._l10n_pl_ksef_account(lines)),
                        is_big=self._l10n_pl_ksef_is_big(lines),
                        is_split=split.get(lines.move_id, False),
                    )
                )
        return checks

    def _l10n_pl_ksef_account(self, lines):
        """Return the vendor's account (``res.partner.bank``) that Odoo will pay to."""
        if self._l10n_pl_ksef_is_one():
            return self.partner_bank_id
        (batch,) = (b for b in self.batches if lines <= b["lines"])
        return self._get_batch_account(batch)

    def _l10n_pl_ksef_is_big(self, lines):
        """Tell whether one of the bills, or all that is paid of them at once, is above
        the amount of the law.

        The whole transaction counts, however it is paid (art. 19 of the entrepreneurs'
        law); several bills may be one.
        """
        above = self.env["l10n_pl_ksef.legal.fact"]._amount("white_list_above")
        zloty = self.env.ref("base.PLN")
        moves = lines.move_id
        amounts = [
            (abs(move.amount_total_signed), move.invoice_date or move.date)
            for move in moves
        ]
        amounts.append((-sum(lines.mapped("amount_residual")), self.payment_date))
        books = lines.company_currency_id[:1]
        return any(
            zloty.compare_amounts(
                books._convert(amount, zloty, self.company_id, day), above
            )
            > 0
            for amount, day in amounts
        )

    # --- what people see -----------------------------------------------------

    @api.depends(
        "batches", "payment_date", "journal_id", "partner_bank_id", "group_payment"
    )
    def _compute_l10n_pl_ksef_list_told(self):
        entries = self.env["l10n_pl_ksef.white.list"]
        for wizard in self:
            lines = {}
            day = entries._day_of(wizard.payment_date)
            for check in wizard._l10n_pl_ksef_account_checks():
                known = entries._of(check.nip, day)
                entry = known or entries._latest([check.nip]).get(check.nip, entries)
                told = entry._told(check.number)
                lines[f"{check.partner.display_name}: {told}"] = True
            wizard.l10n_pl_ksef_list_told = (
                Markup().join(Markup("<div>%s</div>") % line for line in lines) or False
            )

    # --- asking --------------------------------------------------------------

    def action_create_payments(self):
        # EXTENDS 'account': the list is asked, and what it says has to be confirmed
        # sudo: what the person may not read is not left out, but refused
        self.sudo().line_ids.move_id.with_env(self.env).check_access("read")
        if len(self) == 1 and (warning := self._l10n_pl_ksef_ask_list()):
            if warning != self.l10n_pl_ksef_list_warning:
                # Another account, another day: it is read anew.
                self.l10n_pl_ksef_list_confirmed = False
            self.l10n_pl_ksef_list_warning = warning
            if not self.l10n_pl_ksef_list_confirmed:
                return self._l10n_pl_ksef_again()
        return super().action_create_payments()

    def _l10n_pl_ksef_ask_list(self):
        """Ask the list for the vendors of this window; commits.

        :return: what has to be confirmed before it is paid, or ""
        """
        self.check_access("write")
        checks = self._l10n_pl_ksef_account_checks()
        if not checks:
            return ""
        wanted = {}
        for check in checks:
            wanted.setdefault(check.nip, set()).update({check.number} - {""})
        entries = self.env["l10n_pl_ksef.white.list"]
        day = entries._day_of(self.payment_date)
        failure = entries._ask(wanted, day)
        # Who must, and what is shown, may be otherwise now.
        self.invalidate_recordset(["l10n_pl_ksef_plan", "l10n_pl_ksef_list_told"])
        told = [self._l10n_pl_ksef_warning(check, day, failure) for check in checks]
        return "\n\n".join(dict.fromkeys(filter(None, told)))

    def _l10n_pl_ksef_warning(self, check, day, failure):
        """Return what has to be confirmed before this payment, or ""."""
        if not check.is_big or check.is_split or not check.number:
            return ""
        entry = self.env["l10n_pl_ksef.white.list"]._of(check.nip, day)
        account = entry._account(check.number)
        if account == LISTED or entry.state in HARMLESS:
            return ""
        if account == MISSING:
            return self.env._(
                "%(vendor)s: the account %(account)s is not on the list of VAT payers "
                "(%(day)s). A transaction above %(amount)s that is paid to such an "
                "account is no cost of income tax (art. 15d of the CIT act, art. 22p "
                "of the PIT act), and you answer for the vendor's VAT with the vendor "
                "(art. 117ba of the tax ordinance). Neither holds for split payment, "
                "nor when you notify your tax office (ZAW-NR) within seven days of "
                "ordering the transfer.",
                **self._l10n_pl_ksef_words(check, day),
            )
        return self.env._(
            "%(vendor)s: whether the account %(account)s is on the list of VAT payers "
            "(%(day)s) is not known. %(reason)s It matters for a transaction above "
            "%(amount)s (art. 15d of the CIT act, art. 22p of the PIT act, art. 117ba "
            "of the tax ordinance).",
            reason=failure,
            **self._l10n_pl_ksef_words(check, day),
        )

    def _l10n_pl_ksef_words(self, check, day):
        above = self.env["l10n_pl_ksef.legal.fact"]._amount("white_list_above")
        return {
            "vendor": check.partner.display_name,
            "account": check.number,
            "day": format_date(self.env, day),
            "amount": self.env.ref("base.PLN").format(above),
        }

    def _l10n_pl_ksef_again(self):
        """Show this window again, with what has to be confirmed."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pay"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
            "context": dict(self.env.context),
        }

    # --- proof ---------------------------------------------------------------

    def _init_payments(self, to_process, edit_mode=False):
        # EXTENDS 'account': the payment keeps what the list said
        entries = self.env["l10n_pl_ksef.white.list"]
        day = entries._day_of(self.payment_date)
        checks = {c.lines.move_id: c for c in self._l10n_pl_ksef_account_checks()}
        payments = super()._init_payments(to_process, edit_mode=edit_mode)
        for item in to_process:
            check = checks.get(item["to_reconcile"].move_id)
            if check and (entry := entries._of(check.nip, day)):
                # sudo: the proof is written by code only
                item["payment"].sudo().write(self._l10n_pl_ksef_kept(check, entry))
        return payments

    def _l10n_pl_ksef_kept(self, check, entry):
        request, moment = entry._proof(check.number)
        warned = self._l10n_pl_ksef_warning(check, entry.day, "")
        confirmed = warned and self.l10n_pl_ksef_list_confirmed
        return {
            "l10n_pl_ksef_list_result": entry._told(check.number),
            "l10n_pl_ksef_list_request": request,
            "l10n_pl_ksef_list_answered_at": moment,
            "l10n_pl_ksef_list_confirmed_id": self.env.uid if confirmed else False,
        }
