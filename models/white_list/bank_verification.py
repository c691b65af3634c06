"""Beside Odoo's own ``l10n_pl_bank_verification``: nothing is asked twice.

That module asks about payments of 15 000 zlotys and more, and keeps whether an account
is on the list. It is not depended on: it may be there or not.
"""

from odoo import api, fields, models

from ...ksef_api.nip import normalize_nip
from ..times import warsaw_today
from .entry import LISTED, OPEN

MODEL = "l10n_pl.bank.account.verification"
ANSWERS = {"valid": True, "invalid": False}


class WhiteListEntry(models.Model):
    _inherit = "l10n_pl_ksef.white.list"

    @api.model
    def _verifications(self):
        """Return Odoo's own records of what was asked, or None where there are none."""
        # sudo: both are answers of a public list
        return self.env[MODEL].sudo() if MODEL in self.env else None

    @api.model
    def _take_over(self, wanted, day):
        """Take what Odoo's own module was answered on ``day`` for ours.

        It does not tell the VAT state, which stays unknown.
        """
        theirs = self._verifications()
        numbers = {f"PL{n}" for all_of in wanted.values() for n in all_of}
        numbers |= {number.removeprefix("PL") for number in numbers}
        if theirs is None or not numbers:
            return
        for row in theirs.search(
            [
                ("verification_date", "=", day),
                ("partner_bank_account_number", "in", sorted(numbers)),
                ("verification_status", "in", list(ANSWERS)),
            ]
        ):
            nip = normalize_nip(row.partner_vat)
            number = row.partner_bank_account_number.removeprefix("PL")
            if number not in wanted.get(nip, ()):
                continue
            entry = self._of(nip, day)
            if not entry:
                # sudo: only code writes what the list says
                entry = self.sudo().create({"nip": nip, "day": day, "state": "unknown"})
            if entry._account(number) == OPEN:
                moment = fields.Datetime.to_string(row.verification_timestamp)
                line = [
                    ANSWERS[row.verification_status],
                    row.verification_request_id,
                    moment,
                ]
                entry.checked = {**(entry.checked or {}), number: line}

    def _give_over(self):
        """Let Odoo's own module find what we were answered today."""
        theirs = self._verifications()
        today = warsaw_today()
        if theirs is None:
            return
        bank = next(
            name
            for name in ("partner_bank_id", "bank_account_id")
            if name in theirs._fields
        )
        for entry in self.filtered(lambda e: e.day == today):
            vats = (entry.nip, f"PL{entry.nip}")
            # sudo: vendors of all companies, for what is public
            partners = self.env["res.partner"].sudo().search([("vat", "in", vats)])
            for account in partners.bank_ids:
                number = account_number(account)
                known = number and entry._account(number)
                if not known or known == OPEN:
                    continue
                has = [
                    ("verification_date", "=", today),
                    ("partner_bank_account_number", "=", account.sanitized_acc_number),
                    ("partner_vat", "=", account.partner_id.vat),
                ]
                if theirs.search_count(has, limit=1):
                    continue
                request, moment = entry._proof(number)
                theirs.create(
                    {
                        "verification_status": "valid"
                        if known == LISTED
                        else "invalid",
                        "verification_timestamp": moment,
                        "verification_request_id": request,
                        bank: account.id,
                        "partner_id": account.partner_id.id,
                    }
                )


def account_number(account):
    """Return the 26 digits of a Polish bank account (``res.partner.bank``), or ""."""
    number = (account.sanitized_acc_number or "").upper().removeprefix("PL")
    return number if len(number) == 26 and number.isascii() and number.isdigit() else ""
