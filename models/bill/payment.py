"""Due date and what was paid (*Platnosc*), from a KSeF file."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import format_date

DAYS = ("dni", "dzień", "dzien", "d", "days", "day")
WEEKS = ("tydzień", "tygodnie", "tygodni", "weeks", "week")
MONTHS = ("miesiąc", "miesiące", "miesięcy", "mies.", "months", "month")
# What the term of payment is counted from, by a piece of its name.
EVENTS = (
    (("wystawien", "issue"), "issue_date"),
    (("sprzeda", "dostaw", "wykonan", "delivery", "supply"), "sale_date"),
)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_import_payment(self, bill_import):
        """Return when and to which account to pay; tell what is paid already."""
        payment = bill_import.body.payment
        if not payment:
            return self._l10n_pl_ksef_usual_due(bill_import)
        days = self._l10n_pl_ksef_due_days(bill_import)
        if payment.paid_on:
            bill_import.notes.append(
                self.env._(
                    "Paid on %s, the invoice says.",
                    format_date(self.env, payment.paid_on),
                )
            )
        for part in payment.instalments:
            bill_import.notes.append(
                self.env._(
                    "Paid in part, the invoice says: %(amount)s on %(day)s.",
                    amount=bill_import.amount(part.amount),
                    day=format_date(self.env, part.paid_on),
                )
            )
        return {
            # FA(3) does not say how much is due on each: nothing is to be paid late.
            **(_due(min(days)) if days else self._l10n_pl_ksef_usual_due(bill_import)),
            **self._l10n_pl_ksef_import_bank_account(bill_import),
        }

    def _l10n_pl_ksef_usual_due(self, bill_import):
        """Return when a bill is due that does not say so: by the vendor's terms, which
        Odoo counts from the date of the invoice, or on that date.
        """
        vendor = bill_import.partner.with_company(bill_import.company)
        terms = vendor.property_supplier_payment_term_id
        return {} if terms else _due(bill_import.body.issue_date)

    def _l10n_pl_ksef_due_days(self, bill_import):
        """Return the days on which the document is due; a rule is counted out."""
        payment = bill_import.body.payment
        days = [item.on for item in payment.due if item.on]
        for item in payment.due:
            if item.on or not item.rule:
                continue
            day = self._l10n_pl_ksef_counted(item.rule, bill_import.body)
            if day:
                days.append(day)
            else:
                bill_import.notes.append(
                    self.env._(
                        "Payment is due %(count)s %(unit)s from: %(event)s.",
                        count=item.rule.count,
                        unit=item.rule.unit,
                        event=item.rule.event,
                    )
                )
        if len(set(days)) > 1:
            bill_import.notes.append(
                self.env._(
                    "Payment is due in parts: %s.",
                    ", ".join(format_date(self.env, day) for day in sorted(set(days))),
                )
            )
        return [payment.paid_on] if payment.paid_on else days

    def _l10n_pl_ksef_counted(self, rule, body):
        """Return the day that a rule (*TerminOpis*) means, or None."""
        event = rule.event.casefold()
        names = [name for parts, name in EVENTS if any(p in event for p in parts)]
        start = getattr(body, names[0]) if names else None
        unit = rule.unit.casefold()
        if not start:
            return None
        if unit in DAYS:
            return start + timedelta(days=rule.count)
        if unit in WEEKS:
            return start + timedelta(weeks=rule.count)
        return start + relativedelta(months=rule.count) if unit in MONTHS else None


def _due(day):
    return {"invoice_payment_term_id": False, "invoice_date_due": day}
