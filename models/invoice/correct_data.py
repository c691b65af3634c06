from odoo import Command, fields, models
from odoo.exceptions import UserError

from ...ksef_api import fa3
from ..access import BILLING, allowed

BUYER_KEY = "1"  # *IDNabywcy*: ties the buyer before and now


class AccountMove(models.Model):
    """Corrections of data: a name or an address was wrong, the amounts were right.

    What was wrong is known from the file that KSeF has; what is right stands in Odoo
    now. Such a correction has no lines and a total of zero (*Podmiot1K*, *Podmiot2K*).
    """

    _inherit = "account.move"

    l10n_pl_ksef_corrects_data = fields.Boolean(
        "Corrects Data Only", readonly=True, copy=False
    )

    @allowed(BILLING, operation="write")
    def action_l10n_pl_ksef_correct_data(self):
        """Make a draft that corrects the customer's or the company's data, open it."""
        self.ensure_one()
        self._l10n_pl_ksef_check_data_differ()
        correction = self.create(
            {
                "move_type": "out_refund",
                "journal_id": self.journal_id.id,
                "partner_id": self.partner_id.id,
                "currency_id": self.currency_id.id,
                "reversed_entry_id": self.id,
                "ref": self.env._("Correction of data"),
                "l10n_pl_ksef_correction_effect": "1",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": self.env._("Correction of data"),
                            "price_unit": 0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        # sudo: only this method makes such a correction
        correction.sudo().l10n_pl_ksef_corrects_data = True
        return correction._get_records_action()

    def _l10n_pl_ksef_check_data_differ(self):
        """:raise UserError: there is nothing to correct, or not in this way"""
        if self.move_type != "out_invoice" or self.l10n_pl_ksef_state != "accepted":
            raise UserError(
                self.env._("Only data of an invoice that is in KSeF can be corrected.")
            )
        sent = self._l10n_pl_ksef_sent()
        if not sent:
            raise UserError(
                self.env._("The file that KSeF has of this invoice is not in Odoo.")
            )
        now = self._l10n_pl_ksef_buyer().identification
        if self._l10n_pl_ksef_number_of(now) != self._l10n_pl_ksef_number_of(
            sent.buyer.identification
        ):
            raise UserError(
                self.env._(
                    "The invoice went to another NIP. Correct it to zero with a credit "
                    "note, and issue a new invoice to the right customer."
                )
            )
        if not any(self._l10n_pl_ksef_wrong_data(sent).values()):
            raise UserError(
                self.env._(
                    "The data of the customer and of the company are those of the "
                    "invoice. Correct them in the contact first."
                )
            )

    def _l10n_pl_ksef_sent(self):
        """Return the document that KSeF has of this invoice, None if not here."""
        document = self._l10n_pl_ksef_accepted_document()
        return fa3.read(document._xml()).document if document.xml_file else None

    def _l10n_pl_ksef_number_of(self, identification):
        """Return all by which a buyer is identified, the name apart."""
        return (
            identification.nip,
            identification.eu_vat,
            identification.other_id,
            identification.no_id,
        )

    def _l10n_pl_ksef_wrong_data(self, sent):
        """Return the fields of ``fa3`` Correction that tell what ``sent`` had wrong."""
        seller, buyer = self._l10n_pl_ksef_seller(), self._l10n_pl_ksef_buyer()
        wrong = {"seller_before": None, "buyers_before": []}
        if self._l10n_pl_ksef_differ(seller, sent.seller):
            wrong["seller_before"] = fa3.SellerBefore(
                vat_prefix=sent.seller.vat_prefix,
                identification=sent.seller.identification,
                address=sent.seller.address,
            )
        if self._l10n_pl_ksef_differ(buyer, sent.buyer):
            wrong["buyers_before"] = [
                fa3.BuyerBefore(
                    identification=sent.buyer.identification,
                    address=sent.buyer.address,
                    key=BUYER_KEY,
                )
            ]
        return wrong

    def _l10n_pl_ksef_differ(self, now, before):
        return (now.identification, now.address) != (
            before.identification,
            before.address,
        )

    # --- the document --------------------------------------------------------

    def _l10n_pl_ksef_correction(self):
        correction = super()._l10n_pl_ksef_correction()
        sent = self.l10n_pl_ksef_corrects_data and self.reversed_entry_id
        if sent and (document := sent._l10n_pl_ksef_sent()):
            for name, value in self._l10n_pl_ksef_wrong_data(document).items():
                setattr(correction, name, value)
        return correction

    def _l10n_pl_ksef_buyer(self):
        buyer = super()._l10n_pl_ksef_buyer()
        if self.l10n_pl_ksef_corrects_data:
            buyer.key = BUYER_KEY
        return buyer

    def _l10n_pl_ksef_shown_lines(self):
        lines = super()._l10n_pl_ksef_shown_lines()
        return lines.browse() if self.l10n_pl_ksef_corrects_data else lines

    def _l10n_pl_ksef_payment(self):
        # Nothing is to be paid.
        if self.l10n_pl_ksef_corrects_data:
            return None
        return super()._l10n_pl_ksef_payment()

    def _l10n_pl_ksef_line_problems(self):
        if not self.l10n_pl_ksef_corrects_data:
            yield from super()._l10n_pl_ksef_line_problems()
