"""Signs that an invoice is not ours, or not the vendor's: told, never judged."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_amount

from ..bill.correction import PURCHASES
from ..bill.partner import _plain
from ..receiving.bill import SELLER_ROLE
from ..white_list.entry import MISSING

# Amounts of so many bills make what is usual; so many times the highest is far from it.
USUAL_FROM = 3
FAR = 3
# Within so many days the same number or amounts of another vendor are a sign.
NEAR = timedelta(days=62)
# State in the list of VAT payers (white_list) -> the sign that it is. Of who is not in
# the list no more is known.
SIGNS_OF_STATES = {
    "exempt": "not_active",
    "unregistered": "not_active",
    "absent": "absent",
}
LEGAL_FORMS = (
    ("spółka z ograniczoną odpowiedzialnością", "spzoo"),
    ("spółka akcyjna", "sa"),
    ("spółka jawna", "spj"),
    ("spółka komandytowa", "spk"),
)


def plain_name(name):
    """Return a company's name as it is compared: no case, spaces, dots or forms."""
    text = " ".join((name or "").casefold().split())
    for form, short in LEGAL_FORMS:
        text = text.replace(form, short)
    return "".join(filter(str.isalnum, text))


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    signs = fields.Char("Codes of Signs", readonly=True)
    seller_accounts = fields.Char("Accounts on the Invoice", readonly=True)
    signs_text = fields.Text("Looks Suspicious", compute="_compute_signs_text")

    @api.depends("signs", "seller_accounts", "seller_nip")
    @api.depends_context("lang")
    def _compute_signs_text(self):
        nips = {bill.seller_nip for bill in self if bill.seller_nip}
        listed = self.env["l10n_pl_ksef.white.list"]._latest(nips)
        for bill in self:
            if not bill.company_id._l10n_pl_ksef_uses("signs") or bill.is_sale:
                bill.signs_text = False
                continue
            texts = bill._sign_texts()
            of_list = bill._signs_of_list(listed.get(bill.seller_nip))
            codes = [*(bill.signs or "").split(), *of_list]
            bill.signs_text = "\n".join(texts[code] for code in codes) or False

    def _sign_texts(self):
        """Return ``{code: sentence}`` of all signs."""
        return {
            "new_vendor": self.env._(
                "Nothing has been bought from this vendor before."
            ),
            "account": self.env._(
                "The invoice names a bank account that the vendor does not have here."
            ),
            "off_list": self.env._(
                "The bank account is not on the list of VAT payers."
            ),
            "not_active": self.env._("The vendor is no active VAT payer."),
            "absent": self.env._("The vendor is not in the list of VAT payers."),
            "amount": self.env._(
                "The total of %s is far from what is usual for this vendor.",
                format_amount(
                    self.env,
                    self.amount_total,
                    self.currency_id or self.company_id.currency_id,
                ),
            ),
            "number": self.env._("Another vendor has an invoice of the same number."),
            "amounts": self.env._("Another vendor has an invoice of the same amounts."),
            "name": self.env._(
                "The invoice calls us %s.", self.buyer_name or self.env._("nothing")
            ),
            "moved_away": self.env._(
                "The correction names another buyer in our place: NIP %s.",
                self.buyer_nip or "–",
            ),
        }

    def _signs_of_list(self, entry):
        """Return the signs of the list of VAT payers.

        :param entry: what it said of the vendor last; None when it was not asked
        """
        if not entry:
            return []
        accounts = (self.seller_accounts or "").split()
        off_list = any(entry._account(number) == MISSING for number in accounts)
        signs = ["off_list"] if off_list else []
        if entry.state in SIGNS_OF_STATES:
            signs.append(SIGNS_OF_STATES[entry.state])
        return signs

    # --- when the files have come --------------------------------------------

    def _sorted(self, read):
        # EXTENDS l10n_pl_ksef/models/workplace/rule_match.py
        result = super()._sorted(read)
        purchases = self.filtered(lambda bill: bill.role != SELLER_ROLE)
        for company, bills in purchases.grouped("company_id").items():
            if company._l10n_pl_ksef_uses("signs"):
                bills._note_signs({bill: read[bill] for bill in bills})
        return result

    def _note_signs(self, read):
        """Write down the signs of rows of one company; a handful of queries for all.

        :param read: ``{row: fa3 Invoice}``
        """
        vendors = self._vendors()
        bought = self._bought(vendors)
        alike = self._alike()
        for bill, document in read.items():
            vendor = vendors.get(bill.seller_nip, self.env["res.partner"])
            accounts = _accounts(document)
            signs = [
                *bill._signs_of_history(bought.get(bill.seller_nip, {})),
                *(["account"] if _is_other_account(accounts, vendor) else []),
                *alike[bill],
                *bill._signs_of_document(document),
            ]
            bill.write(
                {"signs": " ".join(signs), "seller_accounts": " ".join(accounts)}
            )

    def _bought(self, vendors):
        """Return ``{NIP: {currency: (how many posted bills, highest total)}}``."""
        partners = self.env["res.partner"].union(*vendors.values())
        groups = self.env["account.move"]._read_group(
            [
                ("company_id", "in", self.company_id._l10n_pl_ksef_of_taxpayer().ids),
                ("move_type", "in", PURCHASES),
                ("state", "=", "posted"),
                ("commercial_partner_id", "in", partners.commercial_partner_id.ids),
            ],
            ["commercial_partner_id", "currency_id"],
            ["__count", "amount_total:max"],
        )
        nip_of = {
            partner.commercial_partner_id: nip
            for nip, found in vendors.items()
            for partner in found
        }
        bought = defaultdict(dict)
        for partner, currency, count, most in groups:
            bought[nip_of[partner]][currency] = (count, most)
        return bought

    def _signs_of_history(self, bought):
        if not bought:
            return ["new_vendor"]
        count, most = bought.get(self.currency_id, (0, 0))
        is_far = count >= USUAL_FROM and abs(self.amount_total) > FAR * most
        return ["amount"] if is_far else []

    def _alike(self):
        """Return ``{row: signs}``: number or amounts that another vendor has, too."""
        days = [bill.issue_date for bill in self if bill.issue_date]
        found = defaultdict(list)
        if not days:
            return found
        others = self.search_fetch(
            [
                ("company_id", "in", self.company_id.ids),
                ("environment", "in", self.mapped("environment")),
                ("role", "!=", SELLER_ROLE),
                ("issue_date", ">=", min(days) - NEAR),
                ("issue_date", "<=", max(days) + NEAR),
                "|",
                ("invoice_number", "in", self.mapped("invoice_number")),
                ("amount_total", "in", self.mapped("amount_total")),
            ],
            [
                "invoice_number",
                "amount_total",
                "amount_net",
                "seller_nip",
                "issue_date",
            ],
        )
        by_number, by_amount = defaultdict(set), defaultdict(set)
        for other in others:
            seen = other.seller_nip, other.issue_date
            by_number[other.invoice_number].add(seen)
            by_amount[other.amount_total, other.amount_net].add(seen)
        for bill in self:
            if bill._is_elsewhere(by_number[bill.invoice_number]):
                found[bill].append("number")
            if bill._is_elsewhere(by_amount[bill.amount_total, bill.amount_net]):
                found[bill].append("amounts")
        return found

    def _is_elsewhere(self, seen):
        """Tell whether one of ``seen`` (NIP, day) is another vendor's, near."""
        return any(
            nip != self.seller_nip
            and self.issue_date
            and abs(day - self.issue_date) <= NEAR
            for nip, day in seen
        )

    def _signs_of_document(self, document):
        buyer = document.buyer.identification
        ours = self.company_id.sudo()  # sudo: its name, whoever receives
        names = {plain_name(ours.name), plain_name(ours.partner_id.name)}
        signs = []
        if self.buyer_nip == self.nip and plain_name(buyer.name) not in names:
            signs.append("name")
        correction = document.body.correction
        before = correction.buyers_before if correction else []
        was_ours = any(row.identification.nip == self.nip for row in before)
        if was_ours and buyer.nip != self.nip:
            signs.append("moved_away")
        return signs


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_signs_text = fields.Text(
        "Looks Suspicious", compute="_compute_l10n_pl_ksef_signs_text"
    )

    @api.depends("l10n_pl_ksef_bill_ids.signs_text")
    def _compute_l10n_pl_ksef_signs_text(self):
        for move in self:
            texts = move.l10n_pl_ksef_bill_ids.mapped("signs_text")
            move.l10n_pl_ksef_signs_text = "\n".join(filter(None, texts)) or False


def _accounts(document):
    """Return the plain numbers of the accounts that a document asks to pay to."""
    payment = document.body.payment
    rows = [*payment.accounts, *payment.factor_accounts] if payment else []
    return [_plain(row.number) for row in rows]


def _is_other_account(accounts, vendor):
    """Tell whether a vendor that has accounts here has none of these."""
    known = {_plain(bank.acc_number) for bank in vendor.commercial_partner_id.bank_ids}
    return bool(known and accounts) and not known & set(accounts)
