"""What a KSeF file says that changes how the bill is paid or deducted."""

from odoo import fields, models

from ...ksef_api.fa3 import Settlement


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_to_pay = fields.Monetary(
        "To Pay by the Document",
        readonly=True,
        copy=False,
        help="What the vendor asks for, where it is not the total: deposits "
        "are added, amounts settled otherwise are taken off "
        "(DoZaplaty).",
    )
    l10n_pl_ksef_settlement = fields.Char(
        "Charges and Deductions",
        readonly=True,
        copy=False,
        help="Rozliczenie: why the amount to pay is not the total of the invoice.",
    )

    def _l10n_pl_ksef_import_marks(self, bill_import):
        """Return the marks of the bill; each is a task as well."""
        marks = bill_import.body.annotations
        if marks.cash_method:
            bill_import.tasks.append(
                self.env._(
                    "The vendor uses the cash method (P_16): VAT of this bill may be "
                    "deducted only for the period in which it is paid, a part of it "
                    "for a part paid (art. 86 (10) and 21 (1) of the VAT act). Until "
                    "then leave it out of the deduction."
                )
            )
        if marks.split_payment:
            bill_import.notes.append(
                self.env._(
                    "To be paid by split payment (P_18A): the payment is marked so."
                )
            )
        return {
            "l10n_pl_ksef_cash_method": marks.cash_method,
            "l10n_pl_ksef_split_payment": marks.split_payment,
            **self._l10n_pl_ksef_import_settlement(bill_import),
        }

    def _l10n_pl_ksef_import_settlement(self, bill_import):
        """Return what is really to be paid (*Rozliczenie*), where it is not *P_15*."""
        body, settlement = bill_import.body, bill_import.body.settlement
        asked = settlement and to_pay(settlement, body.total)
        if asked is None or asked == body.total:
            return {}
        signed = [(row.reason, row.amount) for row in settlement.charges]
        signed += [(row.reason, -row.amount) for row in settlement.deductions]
        reasons = "; ".join(
            f"{reason}: {'+' if amount > 0 else ''}{bill_import.amount(amount)}"
            for reason, amount in signed
        )
        bill_import.tasks.append(
            self.env._(
                "To pay is %(asked)s, not the total of %(total)s. %(reasons)s",
                asked=bill_import.amount(asked),
                total=bill_import.amount(body.total),
                reasons=reasons,
            ).strip()
        )
        return {
            "l10n_pl_ksef_to_pay": float(asked * bill_import.sign),
            "l10n_pl_ksef_settlement": reasons or self.env._("see the document"),
        }

    def _l10n_pl_ksef_asked_beyond(self):
        """Return what is to be paid beyond the total of this bill, negative for less.

        In the bill's currency and sign; 0 for most bills.
        """
        self.ensure_one()
        if not self.l10n_pl_ksef_settlement:
            return 0.0
        return self.currency_id.round(self.l10n_pl_ksef_to_pay - self.amount_total)


def to_pay(settlement: Settlement, total):
    """Return what *Rozliczenie* asks for, in the sign of *P_15*; None if it is silent.

    *DoRozliczenia* is what was paid too much: there is less than nothing to pay.
    """
    if settlement.to_pay is not None:
        return settlement.to_pay
    if settlement.to_settle is not None:
        return -settlement.to_settle
    if settlement.charges_total is None and settlement.deductions_total is None:
        return None
    return total + (settlement.charges_total or 0) - (settlement.deductions_total or 0)
