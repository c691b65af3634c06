from odoo import api, fields, models

from ..models.access import BILLING
from ..models.client_actions import close_window, notice
from ..models.sending.mail import PENDING
from ..models.sending.send import KEY


class AccountMoveSendWizard(models.TransientModel):
    _inherit = "account.move.send.wizard"

    l10n_pl_ksef_asks_when = fields.Boolean(
        "Asks When to E-mail", compute="_compute_l10n_pl_ksef_asks_when"
    )
    l10n_pl_ksef_when = fields.Selection(
        [
            ("number", "When the KSeF number is there, by itself"),
            ("now", "Now, without the number where KSeF needs longer"),
        ],
        "Send the E-mail",
        compute="_compute_l10n_pl_ksef_when",
        store=True,
        readonly=False,
    )

    @api.depends("move_id")
    def _compute_extra_edi_checkboxes(self):
        # EXTENDS 'account'
        result = super()._compute_extra_edi_checkboxes()
        edi = self._get_all_extra_edis()[KEY]
        # Stored, so computed by the superuser; asked is who looks at it.
        may_issue = self.env.user.has_group(BILLING)
        for wizard in self:
            boxes = wizard.extra_edi_checkboxes or {}
            if not may_issue:
                boxes = {name: box for name, box in boxes.items() if name != KEY}
                wizard.extra_edi_checkboxes = boxes or False
            elif KEY not in boxes and edi["is_applicable"](wizard.move_id):
                # A consumer: offered, not ticked.
                box = {"checked": False, "label": edi["label"], "help": edi["help"]}
                wizard.extra_edi_checkboxes = {**boxes, KEY: box}
        return result

    @api.depends("move_id", "sending_methods", "extra_edis")
    def _compute_l10n_pl_ksef_asks_when(self):
        """The question is only asked of an e-mail whose invoice has no number yet."""
        for wizard in self:
            goes = wizard.move_id.l10n_pl_ksef_state in PENDING
            goes = goes or KEY in (wizard.extra_edis or [])
            wizard.l10n_pl_ksef_asks_when = goes and "email" in (
                wizard.sending_methods or []
            )

    @api.depends("move_id")
    def _compute_l10n_pl_ksef_when(self):
        for wizard in self:
            company = wizard.move_id.company_id
            wizard.l10n_pl_ksef_when = company._l10n_pl_ksef_mail_when()

    def _get_sending_settings(self):
        # EXTENDS 'account'
        settings = super()._get_sending_settings()
        return {**settings, "l10n_pl_ksef_when": self.l10n_pl_ksef_when}

    def action_send_and_print(self, allow_fallback_pdf=False):
        # EXTENDS 'account': what was put off is said
        action = super().action_send_and_print(allow_fallback_pdf=allow_fallback_pdf)
        waits = self.l10n_pl_ksef_asks_when and self.move_id._l10n_pl_ksef_mail_waits(
            self.l10n_pl_ksef_when
        )
        return self._l10n_pl_ksef_tell_waiting() if waits else action

    def _l10n_pl_ksef_tell_waiting(self):
        return notice(
            self.env._(
                "KSeF has not given %(name)s its number yet. The e-mail goes out "
                "by itself when it has; you will be told.",
                name=self.move_id.name,
            ),
            "info",
            then=close_window(),
        )
