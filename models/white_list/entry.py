from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..times import warsaw_today

STATES = [
    ("active", "Active VAT payer"),
    ("exempt", "VAT payer who is exempt"),
    ("unregistered", "Not registered for VAT"),
    ("absent", "Not in the list of VAT payers"),
    ("refused", "The list does not take this NIP"),
    ("unknown", "VAT state not known"),
]
# What is known of an account: it is on the list, it is not, or nobody can tell yet.
LISTED, MISSING, OPEN = "listed", "missing", "open"


class WhiteListEntry(models.Model):
    """What the Ministry's list of VAT payers said of one NIP on one day.

    The list is public, and what one address may ask on a day is limited: so one answer
    serves all companies. Nobody reads these rows but code; what a company's own bills
    and payments say of them is shown there.
    """

    _name = "l10n_pl_ksef.white.list"
    _description = "KSeF: What the White List Says of a NIP on a Day"
    _order = "day desc, id desc"
    _rec_name = "nip"

    nip = fields.Char("NIP", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    code = fields.Char(readonly=True, help="Of a NIP that the list does not take.")
    name = fields.Char(readonly=True)
    accounts = fields.Text(readonly=True, prefetch=False)
    has_virtual_accounts = fields.Boolean(readonly=True)
    checked = fields.Json(
        readonly=True,
        help="Accounts asked for one by one: {number: [is listed, request, time]}",
    )
    request_id = fields.Char(readonly=True)
    answered_at = fields.Datetime(readonly=True)

    _nip_day_unique = models.UniqueIndex(
        "(nip, day)", "What the list says of this NIP on this day is known already."
    )

    @api.model
    def _day_of(self, payment_day):
        """Return the day to ask about for a payment: the list knows no future."""
        today = warsaw_today()
        return min(payment_day or today, today)

    @api.model
    def _of(self, nip, day):
        """Return what is known of a NIP on this very day, empty when nothing is."""
        return self._of_all([nip], day).get(nip, self.browse())

    @api.model
    def _of_all(self, nips, day):
        """Return ``{nip: what is known of it on this very day}``, of those known."""
        # sudo: one answer serves all; what is shown of it is of bills one may read
        known = self.sudo().search([("nip", "in", list(nips)), ("day", "=", day)])
        return known.grouped("nip")

    @api.model
    def _latest(self, nips):
        """Return ``{nip: the newest that is known of it}``, of those known."""
        self.flush_model(["nip", "day"])
        found = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (nip) id FROM %s WHERE nip = ANY(%s) "
                "ORDER BY nip, day DESC",
                SQL.identifier(self._table),
                list(nips),
            )
        )
        # sudo: one answer serves all; what is shown of it is of bills one may read
        return self.sudo().browse(i for (i,) in found).grouped("nip")

    def _account(self, number):
        """Return `LISTED`, `MISSING` or `OPEN`: what the list says of an account.

        :param number: 26 digits
        """
        if number in (self.accounts or "").split():
            return LISTED
        if number in (self.checked or {}):
            return LISTED if self.checked[number][0] else MISSING
        if not self or self.has_virtual_accounts or self.state in ("unknown",):
            return OPEN
        return MISSING

    def _proof(self, number):
        """Return the list's own number of the question that settled it, and its time.

        :param number: the account, 26 digits, or nothing
        """
        if number and number in (self.checked or {}):
            _is_listed, request, moment = self.checked[number]
            return request, fields.Datetime.to_datetime(moment)
        return self.request_id, self.answered_at

    def _told(self, number):
        """Return what people are told of this NIP and an account, or none."""
        if not self:
            return self.env._("Not asked for yet.")
        labels = dict(self._fields["state"]._description_selection(self.env))
        state = labels[self.state]
        if self.code:
            state = f"{state} ({self.code})"
        return self.env._(
            "%(vat_state)s; %(account)s (on %(day)s).",
            vat_state=state,
            account=self._told_account(number),
            day=format_date(self.env, self.day),
        )

    def _told_account(self, number):
        if not number:
            return self.env._("no account is named")
        return {
            LISTED: self.env._("account on the list"),
            MISSING: self.env._("account NOT on the list"),
            OPEN: self.env._("whether the account is on the list is not known"),
        }[self._account(number)]
