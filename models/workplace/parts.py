"""Parts of the workplace: each is off, and invisible, until a company uses it."""

from odoo import api, fields, models

# Part -> names of the nodes of views (fields, buttons, filters, pages) it consists of.
PARTS = {
    "rules": (
        "l10n_pl_ksef_rule_text",
        "l10n_pl_ksef_rule_card",
        "l10n_pl_ksef_rule_told",
        "l10n_pl_ksef_rule_proposal",
        "action_l10n_pl_ksef_make_rule",
        "action_l10n_pl_ksef_no_rule",
        "rule_text",
    ),
    "responsible": (
        "l10n_pl_ksef_user_id",
        "l10n_pl_ksef_mine",
        "l10n_pl_ksef_group_user",
        "action_l10n_pl_ksef_hand_over",
        "action_hand_over",
        "user_id",
        "mine",
        "group_user",
    ),
    "approval": (
        "l10n_pl_ksef_approval",
        "l10n_pl_ksef_approvals",
        "l10n_pl_ksef_approval_ids",
        "l10n_pl_ksef_approval_card",
        "l10n_pl_ksef_approval_text",
        "l10n_pl_ksef_may_approve",
        "l10n_pl_ksef_to_approve",
        "action_l10n_pl_ksef_approve",
        "needs_approval",
        "approval",
        "may_approve",
        "action_approve",
        "approver_id",
    ),
    "orders": ("l10n_pl_ksef_order_card", "l10n_pl_ksef_order_text"),
    "products": (),
    "signs": (
        "l10n_pl_ksef_signs_card",
        "l10n_pl_ksef_signs_text",
        "signs_text",
        "has_signs",
        "with_signs",
        "action_not_ours",
        "action_l10n_pl_ksef_not_ours",
        "not_ours_card",
        "not_ours_reason",
        "not_ours",
    ),
}
# What is there as soon as any part is used.
DESK = (
    "action_confirm",
    "action_undo",
    "to_work_off",
    "is_linked",
    "is_undone",
    "l10n_pl_ksef_desk_card",
)
# Part -> its menus.
MENUS = {
    "rules": ("menu_rule",),
    "approval": ("menu_to_approve",),
    "signs": ("menu_not_ours",),
}
HIDDEN = ("searchable", "sortable", "groupable", "exportable")


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_use_rules = fields.Boolean(
        "Rules for Bills",
        help="Journal, account, tax, product and person of a bill from KSeF follow "
        "from rules.",
    )
    l10n_pl_ksef_use_responsible = fields.Boolean(
        "A Person for Each Bill",
        help="Each bill from KSeF gets somebody who is responsible for it: by a rule, "
        "the buyer of the order, our unit, or the vendor.",
    )
    l10n_pl_ksef_use_orders = fields.Boolean(
        "Purchase Orders on Bills",
        help="Orders that an invoice names are found and compared with it.",
    )
    l10n_pl_ksef_use_products = fields.Boolean(
        "Remember Vendors' Products",
        help="The product that was chosen for a vendor's line is proposed next time.",
    )
    l10n_pl_ksef_use_signs = fields.Boolean(
        "Tell What Is Suspicious",
        help="Signs of an invoice that is not ours, or not the vendor's, are told.",
    )
    l10n_pl_ksef_use_approval = fields.Boolean(
        "Approve Bills",
        help="Bills wait for somebody's approval before they are posted or paid.",
    )

    def _l10n_pl_ksef_parts(self):
        """Return the parts that one of these companies uses."""
        # sudo: a branch that does not see its taxpayer follows its settings.
        taxpayers = self.sudo().l10n_pl_ksef_taxpayer_id
        return frozenset(
            part
            for part in PARTS
            if any(company[f"l10n_pl_ksef_use_{part}"] for company in taxpayers)
        )

    def _l10n_pl_ksef_uses(self, part):
        """Tell whether this company, or the taxpayer that it belongs to, uses it."""
        return part in self._l10n_pl_ksef_parts()

    def write(self, vals):
        result = super().write(vals)
        if any(name.startswith("l10n_pl_ksef_use_") for name in vals):
            # Menus are kept for each user.
            self.env.registry.clear_cache()
        return result


class Hiding(models.AbstractModel):
    """Leaves out of views, and of filters, the parts that nobody here uses."""

    _name = "l10n_pl_ksef.hiding"
    _description = "KSeF: What Is Invisible until It Is Used"

    @api.model
    def _l10n_pl_ksef_hidden_names(self):
        """Return the names that the user's companies do not use."""
        used = self.env.companies._l10n_pl_ksef_parts()
        names = {name for part in PARTS.keys() - used for name in PARTS[part]}
        return names if used else names.union(DESK)

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base'
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.companies._l10n_pl_ksef_parts())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base'
        arch, view = super()._get_view(view_id, view_type, **options)
        hidden = self._l10n_pl_ksef_hidden_names()
        for node in arch.xpath("//*[@name]"):
            if node.get("name") in hidden and node.getparent() is not None:
                node.getparent().remove(node)
        return arch, view

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS 'base'
        descriptions = super().fields_get(allfields, attributes)
        for name in self._l10n_pl_ksef_hidden_names() & descriptions.keys():
            description = descriptions[name]
            description.update({k: False for k in HIDDEN if k in description})
        return descriptions


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "l10n_pl_ksef.hiding"]

    @api.model
    def _l10n_pl_ksef_hidden_names(self):
        # Others have names such as `user_id`.
        names = super()._l10n_pl_ksef_hidden_names()
        return {name for name in names if "l10n_pl_ksef_" in name}


class Bill(models.Model):
    _name = "l10n_pl_ksef.bill"
    _inherit = ["l10n_pl_ksef.bill", "l10n_pl_ksef.hiding"]


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        # EXTENDS 'base'
        used = self.env.user.company_ids._l10n_pl_ksef_parts()
        unused = [
            self.env.ref(f"l10n_pl_ksef.{name}", raise_if_not_found=False)
            for part in MENUS.keys() - used
            for name in MENUS[part]
        ]
        found = [menu.id for menu in unused if menu]
        return [*super()._load_menus_blacklist(), *found]
