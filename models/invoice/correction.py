from odoo import api, fields, models

from ...ksef_api import fa3
from .texts import VALUE, split_text


class AccountMove(models.Model):
    """Corrections (*faktura korygująca*): what is corrected, and why.

    A credit note corrects downwards; a debit note (Odoo's *account_debit_note*, where
    it is installed) upwards. The original may be in Odoo, several may be corrected at
    once, and where it is not in Odoo its number and date are entered here.
    """

    _inherit = "account.move"

    l10n_pl_ksef_correction_reason = fields.Char(
        "Reason of the Correction",
        help="Why the invoice is corrected (PrzyczynaKorekty).",
    )
    l10n_pl_ksef_correction_effect = fields.Selection(
        [
            ("1", "On the date of the original invoice"),
            ("2", "On the date of the correction"),
            ("3", "On another date"),
        ],
        "Correction Counts for VAT",
        compute="_compute_l10n_pl_ksef_correction_effect",
        store=True,
        readonly=False,
        help="In which period the correction counts for VAT. At first: of a "
        "credit note the date of the correction (art. 29a (13) of the "
        "VAT act), of an increase and of data the date of the original "
        "(an error; choose the correction's where the price was raised "
        "later, art. 29a (17)). In FA(3): TypKorekty.",
    )
    l10n_pl_ksef_corrected_ids = fields.Many2many(
        "account.move",
        "l10n_pl_ksef_correction_rel",
        "correction_id",
        "original_id",
        "Also Corrects",
        copy=False,
        domain="[('company_id', '=', company_id), ('state', '=', 'posted'), "
        "('commercial_partner_id', '=', commercial_partner_id), "
        "('journal_id.type', '=', invoice_filter_type_domain)]",
        help="Further invoices that this one corrects, for example of a period. Of a "
        "bill from KSeF: the bills that it corrects, and the advances it settles.",
    )
    l10n_pl_ksef_correction_period = fields.Char(
        "Period of the Corrected Invoices",
        help="The period of a discount, art. 106j (3) of the VAT act "
        "(OkresFaKorygowanej).",
    )
    l10n_pl_ksef_original_number = fields.Char(
        "Number of the Original", help="Of an invoice that is not in Odoo."
    )
    l10n_pl_ksef_original_date = fields.Date("Date of the Original")
    l10n_pl_ksef_original_ksef_number = fields.Char(
        "KSeF Number of the Original",
        help="Empty when the original was issued outside KSeF.",
    )

    l10n_pl_ksef_is_correction = fields.Boolean(
        "Correction", compute="_compute_l10n_pl_ksef_is_correction"
    )

    @api.depends(
        "move_type",
        "reversed_entry_id",
        "l10n_pl_ksef_corrected_ids",
        "l10n_pl_ksef_original_number",
    )
    def _compute_l10n_pl_ksef_is_correction(self):
        for move in self:
            move.l10n_pl_ksef_is_correction = move._l10n_pl_ksef_is_correction()

    @api.depends("l10n_pl_ksef_is_correction", "l10n_pl_ksef_corrects_data")
    def _compute_l10n_pl_ksef_correction_effect(self):
        for move in self:
            is_correction = move.is_invoice() and move._l10n_pl_ksef_is_correction()
            kept = is_correction and move.l10n_pl_ksef_correction_effect
            usual = is_correction and move._l10n_pl_ksef_usual_effect()
            move.l10n_pl_ksef_correction_effect = kept or usual

    def _l10n_pl_ksef_usual_effect(self):
        """Return when a correction of this kind counts, unless somebody says else."""
        takes_back = self._l10n_pl_ksef_is_refund()
        effect = fa3.CorrectionEffect
        if takes_back and not self.l10n_pl_ksef_corrects_data:
            return effect.CORRECTION_DATE.value
        return effect.ORIGINAL_DATE.value

    def _l10n_pl_ksef_is_correction(self):
        """Tell whether this is a correcting invoice: any credit note is, and an invoice
        that names what it corrects (upwards).
        """
        return bool(
            self._l10n_pl_ksef_is_refund()
            or self._l10n_pl_ksef_originals()
            or self.l10n_pl_ksef_original_number
        )

    def _l10n_pl_ksef_originals(self):
        """Return the invoices in Odoo that this one corrects."""
        debited = self.debit_origin_id if "debit_origin_id" in self._fields else self
        return (
            self.reversed_entry_id | (debited - self) | self.l10n_pl_ksef_corrected_ids
        )

    def _l10n_pl_ksef_that_refer(self):
        """Return those of these invoices that name others by their KSeF numbers."""
        return self.filtered(lambda move: move._l10n_pl_ksef_is_correction())

    def _l10n_pl_ksef_referred(self):
        """Return the invoices in Odoo that this names: a correction its originals."""
        return self._l10n_pl_ksef_originals()

    def _l10n_pl_ksef_awaited(self):
        """Return the invoices whose KSeF numbers have to come before this one goes.

        It names them by their KSeF numbers (*tryby-offline.md*).
        """
        return self._l10n_pl_ksef_referred().filtered(
            lambda move: (
                move._l10n_pl_ksef_is_on_the_way() or move._l10n_pl_ksef_is_forgotten()
            )
        )

    def _l10n_pl_ksef_is_on_the_way(self):
        """Tell whether KSeF has not given this invoice its number yet, but will."""
        on_the_way = ("queued", "sending", "sent", "unknown")
        return self.l10n_pl_ksef_is_offline or self.l10n_pl_ksef_state in on_the_way

    def _l10n_pl_ksef_is_forgotten(self):
        """Tell whether this invoice belongs in KSeF, and nobody has sent it.

        One from before the company's first in KSeF was issued outside it.
        """
        if not self._l10n_pl_ksef_is_wanted() or not self._l10n_pl_ksef_is_sendable():
            return False
        since = self.company_id._l10n_pl_ksef_since()
        is_late = since and self.invoice_date >= since
        is_refused = self.l10n_pl_ksef_state in ("incomplete", "rejected")
        return bool(is_refused or is_late)

    def _l10n_pl_ksef_correction(self):
        """Return what this invoice corrects, None when it corrects nothing."""
        if not self._l10n_pl_ksef_is_correction():
            return None
        usual = self._l10n_pl_ksef_usual_effect()
        reason = split_text(self._l10n_pl_ksef_reason(), VALUE)
        return fa3.Correction(
            reason=reason[0] if reason else None,
            effect=fa3.CorrectionEffect(self.l10n_pl_ksef_correction_effect or usual),
            invoices=self._l10n_pl_ksef_corrected(),
            period=self.l10n_pl_ksef_correction_period or None,
        )

    def _l10n_pl_ksef_reason(self):
        """Return what a person gave as the reason: Odoo's windows write it into the
        reference, behind words and a number of their own.
        """
        reason = self.l10n_pl_ksef_correction_reason or self.ref or ""
        for number in filter(None, self._l10n_pl_ksef_originals().mapped("name")):
            before, found, after = reason.partition(number)
            if found and (not before or before.rstrip().endswith(":")):
                return after.lstrip(" ,")
        return reason

    def _l10n_pl_ksef_family(self):
        """Return the invoices that this one goes back to, all that corrects them, and
        itself: together they are what is left of the sale.
        """
        family, known = self._l10n_pl_ksef_originals(), self.browse()
        while family != known:
            known = family
            family |= family._l10n_pl_ksef_corrections()
            for move in family:
                family |= move._l10n_pl_ksef_originals()
        return family | self

    def _l10n_pl_ksef_corrections(self):
        """Return the posted corrections of these."""
        also = self.search([("l10n_pl_ksef_corrected_ids", "in", self.ids)])
        debits = self.debit_note_ids if "debit_note_ids" in self._fields else also
        found = self.reversal_move_ids | also | debits
        return found.filtered(lambda move: move.state == "posted")

    def _l10n_pl_ksef_corrected(self):
        """*DaneFaKorygowanej*: originals in Odoo, and the one that is not."""
        corrected = [
            fa3.CorrectedInvoice(
                issue_date=original.invoice_date,
                number=original.name,
                ksef_number=original.l10n_pl_ksef_number or None,
            )
            for original in self._l10n_pl_ksef_originals()
        ]
        if self.l10n_pl_ksef_original_number and self.l10n_pl_ksef_original_date:
            corrected.append(
                fa3.CorrectedInvoice(
                    issue_date=self.l10n_pl_ksef_original_date,
                    number=self.l10n_pl_ksef_original_number,
                    ksef_number=self.l10n_pl_ksef_original_ksef_number or None,
                )
            )
        return corrected
