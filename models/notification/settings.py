from odoo import fields, models


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_notification_ids = fields.Many2many(
        "l10n_pl_ksef.notification",
        string="KSeF E-mails to Me",
        compute="_compute_l10n_pl_ksef_notification_ids",
        inverse="_inverse_l10n_pl_ksef_notification_ids",
        help="The current user's own choices in the current company.",
    )

    l10n_pl_ksef_no_email = fields.Boolean(
        "No E-mail Address",
        compute="_compute_l10n_pl_ksef_notification_ids",
        help="The current user has no e-mail address that messages could go to.",
    )

    def _compute_l10n_pl_ksef_notification_ids(self):
        for settings in self:
            choices = settings._l10n_pl_ksef_choices()
            settings.l10n_pl_ksef_notification_ids = choices.filtered("is_wanted")
            settings.l10n_pl_ksef_no_email = not self.env.user.email

    def _inverse_l10n_pl_ksef_notification_ids(self):
        for settings in self:
            for choice in settings._l10n_pl_ksef_choices():
                choice.is_wanted = choice in settings.l10n_pl_ksef_notification_ids

    def _l10n_pl_ksef_choices(self):
        notifications = self.env["l10n_pl_ksef.notification"]
        return notifications._of_user(self.env.user, self.company_id)
