from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.access import AUDITOR, BILLING, allowed
from ..models.client_actions import close_window, notice

# So many are made at once; more than that are made while people do something else.
PIECE, PIECE_WITH_PICTURES = 50, 5


class Bundle(models.TransientModel):
    """Downloads what KSeF has of many invoices as one ZIP.

    States::

        chosen --few--> ready
        chosen --many--> making --piece by piece, by a cron--> ready | failed
        ready --downloaded--> taken
    """

    _name = "l10n_pl_ksef.bundle"
    _description = "KSeF: Files of Many Invoices"
    _inherit = ["l10n_pl_ksef.window"]
    # People come back for what was made meanwhile.
    _transient_max_hours = 24

    move_ids = fields.Many2many(
        "account.move",
        string="Chosen Invoices",
        default=lambda self: self._chosen(),
    )
    move_count = fields.Integer("Invoices", compute="_compute_move_count")
    with_upo = fields.Boolean("UPO (signed by KSeF)", default=True)
    with_xml = fields.Boolean("FA(3) files", default=True)
    with_pictures = fields.Boolean(
        "Pictures (PDF)", help="Drawing one takes about a second."
    )
    state = fields.Selection(
        [
            ("chosen", "Chosen"),
            ("making", "Being made"),
            ("ready", "Ready"),
            ("taken", "Downloaded"),
            ("failed", "Not made"),
        ],
        readonly=True,
        default="chosen",
    )
    done_count = fields.Integer(readonly=True)
    last_move = fields.Integer(readonly=True, help="Id of the last one that is done.")
    missing = fields.Text(readonly=True)

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

    def _piece_size(self):
        return PIECE_WITH_PICTURES if self.with_pictures else PIECE

    @allowed(BILLING, AUDITOR)
    def action_download(self):
        """Let the browser fetch the archive; a large one is made in the background."""
        self.ensure_one()
        if not self.move_ids or not self._parts():
            raise UserError(self.env._("Choose invoices, and what you want of them."))
        self._begin()
        if self.state == "making":
            return self._told_to_wait()
        return {
            "type": "ir.actions.act_url",
            "url": self._url(),
            "target": "download",
        }

    def _told_to_wait(self):
        return notice(
            self.env._(
                "The ZIP is being made. You may go on working: a bar above the lists "
                "and on the dashboard shows how far it is, and has it when it is ready."
            ),
            "info",
            then=close_window(),
        )

    def _url(self):
        return f"/l10n_pl_ksef/bundle/{self.id}"
