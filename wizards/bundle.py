from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.access import AUDITOR, BILLING, allowed, check_allowed

# Drawing one takes about a second, and the browser waits.
MOST_PICTURES = 100


class Bundle(models.TransientModel):
    """Downloads what KSeF has of many invoices as one ZIP."""

    _name = "l10n_pl_ksef.bundle"
    _description = "KSeF: Files of Many Invoices"
    _inherit = ["l10n_pl_ksef.window"]

    move_ids = fields.Many2many(
        "account.move",
        string="Chosen Invoices",
        default=lambda self: self._chosen(),
    )
    move_count = fields.Integer("Invoices", compute="_compute_move_count")
    with_upo = fields.Boolean("UPO (signed by KSeF)", default=True)
    with_xml = fields.Boolean("FA(3) files", default=True)
    with_pictures = fields.Boolean(
        "Pictures (PDF)", help="Of at most 100 invoices at a time."
    )

    @api.depends("move_ids")
    def _compute_move_count(self):
        for bundle in self:
            bundle.move_count = len(bundle.move_ids)

    def _chosen(self):
        if self.env.context.get("active_model") != "account.move":
            return self.env["account.move"]
        return self.env["account.move"].browse(self.env.context.get("active_ids"))

    def _parts(self):
        wanted = {
            "upo": self.with_upo,
            "xml": self.with_xml,
            "picture": self.with_pictures,
        }
        return [part for part, is_wanted in wanted.items() if is_wanted]

    @allowed(BILLING, AUDITOR)
    def action_download(self):
        """Let the browser fetch the archive."""
        self.ensure_one()
        if not self.move_ids or not self._parts():
            raise UserError(self.env._("Choose invoices, and what you want of them."))
        if self.with_pictures and len(self.move_ids) > MOST_PICTURES:
            raise UserError(
                self.env._(
                    "Choose at most %(most)s invoices with their pictures; UPO and "
                    "FA(3) files may be of any number.",
                    most=MOST_PICTURES,
                )
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/l10n_pl_ksef/bundle/{self.id}",
            "target": "download",
        }

    def _write(self, stream):
        """Write the archive into a binary file."""
        check_allowed(self.move_ids, BILLING, AUDITOR)
        # sudo: who reads an invoice need not read the rows with its files
        self.sudo().move_ids._l10n_pl_ksef_write_zip(stream, self._parts())
