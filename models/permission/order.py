from odoo import api, fields, models

from ...ksef_api import permission as ksef
from ..connection.connection import ENVIRONMENTS
from ..connection.verdict_final import SETTLED_AFTER
from .labels import identified, named

WHO = [
    ("employee", "A person of the company"),
    ("office", "An accounting office or other company"),
    ("self_billing", "A customer who issues our invoices (self-billing)"),
    ("tax_representative", "A tax representative"),
    ("staff", "A person of our office, at clients"),
]
# Who gets an authorisation to invoice in our name, and which.
AUTHORIZED = {
    "self_billing": ksef.SELF_INVOICING,
    "tax_representative": ksef.TAX_REPRESENTATIVE,
}
OPEN = ("new", "asking", "processing", "unknown")


class PermissionOrder(models.Model):
    """One change of rights in KSeF: a grant, or one that is taken back.

    The row is written and committed before the call, and followed to the end::

        new --> asking --taken--> processing --200--> done
        asking --no answer--> unknown --KSeF's lists--> done | new
        asking, processing --KSeF says no--> failed
    """

    _name = "l10n_pl_ksef.permission.order"
    _description = "Change of a Permission in KSeF"
    _inherit = ["l10n_pl_ksef.live.mixin"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    nip = fields.Char("Our NIP", required=True, readonly=True)
    action = fields.Selection(
        [("grant", "Grant"), ("revoke", "Take back")], required=True, readonly=True
    )
    who = fields.Selection(WHO, readonly=True)
    subject_type = fields.Char(readonly=True)
    subject = fields.Char("Identifier in KSeF", readonly=True)
    subject_shown = fields.Char("Identifier", compute="_compute_subject_shown")
    first_name = fields.Char(readonly=True)
    last_name = fields.Char(readonly=True)
    person_nip = fields.Char("NIP of the Person", readonly=True)
    person_pesel = fields.Char("PESEL of the Person", readonly=True)
    subject_name = fields.Char("Name", readonly=True)
    scopes = fields.Json(readonly=True, help="KSeF's names of the rights.")
    rights = fields.Char(compute="_compute_rights")
    can_delegate = fields.Boolean("May Be Passed On", readonly=True)
    target = fields.Char(
        "At Client", readonly=True, help="NIP of the client; empty: all clients."
    )
    description = fields.Char(readonly=True)
    grant_id = fields.Char("Number in KSeF", readonly=True)
    is_authorization = fields.Boolean(readonly=True)
    state = fields.Selection(
        [
            ("new", "To be told to KSeF"),
            ("asking", "Being told"),
            ("processing", "KSeF is working on it"),
            ("unknown", "No answer, being asked"),
            ("done", "Done"),
            ("failed", "Refused"),
        ],
        required=True,
        readonly=True,
        default="new",
        index=True,
    )
    status_message = fields.Text("Reason", readonly=True)
    reference = fields.Char("Operation in KSeF", readonly=True)
    asked_at = fields.Datetime("Asked On", readonly=True)
    retry_at = fields.Datetime("Next Attempt", readonly=True)
    fail_count = fields.Integer("Failures in a Row", readonly=True)

    @api.depends("subject_type", "subject")
    @api.depends_context("lang")
    def _compute_subject_shown(self):
        for order in self:
            order.subject_shown = identified(
                self.env, order.subject_type, order.subject
            )

    @api.depends("scopes")
    @api.depends_context("lang")
    def _compute_rights(self):
        for order in self:
            order.rights = ", ".join(named(self.env, order.scopes or ()))

    @api.depends("action", "subject_name", "subject")
    @api.depends_context("lang")
    def _compute_display_name(self):
        actions = dict(self._fields["action"]._description_selection(self.env))
        for order in self:
            who = order.subject_name or order.subject or ""
            order.display_name = f"{actions.get(order.action)}: {who}"

    @api.model
    def _follow_cron(self):
        # sudo: whoever causes it may wake the cron
        return self.env.ref("l10n_pl_ksef.ir_cron_permission_order").sudo()

    @api.model
    def _place(self, connection, **values):
        """Note a change that a person ordered; the next step tells KSeF.

        :param connection: of the company whose rights they are
        """
        # Whoever places it goes on at once; the cron, where that process dies.
        self._follow_cron()._trigger(at=fields.Datetime.now() + SETTLED_AFTER)
        # sudo: only code writes these rows, for administrators of the company
        return self.sudo().create(
            {
                "company_id": connection.company_id.id,
                "environment": connection.environment,
                "nip": connection.nip,
                **values,
            }
        )

    @api.model
    def _place_revocation(self, connection, permission):
        return self._place(
            connection,
            action="revoke",
            grant_id=permission.grant_id,
            is_authorization=permission.kind == "authorization",
            subject_type=permission.subject_type,
            subject=permission.subject,
            subject_name=permission.name,
            scopes=[permission.scope],
            target=permission.target,
        )

    # --- in KSeF's words -----------------------------------------------------

    def _carry_out(self, client):
        """Tell KSeF; return the reference number of its operation."""
        if self.action == "revoke":
            if self.is_authorization:
                return client.revoke_authorization(self.grant_id)
            return client.revoke_grant(self.grant_id)
        subject = ksef.Identifier(self.subject_type, self.subject)
        if self.who == "office":
            rights = dict.fromkeys(self.scopes, self.can_delegate)
            return client.grant_entity(
                self.subject, rights, self.subject_name, self.description
            )
        if self.who in AUTHORIZED:
            return client.grant_authorization(
                subject, AUTHORIZED[self.who], self.subject_name, self.description
            )
        if self.who == "staff":
            target = ksef.Identifier(ksef.NIP, self.target) if self.target else None
            return client.grant_indirect(
                subject,
                self.scopes,
                self._person(),
                self.description,
                target or ksef.Identifier(ksef.ALL_PARTNERS),
            )
        return client.grant_person(
            subject, self.scopes, self._person(), self.description
        )

    def _person(self):
        known_by = None
        if self.person_nip:
            known_by = ksef.Identifier(ksef.NIP, self.person_nip)
        elif self.person_pesel:
            known_by = ksef.Identifier(ksef.PESEL, self.person_pesel)
        return ksef.Person(self.first_name, self.last_name, known_by)

    def _is_carried_out(self, connection):
        """Tell, by KSeF's lists, whether this change has been made."""
        listed = connection._listed_permissions()
        if self.action == "revoke":
            return ("given", self.grant_id) not in listed
        mine = (self.subject_type, self.subject, self.target or False)
        found = {
            values["scope"]
            for (direction, _id), values in listed.items()
            if direction == "given"
            and mine
            == (values["subject_type"], values["subject"], values.get("target", False))
        }
        return set(self.scopes) <= found
