from odoo import fields, models


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


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    def _accept(self, number, *args, **kwargs):
        result = super()._accept(number, *args, **kwargs)
        move = self.move_id
        wanted = self.company_id.l10n_pl_ksef_number_as_reference
        if wanted and move.move_type == "out_invoice":
            # Odoo's own matching finds what is paid with its reference in the title.
            move.payment_reference = number
        return result
