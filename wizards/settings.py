from odoo import api, fields, models

from ..models.access import ADMINISTRATOR, allowed, check_allowed
from ..models.client_actions import reload_page


class Settings(models.TransientModel):
    """The KSeF page under Accounting > Configuration.

    Odoo's own settings open for system administrators only; accountants set KSeF up
    here, with the very same blocks.
    """

    _name = "l10n_pl_ksef.settings"
    _inherit = ["l10n_pl_ksef.settings.mixin", "l10n_pl_ksef.window"]
    _description = "KSeF: Settings Page"

    company_id = fields.Many2one(default=lambda self: self._default_company())

    @api.model
    def _default_company(self):
        """Whoever works for a branch and its parent sets up KSeF for the taxpayer."""
        taxpayer = self.env.company.l10n_pl_ksef_taxpayer_id
        return taxpayer & self.env.user.company_ids or self.env.company

    @api.model_create_multi
    @allowed(ADMINISTRATOR)
    def create(self, vals_list):
        # sudo: accountants may not write companies; these fields of theirs they may
        pages = super(Settings, self.sudo()).create(vals_list).sudo(self.env.su)
        pages._check_named()
        return pages

    @allowed(ADMINISTRATOR)
    def write(self, vals):
        # sudo: accountants may not write companies; these fields of theirs they may
        result = super(Settings, self.sudo()).write(vals)
        check_allowed(self, ADMINISTRATOR)
        return result

    @allowed(ADMINISTRATOR)
    def execute(self):
        """Save: the fields are written already, the page is shown anew."""
        return reload_page()

    @allowed(ADMINISTRATOR)
    def cancel(self):
        """Discard."""
        return reload_page()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base': the blocks are those of Odoo's settings, kept in one place
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            # sudo: views may be read by system administrators only
            whole = self.env.ref("base.res_config_settings_view_form").sudo()
            app = arch.find("app")
            found = whole._get_combined_arch().xpath(
                "//block[starts-with(@name, 'l10n_pl_ksef')]"
            )
            for block in found:
                is_branch = "l10n_pl_ksef_is_branch"
                of_branch = block.get("name") == "l10n_pl_ksef_branch"
                block.set("invisible", f"not {is_branch}" if of_branch else is_branch)
                app.append(block)
        return arch, view
