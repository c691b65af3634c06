from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api import permission as ksef
from ...ksef_api.errors import Forbidden, KsefError
from ..access import ADMINISTRATOR, AUDITOR, allowed
from ..client_actions import reload_page
from ..concurrency import checkpoint, isolated, time_is_left
from ..connection.connection import ENVIRONMENTS
from ..times import naive_utc
from ..vault.vault import VaultError
from .labels import MANAGE, SCOPES, identified, known

ACCOUNTANT = "account.group_account_user"
ASK_AGAIN = timedelta(days=1)
KINDS = [
    ("person", "Person"),
    ("entity", "Accounting office or other company"),
    ("indirect", "Our person at clients"),
    ("authorization", "Invoicing in another's name"),
]


class Permission(models.Model):
    """A right in KSeF (*uprawnienie*) that this company gave, or was given.

    What KSeF lists, no more: rows come and go with its lists. Rights are given and
    taken back by ``l10n_pl_ksef.permission.order``, which keeps the history.
    """

    _name = "l10n_pl_ksef.permission"
    _description = "Permission in KSeF"
    _order = "direction, kind, name, subject, scope, id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    nip = fields.Char("Our NIP", required=True, readonly=True)
    grant_id = fields.Char("Number in KSeF", required=True, readonly=True)
    direction = fields.Selection(
        [("given", "We gave"), ("received", "We were given")],
        required=True,
        readonly=True,
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    scope = fields.Selection(SCOPES, "Right", required=True, readonly=True)
    subject_type = fields.Char(readonly=True, help="Nip, Pesel or Fingerprint.")
    subject = fields.Char(
        "Identifier in KSeF",
        readonly=True,
        help="Of whoever has the right, or gave it to us.",
    )
    subject_shown = fields.Char("Identifier", compute="_compute_subject_shown")
    name = fields.Char(readonly=True, help="As whoever granted it wrote it.")
    target = fields.Char(
        "At Client", readonly=True, help="NIP of the client; empty: all clients."
    )
    description = fields.Char(readonly=True)
    started = fields.Datetime("Since", readonly=True)
    can_delegate = fields.Boolean("May Be Passed On", readonly=True)
    is_active = fields.Boolean(
        "Works",
        readonly=True,
        help="A right at a client works as long as the client's own grant does.",
    )

    _once = models.Constraint(
        "UNIQUE(company_id, environment, direction, grant_id)",
        "KSeF lists a permission once.",
    )

    @api.depends("subject_type", "subject")
    @api.depends_context("lang")
    def _compute_subject_shown(self):
        for permission in self:
            permission.subject_shown = identified(
                self.env, permission.subject_type, permission.subject
            )

    @api.depends("name", "subject", "scope")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["scope"]._description_selection(self.env))
        for permission in self:
            who = permission.name or permission.subject or ""
            permission.display_name = f"{who}: {labels.get(permission.scope)}"

    @api.model
    def _managers(self, connection):
        """Return the names of those who may grant rights, as far as they are known."""
        found = self.search(
            [
                ("company_id", "=", connection.company_id.id),
                ("environment", "=", connection.environment),
                ("direction", "=", "given"),
                ("scope", "=", MANAGE),
                ("name", "!=", False),
            ]
        )
        return sorted(set(found.mapped("name")))

    # --- what KSeF lists -----------------------------------------------------

    @allowed(ACCOUNTANT, AUDITOR, ADMINISTRATOR)
    def action_refresh(self):
        """Ask KSeF who may do what in the current company, whatever is chosen."""
        connection = self._connection_of(self.env.company)
        error = connection._refresh_permissions()
        if error:
            raise UserError(connection._why_no_list(error))
        return reload_page()

    @api.model
    def _connection_of(self, company):
        """Return the connection by which permissions of ``company`` are looked after.

        :raise UserError: the company has none that works
        """
        connection = company._l10n_pl_ksef_connection()
        if connection.state != "connected":
            raise UserError(
                self.env._(
                    "%(company)s is not connected to KSeF.",
                    company=company.display_name,
                )
            )
        return connection

    @api.model
    def _take(self, connection, listed):
        """Make the rows of a company what KSeF lists now.

        :param listed: values by ``(direction, grant_id)``
        """
        place = {
            "company_id": connection.company_id.id,
            "environment": connection.environment,
            "nip": connection.nip,
        }
        rows = self.search([("company_id", "=", place["company_id"])])
        by_key = {
            (row.direction, row.grant_id): row
            for row in rows
            if row.environment == place["environment"] and row.nip == place["nip"]
        }
        gone = rows - self.union(*(by_key[key] for key in by_key.keys() & listed))
        gone.unlink()
        self.create(
            [
                {**place, "direction": key[0], "grant_id": key[1], **values}
                for key, values in listed.items()
                if key not in by_key
            ]
        )
        for key in by_key.keys() & listed:
            row = by_key[key]
            row.write({n: v for n, v in listed[key].items() if (row[n] or False) != v})


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    permissions_asked_at = fields.Datetime(
        "Permissions Listed On", readonly=True, copy=False
    )

    @allowed(ACCOUNTANT, AUDITOR, ADMINISTRATOR)
    def action_permissions(self):
        """Show who may do what in this company's KSeF; the first time it is asked."""
        self.ensure_one()
        # sudo: nobody may write connections, this code does
        connection = self.sudo()
        if connection.state == "connected" and not connection.permissions_asked_at:
            connection._refresh_permissions()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.action_permission"
        )
        return {**action, "domain": [("company_id", "=", self.company_id.id)]}

    def _refresh_permissions(self):
        """Take over KSeF's lists of who may do what; commits.

        :return: what was in the way, or None
        """
        self.ensure_one()
        self = self._in_company_language()
        self.permissions_asked_at = fields.Datetime.now()
        checkpoint(self.env)
        try:
            listed = self._may_be_refused()._listed_permissions()
        except (KsefError, VaultError) as error:
            return error
        # One process after the other; whoever's list is the older one begins anew.
        self.env.cr.execute(
            "SELECT FROM l10n_pl_ksef_connection WHERE id = %s FOR UPDATE", [self.id]
        )
        # sudo: nobody may write permissions, this code does
        self.env["l10n_pl_ksef.permission"].sudo()._take(self, listed)
        checkpoint(self.env)
        return None

    def _permissions_changed(self):
        """KSeF's lists are other ones from now on: the crons ask for them, where the
        process that has changed them dies before it does."""
        if self.permissions_asked_at:
            self.permissions_asked_at = fields.Datetime.now() - ASK_AGAIN
        self.rights_asked_at = False
        for name in ("ir_cron_permissions", "ir_cron_rights"):
            # sudo: whoever causes it may wake the cron
            self.env.ref(f"l10n_pl_ksef.{name}").sudo()._trigger()

    def _why_no_list(self, error):
        if isinstance(error, Forbidden) and error.reason_code:
            return self.env._(
                "This login may not see who may do what: it needs the right to see or "
                "to manage permissions. %(who)s",
                who=self._who_can_grant(),
            )
        return self.env["l10n_pl_ksef.verdict"]._of(error).message

    def _listed_permissions(self):
        """Return ``{(direction, grant_id): values}`` of all that KSeF lists."""
        listed = {}
        for query in (ksef.IN_CONTEXT, ksef.GRANTED_HERE):
            for grant in self._call(lambda c, q=query: list(c.person_grants(q))):
                listed["given", grant.id] = _of_grant(grant)
        for grant in self._call(lambda client: list(client.entity_grants())):
            listed["received", grant.id] = _of_received(grant)
        for direction, query in (
            ("given", ksef.GRANTED),
            ("received", ksef.RECEIVED),
        ):
            for item in self._call(
                lambda client, q=query: list(client.authorization_grants(q))
            ):
                other = item.taker if direction == "given" else item.giver
                listed[direction, item.id] = _of_authorization(item, other)
        return listed

    @api.model
    def _cron_permissions(self):
        """List anew, once a day, where somebody has looked at the list before."""
        before = fields.Datetime.now() - ASK_AGAIN
        looked_at = self._connected().filtered(
            lambda c: c.permissions_asked_at and c.permissions_asked_at <= before
        )
        for connection in looked_at.sorted("permissions_asked_at"):
            if not time_is_left(self.env):
                break
            with isolated(self.env, connection):
                connection._refresh_permissions()


def _of_grant(grant):
    kind = "person"
    if grant.target:
        kind = "indirect"
    elif grant.subject and grant.subject.type == ksef.NIP and _is_company(grant):
        kind = "entity"
    return {
        **_common(grant, grant.subject),
        "kind": kind,
        "target": (grant.target and grant.target.value) or False,
        "can_delegate": grant.can_delegate,
        "is_active": grant.is_active,
    }


def _of_received(grant):
    return {
        **_common(grant, grant.context),
        "kind": "entity",
        "can_delegate": grant.can_delegate,
        "is_active": grant.is_active,
    }


def _of_authorization(item, other):
    return {**_common(item, other), "kind": "authorization", "is_active": True}


def _common(item, who):
    started = naive_utc(item.started)
    return {
        "scope": known(item.scope),
        "subject_type": who.type if who else False,
        "subject": (who and who.value) or False,
        "name": item.name or False,
        "description": item.description or False,
        "started": started,
    }


def _is_company(grant):
    return bool(grant.raw.get("subjectEntityDetails"))
