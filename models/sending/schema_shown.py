"""The settings say by which schema invoices are checked."""

from odoo import fields, models
from odoo.tools import format_date

from .schema_source import OUTCOME


class SettingsMixin(models.AbstractModel):
    _inherit = "l10n_pl_ksef.settings.mixin"

    l10n_pl_ksef_schema_text = fields.Char(
        "Schema in Use", compute="_compute_l10n_pl_ksef_schema_text"
    )
    l10n_pl_ksef_schema_warning = fields.Char(
        "About the Ministry's Schema", compute="_compute_l10n_pl_ksef_schema_text"
    )

    def _compute_l10n_pl_ksef_schema_text(self):
        schemas = self.env["l10n_pl_ksef.schema"]
        source, _schema = schemas._found()
        # sudo: what came of the last attempt is no secret
        outcome = self.env["ir.config_parameter"].sudo().get_param(OUTCOME)
        for settings in self:
            settings.l10n_pl_ksef_schema_text = settings._l10n_pl_ksef_source(source)
            settings.l10n_pl_ksef_schema_warning = outcome == "other" and self.env._(
                "The Ministry's address has another schema than this version of the "
                "module knows. It is not used; update the module."
            )

    def _l10n_pl_ksef_source(self, source):
        if source == "ministry":
            ids = [id_ for id_, _checksum in self.env["l10n_pl_ksef.schema"]._fetched()]
            # sudo: attachments of nobody are the administrator's
            files = self.env["ir.attachment"].sudo().browse(ids)
            return self.env._(
                "FA(3) 1-0E, from the Ministry's address on %(day)s.",
                day=format_date(self.env, max(files.mapped("write_date"))),
            )
        sentences = {
            "folder": self.env._("FA(3) from the folder l10n_pl_ksef/xsd."),
            "package": self.env._("FA(3) of the Python package ksef-client."),
        }
        return sentences.get(source, False)
