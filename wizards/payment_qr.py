"""The code for a banking app says what the payment will say."""

from odoo import api, models
from odoo.exceptions import UserError

from ..models.payment.qr import TITLE


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    @api.depends("l10n_pl_ksef_plan", "l10n_pl_ksef_choice", "l10n_pl_ksef_split")
    def _compute_qr_code(self):  # pylint: disable=missing-return
        # EXTENDS 'account': what is scanned is paid with that title
        for wizard in self:
            title = wizard._l10n_pl_ksef_qr_title()
            titled = wizard.with_context(**{TITLE: title}) if title else wizard
            super(AccountPaymentRegister, titled)._compute_qr_code()
            if title is None:
                wizard.qr_code = wizard.qr_code and self.env._(
                    "The code for your banking app stands on the payment, as soon as "
                    "its title is known."
                )

    def _l10n_pl_ksef_qr_title(self):
        """Return what the title of the one payment will be, "" where it is Odoo's;
        None while nobody can tell: no choice was made, or KSeF has still to make the
        identifier, or there will be several payments.
        """
        self.ensure_one()
        choice = self.l10n_pl_ksef_concerns and self.l10n_pl_ksef_choice
        if not self.l10n_pl_ksef_concerns or choice == "leave":
            return ""
        transfers = self.l10n_pl_ksef_plan
        if choice != "give" or len(transfers) != 1:
            return None
        number, _identifier = self._l10n_pl_ksef_number(transfers[0])
        try:
            return number and self._l10n_pl_ksef_title(transfers[0], number) or None
        except UserError:
            return None
