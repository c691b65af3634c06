from datetime import datetime, timedelta, timezone

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from ..concurrency import time_is_left
from ..connection.connection import ENVIRONMENTS
from .bill import ROLES

FIRST_WINDOW = timedelta(days=30)


class Fetch(models.Model):
    """What has been fetched from KSeF for a company in one role, and what comes next.

    Rows of kind ``follow`` never end: there is one for each company, environment, NIP
    and role, and its ``position`` is the checkpoint (*PermanentStorage*, up to KSeF's
    high-water mark) up to which every invoice has a row in the inbox. Rows of kind
    ``period`` are ordered by a person and end.

    The cron takes one step after the other, always of the row that has been due the
    longest: so no company waits for another one's thousands. A step makes a call or
    two; ``due_at`` says when the next one is, and is empty when nothing is planned.
    States::

        waiting --few are new, listed--> waiting (follow) | done (period)
        waiting --many are new, export ordered--> ordered
        ordered --package taken in--> waiting | done
        ordered --expired, not to be read--> waiting (and ordered again)
        waiting, ordered --refused for good (period)--> failed
    """

    _name = "l10n_pl_ksef.fetch"
    _description = "Fetching from KSeF"
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    nip = fields.Char("NIP", required=True, readonly=True)
    role = fields.Selection(ROLES, required=True, readonly=True)
    kind = fields.Selection(
        [("follow", "Everything new"), ("period", "A period")],
        required=True,
        readonly=True,
        default="follow",
    )
    date_type = fields.Selection(
        [("PermanentStorage", "Received in KSeF"), ("Issue", "Date of issue")],
        "Dates Are",
        required=True,
        readonly=True,
        default="PermanentStorage",
    )
    date_from = fields.Datetime("From", readonly=True)
    date_to = fields.Datetime("To", readonly=True)
    position = fields.Char(
        "Fetched Up To",
        required=True,
        readonly=True,
        help="ISO 8601 in UTC: up to this moment nothing is missing in the inbox.",
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("ordered", "Package being made by KSeF"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    due_at = fields.Datetime("Next Step", readonly=True, index="btree_not_null")
    fail_count = fields.Integer("Failures in a Row", readonly=True)
    status_message = fields.Text("Remarks", readonly=True)
    export_ids = fields.One2many(
        "l10n_pl_ksef.export", "fetch_id", string="Packages", readonly=True
    )
    user_id = fields.Many2one(
        "res.users", "Asked By", readonly=True, help="Is told when it is finished."
    )
    asked_at = fields.Datetime("Asked On", readonly=True)
    is_answered = fields.Boolean("Asker Has an Answer", readonly=True)
    found_count = fields.Integer("Found", readonly=True)
    new_count = fields.Integer("New Invoices", readonly=True)
    file_count = fields.Integer("Files Fetched", readonly=True)
    finished_at = fields.Datetime("Finished On", readonly=True)
    is_running = fields.Boolean("Running", compute="_compute_is_running")

    _follow_unique = models.UniqueIndex(
        "(company_id, environment, nip, role) WHERE kind = 'follow'",
        "What is new in KSeF is followed once for a company and role.",
    )

    @api.depends("role", "kind")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for fetch in self:
            fetch.display_name = f"{roles.get(fetch.role)}: {kinds.get(fetch.kind)}"

    @api.depends("state", "user_id", "is_answered")
    def _compute_is_running(self):
        for fetch in self:
            asked = fetch.kind == "period" or (fetch.user_id and not fetch.is_answered)
            fetch.is_running = bool(asked) and fetch.state in ("waiting", "ordered")

    def _position(self):
        """Return the checkpoint as an aware moment."""
        return datetime.fromisoformat(self.position)

    def _connection(self):
        """Return the company's connection when it still is what this row is for."""
        connection = self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)
        mine = (self.environment, self.nip)
        if (connection.environment, connection.nip) != mine:
            return connection.browse()
        return connection._in_company_language()

    # --- the plan ------------------------------------------------------------

    @api.model
    def _cron_fetch(self):
        """Follow every connected company, as long as this run of the cron may take."""
        # sudo: crons work for all companies
        fetches = self.sudo()
        fetches._follow(self.env["l10n_pl_ksef.connection"]._connected())
        fetches._work()
        fetches._trigger_next()

    @api.model
    def _follow(self, connections):
        """Plan what is to be followed for ``connections`` and is not planned yet."""
        rows = self.search(
            [
                ("company_id", "in", connections.company_id.ids),
                ("state", "in", ("waiting", "ordered")),
            ]
        )
        follows = rows.filtered(lambda row: row.kind == "follow")
        known = {row._key(): row for row in follows}
        missing, idle = (
            [],
            rows.filtered(lambda row: row.kind == "period" and not row.due_at),
        )
        for connection in connections:
            for role in connection.company_id._l10n_pl_ksef_roles_to_follow():
                row = known.get((connection.company_id.id, *_place(connection), role))
                if not row:
                    missing.append(self._follow_values(connection, role))
                elif not row.due_at:
                    idle += row
        idle.due_at = fields.Datetime.now()
        return self.create(missing) + idle

    def _key(self):
        return (self.company_id.id, self.environment, self.nip, self.role)

    @api.model
    def _follow_values(self, connection, role):
        start = datetime.now(timezone.utc) - FIRST_WINDOW
        environment, nip = _place(connection)
        return {
            "company_id": connection.company_id.id,
            "environment": environment,
            "nip": nip,
            "role": role,
            "position": start.isoformat(),
            "due_at": fields.Datetime.now(),
        }

    @api.model
    def _first(self, values):
        """Return the new row that follows one role.

        :raise ConcurrencyError: another process has just made it, which this
            transaction cannot see: Odoo begins the request again
        """
        try:
            with self.env.cr.savepoint():
                return self.create(values)
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    @api.model
    def _ask(self, connection, roles, user):
        """Let what is new be fetched now, because ``user`` wants it.

        :param roles: list of *subjectType*
        :return: the rows, one for each role
        """
        rows = self.browse()
        for role in roles:
            values = self._follow_values(connection, role)
            names = ("company_id", "environment", "nip", "role")
            domain = [(name, "=", values[name]) for name in names]
            row = self.search([*domain, ("kind", "=", "follow")], limit=1)
            rows += row or self._first(values)
        rows.write(
            {
                "due_at": fields.Datetime.now(),
                "user_id": user.id,
                "asked_at": fields.Datetime.now(),
                "is_answered": False,
                "found_count": 0,
                "new_count": 0,
                "file_count": 0,
            }
        )
        return rows

    @api.model
    def _work(self, domain=()):
        """Take due steps, the longest due first, while the cron has time."""
        passed = set()
        while time_is_left(self.env):
            fetch = self.search(
                [
                    ("due_at", "<=", fields.Datetime.now()),
                    ("id", "not in", list(passed)),
                    *domain,
                ],
                order="due_at, id",
                limit=1,
            )
            if not fetch:
                return
            if not fetch._step():
                passed.add(fetch.id)

    @api.model
    def _trigger_next(self):
        """Wake the cron when the next step is due."""
        coming = self.search([("due_at", "!=", False)], order="due_at", limit=1)
        if coming:
            at = max(coming.due_at, fields.Datetime.now())
            self.env.ref("l10n_pl_ksef.ir_cron_fetch")._trigger(at=at)


def _place(connection):
    return connection.environment, connection.nip
