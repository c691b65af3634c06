import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..ksef_api import permission as ksef
from ..ksef_api.check_digits import is_pesel
from ..ksef_api.nip import is_valid_nip, normalize_nip
from ..models.access import ADMINISTRATOR, allowed
from ..models.permission.labels import MANAGE, SEE
from ..models.permission.order import AUTHORIZED, WHO

PERSONS = ("employee", "staff")
FINGERPRINT = re.compile(r"[0-9A-F]{64}")
# [oa] description 5-256, fullName 5-90, firstName 2-30, lastName 2-81
SHORTEST, LONGEST_NAME, LONGEST_DESCRIPTION = 5, 90, 256
LONGEST_FIRST, LONGEST_LAST, SHORTEST_PART = 30, 81, 2


class PermissionGrant(models.TransientModel):
    """The window that grants somebody rights in the company's KSeF."""

    _name = "l10n_pl_ksef.permission.grant"
    _description = "KSeF: Grant a Permission"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.l10n_pl_ksef_taxpayer_id,
    )
    who = fields.Selection(WHO, "To", required=True, default="employee")
    known_by = fields.Selection(
        [
            ("Pesel", "PESEL"),
            ("Nip", "NIP"),
            ("Fingerprint", "Fingerprint of a certificate"),
        ],
        required=True,
        default="Pesel",
    )
    partner_id = fields.Many2one("res.partner", "Contact")
    identifier = fields.Char()
    first_name = fields.Char()
    last_name = fields.Char()
    person_pesel = fields.Char("PESEL of the Person")
    company_name = fields.Char("Name of the Company")
    may_issue = fields.Boolean("Issue invoices")
    may_read = fields.Boolean("Read invoices", default=True)
    may_collect = fields.Boolean("Make collective identifiers")
    may_manage = fields.Boolean("Manage permissions")
    may_see = fields.Boolean("See permissions")
    may_introspect = fields.Boolean("See the history of sessions")
    can_delegate = fields.Boolean(
        "May pass it on to its people",
        default=True,
        help="An accounting office needs this to let its own people work for you.",
    )
    target = fields.Char(
        "NIP of the Client", help="Empty: every client, also those to come."
    )
    description = fields.Char(
        required=True, default=lambda self: self.env._("Granted in Odoo")
    )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        partner = self.partner_id
        if partner:
            self.company_name = partner.commercial_partner_id.name
            self.identifier = normalize_nip(partner.vat or "")

    @allowed(ADMINISTRATOR)
    def action_grant(self):
        """Check what was entered, note the order, and tell KSeF."""
        self.ensure_one()
        permissions = self.env["l10n_pl_ksef.permission"]
        connection = permissions._connection_of(self.company_id)
        order = self.env["l10n_pl_ksef.permission.order"]._place(
            connection, action="grant", **self._checked()
        )
        order._advance()
        return order.with_env(self.env)._get_records_action()

    def _checked(self):
        """Return the values of the order.

        :raise UserError: with a sentence about what is wrong
        """
        is_person = self.who in PERSONS
        kind = self.known_by if is_person else ksef.NIP
        values = {
            "who": self.who,
            "subject_type": kind,
            "subject": self._identifier(kind),
            "scopes": self._scopes(),
            "description": self._of_length(
                self.description, SHORTEST, LONGEST_DESCRIPTION, "description"
            ),
        }
        if is_person:
            values |= self._person()
        else:
            name = self._of_length(
                self.company_name, SHORTEST, LONGEST_NAME, "company_name"
            )
            values["subject_name"] = name
        if self.who == "office":
            values["can_delegate"] = self.can_delegate
        if self.who == "staff" and self.target:
            values["target"] = self._valid_nip(self.target)
        return values

    def _person(self):
        first = self._of_length(
            self.first_name, SHORTEST_PART, LONGEST_FIRST, "first_name"
        )
        last = self._of_length(self.last_name, SHORTEST_PART, LONGEST_LAST, "last_name")
        values = {
            "first_name": first,
            "last_name": last,
            "subject_name": f"{first} {last}",
        }
        if self.known_by == ksef.FINGERPRINT:
            if not is_pesel(self.person_pesel):
                raise UserError(
                    self.env._("Enter the PESEL of the owner of the certificate.")
                )
            values["person_pesel"] = self.person_pesel
        return values

    def _identifier(self, kind):
        text = re.sub(r"[\s:-]", "", self.identifier or "").upper()
        if kind == ksef.NIP:
            return self._valid_nip(text)
        if kind == ksef.PESEL and not is_pesel(text):
            raise UserError(
                self.env._("This is no PESEL: its control digit does not match.")
            )
        if kind == ksef.FINGERPRINT and not FINGERPRINT.fullmatch(text):
            raise UserError(
                self.env._(
                    "The fingerprint (SHA-256) of a certificate has 64 digits and "
                    "letters from A to F."
                )
            )
        return text

    def _valid_nip(self, text):
        nip = normalize_nip(text or "")
        if not is_valid_nip(nip):
            raise UserError(
                self.env._(
                    "%(nip)s is not a valid NIP: its control digit does not match.",
                    nip=text or "–",
                )
            )
        return nip

    def _scopes(self):
        if self.who in AUTHORIZED:
            return [AUTHORIZED[self.who]]
        chosen = {
            ksef.INVOICE_WRITE: self.may_issue,
            ksef.INVOICE_READ: self.may_read,
            ksef.COLLECTIVE_MANAGE: self.may_collect,
        }
        if self.who == "employee":
            chosen |= {
                MANAGE: self.may_manage,
                SEE: self.may_see,
                "Introspection": self.may_introspect,
            }
        scopes = [scope for scope, is_chosen in chosen.items() if is_chosen]
        if not scopes:
            raise UserError(self.env._("Tick at least one right."))
        return scopes

    def _of_length(self, text, shortest, longest, field):
        text = (text or "").strip()
        if not shortest <= len(text) <= longest:
            raise UserError(
                self.env._(
                    "%(field)s: KSeF takes from %(shortest)s to %(longest)s "
                    "characters.",
                    field=self._fields[field]._description_string(self.env),
                    shortest=shortest,
                    longest=longest,
                )
            )
        return text


