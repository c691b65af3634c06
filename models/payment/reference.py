from odoo import fields, models

from odoo.addons.account.models.account_move import AccountMove as OdoosMove


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_number_as_reference = fields.Boolean(
        "KSeF Number as Payment Reference",
        default=True,
        help="Once an invoice is in KSeF, its number is what customers are asked to "
        "give as title: on the PDF, in the payment QR code and in e-mails.",
    )


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_number_as_reference = fields.Boolean(
        related="company_id.l10n_pl_ksef_number_as_reference", readonly=False
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_asks_for_number(self):
        """Tell whether customers are asked to give the KSeF number of this invoice."""
        number = self.l10n_pl_ksef_number
        return bool(number) and self.payment_reference == number

    def _l10n_pl_ksef_refer_to(self, number):
        """Ask customers for this number in the title of their transfer.

        Lines and taxes do not change, and the item that is owed is named anew by
        itself: the way through them all, which is account's own write, would be half
        the time of sending thousands.
        """
        own = (False, self.name, self._get_invoice_computed_reference())
        typed = self.payment_reference not in own
        # What follows from the number is no news; what a person typed is kept there.
        move = self if typed else self.with_context(tracking_disable=True)
        return super(OdoosMove, move).write({"payment_reference": number})


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    def _accept(self, number, *args, **kwargs):
        result = super()._accept(number, *args, **kwargs)
        move = self.move_id
        wanted = self.company_id.l10n_pl_ksef_number_as_reference
        if wanted and move.move_type == "out_invoice":
            # Odoo's own matching finds what is paid with its reference in the title.
            move._l10n_pl_ksef_refer_to(number)
        return result
