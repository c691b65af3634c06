"""Who must give KSeF numbers in a transfer: one rule, told in ``docs/payments.md``."""

from dataclasses import dataclass
from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_date

from ..times import start_of

# Journals in which a title can be given; cash has none.
TITLED_JOURNALS = ("bank", "credit")
NOT_ACTIVE = ("exempt", "unregistered")


@dataclass(frozen=True)
class Duty:
    """What the law wants of one payment of one bill.

    ``kind``: ``must`` (art. 108g, 108a of the VAT act), ``may`` (the company decides),
    ``none`` (there is nothing to give) or ``ask`` (the law does not settle it: a person
    decides). ``reason`` is a sentence for that person.
    """

    kind: str
    reason: str


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    invoicing_mode = fields.Selection(
        [("Online", "In KSeF"), ("Offline", "Offline, sent to KSeF later")],
        "Issued",
        readonly=True,
    )

    def _metadata_values(self, item):
        # EXTENDS l10n_pl_ksef/models/receiving/ingest.py
        values = super()._metadata_values(item)
        modes = dict(self._fields["invoicing_mode"].selection)
        return {**values, "invoicing_mode": item.mode in modes and item.mode}


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_payment_duty(self, day, journal=None):
        """Return the ``Duty`` of a payment of this vendor bill.

        The first rule that holds decides; their order is the table of
        ``docs/payments.md``. An unknown VAT state counts as active: who gives a number
        without need does no harm.

        :param day: of the payment; the VAT state of that day counts
        :param journal: the money is taken from; any account when it is not known
        """
        self.ensure_one()
        _ = self.env._
        if journal and journal.type not in TITLED_JOURNALS:
            return Duty("none", _("Paid in cash: there is no title."))
        if not self.l10n_pl_ksef_number:
            return self._l10n_pl_ksef_duty_without_number()
        begins = self.company_id._l10n_pl_ksef_duty_begins()
        if day < begins:
            begins = format_date(self.env, begins)
            return Duty("may", _("Not asked for before %(day)s.", day=begins))
        if self.company_id.l10n_pl_ksef_vat_state == "exempt":
            return Duty("may", _("We are no active VAT payer."))
        state = self._l10n_pl_ksef_vendor_vat_state(day)
        if state in NOT_ACTIVE:
            return Duty("may", _("The vendor is no active VAT payer."))
        if self._l10n_pl_ksef_is_emergency():
            return Duty("may", _("Issued while KSeF had a failure (art. 106nf)."))
        if state == "active":
            return Duty("must", _("Both are active VAT payers (art. 108g)."))
        return Duty(
            "must",
            _("The vendor's VAT state is not known: it counts as active (art. 108g)."),
        )

    def _l10n_pl_ksef_duty_without_number(self):
        partner = self.commercial_partner_id
        if not partner.vat or partner.country_code not in (False, "PL"):
            return Duty("none", self.env._("A bill from outside KSeF."))
        return Duty(
            "ask",
            self.env._(
                "This bill has no KSeF number. If it was issued offline, its number "
                "is still to come; the law does not say how to pay until then."
            ),
        )

    def _l10n_pl_ksef_vendor_vat_state(self, day):
        """Return ``active``, ``exempt``, ``unregistered`` or ``unknown``: the vendor's
        state in the white list on ``day``, as far as it was asked for.
        """
        return "unknown"

    def _l10n_pl_ksef_is_emergency(self):
        """Tell whether this bill was issued while a failure of KSeF was announced.

        What KSeF knows as issued online was not, whatever the day.
        """
        # sudo: who pays may not read the inbox
        bill = self.sudo().l10n_pl_ksef_bill_ids[:1]
        if not self.invoice_date or bill.invoicing_mode == "Online":
            return False
        begins = start_of(self.invoice_date)
        ends = start_of(self.invoice_date + timedelta(days=1))
        # sudo: announcements hold for everybody
        outages = self.env["l10n_pl_ksef.outage"].sudo()
        return bool(
            outages.search_count(
                [
                    ("environment", "=", bill.environment),
                    ("company_id", "in", (False, self.company_id.id)),
                    ("category", "in", ("failure", "total_failure")),
                    ("start", "<", ends),
                    "|",
                    ("end", "=", False),
                    ("end", ">=", begins),
                ],
                limit=1,
            )
        )
