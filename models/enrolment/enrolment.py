from datetime import timedelta

from odoo import api, fields, models

from ..concurrency import checkpoint, isolated, time_is_left
from ..connection.connection import ENVIRONMENTS
from ..connection.due import due

TYPES = [("authentication", "Authentication"), ("offline", "Offline")]
TRY_AGAIN_AFTER = timedelta(days=1)
# What the cron takes further.
OPEN = ("new", "ordering", "processing", "issued", "proving")


class Enrolment(models.Model):
    """One order of a certificate in KSeF (*wniosek o certyfikat*), from key to use.

    KSeF makes certificates for whoever is logged in with a signature; the key is made
    here and never leaves. Each step is committed before the next, and a certificate
    that works is let go of only when this one has proved itself. States::

        new --limits and owner looked at, key made--> ordering --taken--> processing
        processing --200--> issued --fetched, stored--> proving --it works--> done
        ordering --no answer--> ordering (KSeF is asked before it is sent again)
        any --KSeF's last word--> failed

    ``docs/enrolment.md`` has what a kill or a refusal at each step leaves behind.
    """

    _name = "l10n_pl_ksef.enrolment"
    _description = "KSeF: Order of a Certificate"
    _inherit = ["l10n_pl_ksef.sealed.mixin", "l10n_pl_ksef.live.mixin"]
    _order = "id desc"

    name = fields.Char("Name in KSeF", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    type = fields.Selection(TYPES, required=True, readonly=True)
    purpose = fields.Selection(
        [
            ("first", "Ordered by a person"),
            ("renewal", "Before the end of another"),
            ("compromise", "In place of one whose key others may know"),
        ],
        required=True,
        readonly=True,
        default="first",
    )
    state = fields.Selection(
        [
            ("new", "To be ordered"),
            ("ordering", "Being ordered"),
            ("processing", "KSeF is making it"),
            ("issued", "Made, being fetched"),
            ("proving", "Being tried"),
            ("done", "In use"),
            ("failed", "Not made"),
        ],
        required=True,
        readonly=True,
        default="new",
        index=True,
    )
    status_message = fields.Text(readonly=True)
    reference = fields.Char("Reference in KSeF", readonly=True)
    serial = fields.Char("Serial Number", readonly=True)
    request = fields.Text("Request (PKCS#10)", readonly=True)
    key_sealed = fields.Text("Key (encrypted)", groups=fields.NO_ACCESS, copy=False)
    certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    replaces_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        "In Place Of",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    candidate_id = fields.Many2one(
        "l10n_pl_ksef.connection",
        "Tried By",
        readonly=True,
        ondelete="set null",
        help="The login by which the new certificate proves itself.",
    )
    asked_at = fields.Datetime(
        "Sent to KSeF On", readonly=True, help="Set before the call that orders."
    )
    retry_at = fields.Datetime("Next Attempt", readonly=True)
    fail_count = fields.Integer("Failures in a Row", readonly=True)
    in_use_since = fields.Datetime(readonly=True)
    revoke_at = fields.Datetime(
        "The Old One Is Revoked On",
        readonly=True,
        help="When the new certificate has worked for a week.",
    )

    _open_once = models.UniqueIndex(
        "(company_id, environment, type) "
        "WHERE state IN ('new', 'ordering', 'processing', 'issued', 'proving')",
        "Such a certificate is on order already.",
    )

    @api.constrains("company_id")
    def _check_company_is_taxpayer(self):
        self.company_id._l10n_pl_ksef_check_is_taxpayer()

    @api.depends("name", "type")
    def _compute_display_name(self):
        types = dict(self._fields["type"]._description_selection(self.env))
        for enrolment in self:
            enrolment.display_name = enrolment.name or types.get(enrolment.type)

    @api.model
    def _place(self, connection, types, purpose="first", replaces=None):
        """Note that certificates are to be ordered; return the rows, those that are
        under way already among them. KSeF is asked in the next step.

        :param types: of ``TYPES``
        :param replaces: the certificate that the new one is to follow
        """
        # sudo: only code writes these rows, for whoever may connect the company
        rows = self.sudo()
        current = rows.search(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "=", connection.environment),
                ("type", "in", list(types)),
                ("state", "in", OPEN),
            ]
        )
        made = rows.create(
            [
                {
                    "company_id": connection.company_id.id,
                    "environment": connection.environment,
                    "type": kind,
                    "purpose": purpose,
                    "replaces_id": replaces.id if replaces else False,
                }
                for kind in types
                if kind not in current.mapped("type")
            ]
        )
        # sudo: whoever causes it may wake the cron
        self.env.ref("l10n_pl_ksef.ir_cron_enrol").sudo()._trigger()
        return current | made

    @api.model
    def _current(self, company, kind):
        """Return the certificate by which ``company`` logs in, or with which it signs,
        or none."""
        if kind == "authentication":
            return company._l10n_pl_ksef_connection().certificate_id
        return self.env["l10n_pl_ksef.certificate"]._newest(company, kind)

    @api.model
    def _lacking(self, company):
        """Return the types of which ``company`` uses no certificate that works."""
        kinds = [kind for kind, _label in TYPES]
        return [kind for kind in kinds if not self._current(company, kind)._works()]

    def _fail(self, message):
        """End this order; what works stays as it is, and the key is erased.

        A renewal is ordered anew the next day: what was refused (no orders left, say)
        may pass.
        """
        self.write(
            {
                "state": "failed",
                "status_message": message,
                "key_sealed": False,
                "retry_at": fields.Datetime.now() + TRY_AGAIN_AFTER,
            }
        )
        self.env["l10n_pl_ksef.notification"]._notify(
            "certificate_not_made", self, details=message
        )

    @api.model
    def _cron_enrol(self):
        """Look after certificates: ask KSeF about them, order, take into use, revoke.

        What has no time left waits for the next minute.
        """
        self.env["l10n_pl_ksef.certificate"]._check_in_ksef()
        self._order_wanted()
        self._order_due()
        for enrolment in self.search(due(OPEN), order="id"):
            if time_is_left(self.env):
                with isolated(self.env, enrolment):
                    enrolment._advance()
        self._revoke_replaced()
        checkpoint(self.env)