class PermissionRevoke(models.TransientModel):
    """The window before permissions are taken back: it says what stops."""

    _name = "l10n_pl_ksef.permission.revoke"
    _description = "KSeF: Take Permissions Back"
    _inherit = ["l10n_pl_ksef.window"]

    company_id = fields.Many2one("res.company", required=True)
    permission_ids = fields.Many2many("l10n_pl_ksef.permission", string="Permissions")
    warning = fields.Text(compute="_compute_warning")
    is_understood = fields.Boolean("I know what stops")

    @api.depends("permission_ids")
    def _compute_warning(self):
        for window in self:
            window.warning = "\n".join(window.permission_ids._what_stops())

    @allowed(ADMINISTRATOR)
    def action_revoke(self):
        """Take them back, one operation for each."""
        self.ensure_one()
        if not self.permission_ids:
            raise UserError(self.env._("Choose permissions of one company."))
        if self.warning and not self.is_understood:
            raise UserError(
                self.env._(
                    "Tick that you know what stops:\n%(what)s", what=self.warning
                )
            )
        orders = self.env["l10n_pl_ksef.permission.order"]
        for permission in self.permission_ids:
            connection = permission.company_id._l10n_pl_ksef_connection()
            orders += orders._place_revocation(connection, permission)
        for order in orders:
            order._advance()
        return orders.with_env(self.env)._get_records_action()


class Permission(models.Model):
    _inherit = "l10n_pl_ksef.permission"

    @allowed(ADMINISTRATOR)
    def action_revoke(self):
        """Open the window that says what stops."""
        if len(self.company_id) != 1:
            raise UserError(self.env._("Choose permissions of one company."))
        if self.filtered(lambda p: p.direction != "given"):
            raise UserError(
                self.env._("What others gave you, only they can take back.")
            )
        window = self.env["l10n_pl_ksef.permission.revoke"].create(
            {"company_id": self.company_id.id, "permission_ids": self.ids}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take permissions back"),
            "res_model": window._name,
            "res_id": window.id,
            "views": [(False, "form")],
            "target": "new",
        }
