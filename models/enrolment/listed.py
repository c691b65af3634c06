from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api.errors import KsefError
from ..access import ADMINISTRATOR, allowed
from ..concurrency import checkpoint
from ..connection.connection import ENVIRONMENTS
from ..times import naive_utc
from ..vault.vault import VaultError
from .enrolment import TYPES

REASONS = [
    ("Unspecified", "Not needed any more"),
    ("Superseded", "Another one is used"),
    ("KeyCompromise", "Others may know its key"),
]
ODOO_TYPES = {"Authentication": "authentication", "Offline": "offline"}


class ListedCertificate(models.Model):
    """A certificate as KSeF lists it (``POST /certificates/query``), ours or not."""

    _name = "l10n_pl_ksef.listed.certificate"
    _description = "KSeF: Certificate in KSeF"
    _order = "requested_at desc, id desc"

    name = fields.Char("Name in KSeF", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    serial = fields.Char("Serial Number", required=True, readonly=True)
    type = fields.Selection(TYPES, readonly=True)
    common_name = fields.Char("Owner", readonly=True)
    status = fields.Selection(
        [
            ("Active", "Valid"),
            ("Blocked", "Suspended"),
            ("Revoked", "Revoked"),
            ("Expired", "Expired"),
        ],
        readonly=True,
    )
    valid_from = fields.Datetime(readonly=True)
    valid_to = fields.Datetime("Valid Until", readonly=True)
    requested_at = fields.Datetime("Ordered On", readonly=True)
    last_used_at = fields.Datetime("Last Used", readonly=True)
    certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate", "In Odoo", compute="_compute_use"
    )
    use = fields.Selection(
        [
            ("here", "In use here"),
            ("kept", "In Odoo, not in use"),
            ("elsewhere", "Used elsewhere"),
            ("unused", "Not used yet"),
        ],
        compute="_compute_use",
    )
    revoke_reason = fields.Selection(REASONS, "Why It Is Revoked", readonly=True)
    revoke_asked_at = fields.Datetime(
        readonly=True, help="Set before KSeF is asked to revoke it."
    )
    message = fields.Text("Remarks", readonly=True)

    _serial_unique = models.Constraint(
        "UNIQUE(company_id, environment, serial)",
        "This certificate is listed already.",
    )

    @api.depends("serial", "company_id", "last_used_at")
    def _compute_use(self):
        # sudo: whoever may read the list is told which of them Odoo has
        kept = self.env["l10n_pl_ksef.certificate"].sudo()
        ours = kept.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("serial", "in", self.mapped("serial")),
            ]
        )
        signs = {one: kept._newest(one, "offline") for one in ours.company_id}
        by_serial = {(one.company_id, one.serial): one for one in ours}
        for row in self:
            mine = by_serial.get((row.company_id, row.serial), kept.browse())
            row.certificate_id = mine
            if mine and (mine.is_in_use or mine == signs[row.company_id]):
                row.use = "here"
            elif mine:
                row.use = "kept"
            else:
                row.use = "elsewhere" if row.last_used_at else "unused"

    @api.model
    def _take(self, connection, listed):
        """Keep what KSeF listed for the owner of a login."""
        # sudo: nobody may write these rows, this code does
        rows = self.sudo()
        place = {
            "company_id": connection.company_id.id,
            "environment": connection.environment,
        }
        known = rows.search([(name, "=", value) for name, value in place.items()])
        by_serial = known.grouped("serial")
        for item in listed:
            values = self._values(item)
            row = by_serial.get(item.serial)
            if not row:
                rows.create({**place, "serial": item.serial, **values})
            elif changed := {k: v for k, v in values.items() if row[k] != v}:
                row.write(changed)

    @api.model
    def _values(self, item):
        return {
            "name": item.name,
            "type": ODOO_TYPES.get(item.type),
            "common_name": item.common_name,
            "status": item.status,
            "valid_from": naive_utc(item.valid_from),
            "valid_to": naive_utc(item.valid_to),
            "requested_at": naive_utc(item.requested),
            "last_used_at": naive_utc(item.last_used),
        }

    @api.model
    def _refresh(self, company):
        """Ask KSeF for the certificates of ``company``'s owner.

        :raise UserError: KSeF does not tell them now, and why
        """
        connection = self.env["l10n_pl_ksef.connection"]._of_company(company)
        if not connection:
            raise UserError(self.env._("Connect the company to KSeF first."))
        try:
            listed = connection._call(lambda client: list(client.certificates()))
        except (KsefError, VaultError) as error:
            verdict = self.env["l10n_pl_ksef.verdict"]._of(error)
            raise UserError(verdict.message) from error
        # sudo: nobody may write certificates, this code does
        mine = self.env["l10n_pl_ksef.certificate"].sudo()
        mine.search([("company_id", "=", connection.company_id.id)])._take_listing(
            connection, listed
        )
        checkpoint(self.env)

    @api.model
    @allowed(ADMINISTRATOR)
    def action_open(self):
        """Ask KSeF, and show its list for the current company."""
        return self._open_for(self.env.company._l10n_pl_ksef_taxpayer())

    @api.model
    def _open_for(self, taxpayer):
        self._refresh(taxpayer)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_listed_certificate"
        )
        return {**action, "domain": [("company_id", "=", taxpayer.id)]}

    @allowed(ADMINISTRATOR)
    def action_revoke(self):
        """Open the window that says what stops, and revokes."""
        self.ensure_one()
        window = self.env["l10n_pl_ksef.revoke"].create(
            {"company_id": self.company_id.id, "listed_id": self.id}
        )
        return window._open()


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    def _take_listing(self, connection, listed):
        self.env["l10n_pl_ksef.listed.certificate"]._take(connection, listed)
        return super()._take_listing(connection, listed)
