"""What a vendor who reads their bill in the portal does not read of it."""

from odoo import models

# What we think of a bill, who decides on it, and from which amount on.
OF_BILLS = {
    "l10n_pl_ksef_approval",
    "l10n_pl_ksef_approval_text",
    "l10n_pl_ksef_approver_id",
    "l10n_pl_ksef_asks_approval",
    "l10n_pl_ksef_may_approve",
    "l10n_pl_ksef_order_text",
    "l10n_pl_ksef_rule_proposal",
    "l10n_pl_ksef_rule_text",
    "l10n_pl_ksef_signs_text",
    "l10n_pl_ksef_user_id",
    "l10n_pl_ksef_white_list",
    "l10n_pl_ksef_white_list_mark",
}
OF_COMPANIES = {"l10n_pl_ksef_approval_from", "l10n_pl_ksef_approver_id"}


class AccountMove(models.Model):
    _inherit = "account.move"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if field.name in OF_BILLS and _is_outsider(self.env):
            return False
        return super()._has_field_access(field, operation)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if field.name in OF_COMPANIES and _is_outsider(self.env):
            return False
        return super()._has_field_access(field, operation)


def _is_outsider(env):
    """Tell whether this is a person of the portal, or nobody known."""
    return not env.su and not env.user._is_internal()
