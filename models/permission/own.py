"""What the login of a connection may do in KSeF, and what it lacks."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef_api import permission as ksef
from ...ksef_api.errors import Forbidden, KsefError
from ..access import BILLING, allowed
from ..concurrency import checkpoint, isolated, time_is_left
from ..times import warsaw_today
from ..vault.vault import VaultError
from .labels import MANAGE, SEE, named

_logger = logging.getLogger(__name__)

ASK_AGAIN = timedelta(days=1)
# KSeF's last word on a login by somebody who has no right there at all.
NO_RIGHTS = 415


class ResCompany(models.Model):
    _inherit = "res.company"

    def _l10n_pl_ksef_sends_attachments(self):
        """Tell whether invoices of this company carry attachments (*Zalacznik*), for
        which the taxpayer gives a consent in e-Urząd Skarbowy."""
        return False

    def _l10n_pl_ksef_self_billed_vendors(self):
        """Return the vendors in whose name this company issues invoices."""
        self.ensure_one()
        # sudo: asked by crons and by whoever may see the connection
        moves = self.env["account.move"].sudo()
        groups = moves._read_group(
            [
                ("company_id", "in", self._l10n_pl_ksef_of_taxpayer().ids),
                ("journal_id.is_self_billing", "=", True),
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("state", "!=", "cancel"),
                ("date", ">=", fields.Date.today() - timedelta(days=365)),
            ],
            ["commercial_partner_id"],
        )
        partners = self.env["res.partner"].union(*(partner for (partner,) in groups))
        return partners.filtered(lambda p: p.country_code in (False, "PL"))


class Connection(models.Model):
    """KSeF is asked when the login works, once a day and on demand; never by a
    compute. What is missing is stored, told once, and stands in the connection."""

    _inherit = "l10n_pl_ksef.connection"

    rights = fields.Json(
        "Rights in KSeF",
        readonly=True,
        copy=False,
        help="As KSeF told them: 'scopes', 'grants' (their numbers), 'attachments', "
        "'vendors' (NIPs that let us invoice in their name); null: may not be asked.",
    )
    rights_asked_at = fields.Datetime("Rights Asked On", readonly=True, copy=False)
    rights_shown = fields.Text("This Login May", compute="_compute_rights_shown")
    rights_missing = fields.Text("Missing in KSeF", readonly=True, copy=False)
    rights_missing_since = fields.Datetime(readonly=True, copy=False)
    rights_request = fields.Text(
        "Sentence to Send",
        readonly=True,
        copy=False,
        help="For whoever can grant what is missing.",
    )

    @api.depends("rights")
    @api.depends_context("lang")
    def _compute_rights_shown(self):
        for connection in self:
            told = connection.rights or {}
            names = named(self.env, told.get("scopes") or ())
            if told and not names:
                names = [self.env._("Nothing")]
            if told.get("attachments"):
                names.append(self.env._("Invoices with attachments"))
            connection.rights_shown = ", ".join(names)

    # --- asking --------------------------------------------------------------

    @allowed(BILLING)
    def action_ask_rights(self):
        """Ask KSeF now what this login may do here."""
        self.ensure_one()
        # sudo: nobody may write connections, this code does
        error = self.sudo()._ask_rights()
        if error:
            raise UserError(self.env["l10n_pl_ksef.verdict"]._of(error).message)
        return True

    def _ask_rights(self):
        """Ask KSeF what this login may do, keep it, and tell what is missing.

        Commits. Fails softly: what is known stays.

        :return: what was in the way, or None
        """
        self.ensure_one()
        self = self._in_company_language()
        self.rights_asked_at = fields.Datetime.now()
        checkpoint(self.env)
        try:
            own = self._call(lambda client: client.own_permissions())
            rights = {
                "scopes": sorted(self._scopes_of_login(own)),
                "grants": [grant.id for grant in own.grants if grant.is_active],
                "attachments": self._ask_if_allowed(
                    lambda client: client.attachments_status().is_allowed
                ),
                "vendors": self._ask_if_allowed(
                    lambda client: [
                        item.giver.value
                        for item in client.authorization_grants(ksef.RECEIVED)
                        if item.scope == ksef.SELF_INVOICING
                    ]
                ),
            }
        except (KsefError, VaultError) as error:
            _logger.info("KSeF: connection %s: rights: %s", self.id, type(error))
            return error
        self.rights = rights
        self._compare_rights()
        checkpoint(self.env)
        return None

    def _scopes_of_login(self, own):
        """A token may do less than who made it: what it may, its login says."""
        if self.method != "token":
            return own.scopes
        told = ksef.scopes_of_access_token(self._access_token())
        return own.scopes if told is None else told

    def _ask_if_allowed(self, function):
        """Return KSeF's answer, None where this login may not ask."""
        try:
            return self._may_be_refused()._call(function)
        except Forbidden:
            return None

    @api.model
    def _cron_rights(self):
        """Ask once a day for each connection that works."""
        before = fields.Datetime.now() - ASK_AGAIN
        for connection in self._connected().sorted(
            lambda c: c.rights_asked_at or fields.Datetime.now().min
        ):
            if not time_is_left(self.env):
                self.env.ref("l10n_pl_ksef.ir_cron_rights")._trigger()
                break
            if connection.rights_asked_at and connection.rights_asked_at > before:
                continue
            with isolated(self.env, connection):
                connection._ask_rights()

    def _on_connected(self):
        result = super()._on_connected()
        self.rights_asked_at = False
        self.env.ref("l10n_pl_ksef.ir_cron_rights")._trigger()
        return result

    # --- what is missing -----------------------------------------------------

    def _needed_scopes(self):
        """Return ``{right: what is switched on and needs it}``."""
        company, needed = self.company_id, {}
        if company.l10n_pl_ksef_send_on_validation:
            needed[ksef.INVOICE_WRITE] = self.env._("sending of invoices")
        if company._l10n_pl_ksef_roles_to_follow():
            needed[ksef.INVOICE_READ] = self.env._("fetching of invoices")
        if company._l10n_pl_ksef_gives_numbers(warsaw_today()):
            needed[ksef.COLLECTIVE_MANAGE] = self.env._(
                "KSeF numbers in titles of transfers"
            )
        return needed

    def _compare_rights(self):
        """Keep and tell what is switched on here and not granted in KSeF."""
        told = self.rights
        lacking = {
            scope: purpose
            for scope, purpose in self._needed_scopes().items()
            if scope not in told["scopes"]
        }
        lines = [
            self.env._(
                "%(right)s: switched on is %(purpose)s, and KSeF will refuse it.",
                right=named(self.env, [scope])[0],
                purpose=purpose,
            )
            for scope, purpose in lacking.items()
        ]
        if lines:
            lines.append(self._who_can_grant())
        lines += self._lacking_vendors() + self._lacking_consent()
        self._keep_missing("\n".join(lines), self._request_for(lacking))

    def _keep_missing(self, missing, request):
        changed = missing != (self.rights_missing or "")
        self.write({"rights_missing": missing, "rights_request": request})
        if changed:
            self.rights_missing_since = missing and fields.Datetime.now()
        if missing and changed:
            self.env["l10n_pl_ksef.notification"]._notify(
                "permission_missing",
                self,
                occasion=fields.Datetime.now(),
                details="\n".join(filter(None, (missing, request))),
            )

    def _lacking_vendors(self):
        """Vendors who have not let this company invoice in their name (*SelfInvoicing*,
        uprawnienia.md)."""
        vendors = self.company_id._l10n_pl_ksef_self_billed_vendors()
        given = self.rights["vendors"]
        if not vendors or given is None:
            return []
        without = vendors.filtered(
            lambda p: (p.vat or "").upper().removeprefix("PL") not in given
        )
        if not without:
            return []
        return [
            self.env._(
                "Self-billing: these vendors have not granted it to NIP %(nip)s in "
                "KSeF: %(vendors)s. Each of them does so in Aplikacja Podatnika KSeF.",
                nip=self.nip,
                vendors=", ".join(without.mapped("display_name")),
            )
        ]

    def _lacking_consent(self):
        wanted = self.company_id._l10n_pl_ksef_sends_attachments()
        if not wanted or self.rights["attachments"] is not False:
            return []
        return [
            self.env._(
                "Attachments: KSeF takes invoices with attachments only after the "
                "taxpayer has announced them in e-Urząd Skarbowy."
            )
        ]

    def _who_can_grant(self):
        """Return a sentence about who can grant what this login lacks."""
        if self.method == "token":
            return self.env._(
                "A token cannot be given more rights: whoever may manage permissions "
                "makes a new one in Aplikacja Podatnika KSeF, and it is entered here."
            )
        # sudo: names only, of those who may grant
        managers = self.env["l10n_pl_ksef.permission"].sudo()._managers(self)
        text = self.env._(
            "The owner can grant it (a person with the company's seal, or whose PESEL "
            "KSeF links with the NIP), and whoever may manage permissions."
        )
        return f"{text} {', '.join(managers)}." if managers else text

    def _request_for(self, scopes):
        """Return the sentence to send to whoever can grant ``scopes``."""
        if not scopes or self.method == "token":
            return False
        return self.env._(
            "Please grant in Aplikacja Podatnika KSeF, for the company with NIP "
            "%(nip)s, to %(who)s: %(rights)s.",
            nip=self.nip,
            who=self._login_named(),
            rights=", ".join(named(self.env, scopes)),
        )

    def _login_named(self):
        """Return who logs in, as whoever grants rights must enter it."""
        # sudo: of the certificate, which may be another company's, what it says
        certificate = self.sudo().certificate_id
        if self.method != "certificate" or not certificate:
            return self.env._("the person who signs the file of authorisation")
        if certificate.nip:
            return f"{certificate.name} (NIP {certificate.nip})"
        return self.env._(
            "%(name)s (certificate with the fingerprint %(fingerprint)s)",
            name=certificate.name,
            fingerprint=(certificate.fingerprint or "").upper(),
        )

    def _refused(self, verdict):
        """Who has no right at all cannot even log in, and needs the same sentence."""
        result = super()._refused(verdict)
        if verdict.code == NO_RIGHTS and self.method != "token":
            self = self._in_company_language()
            # Who logs in to a company that is another's handles its invoices there.
            wanted = self._needed_scopes() or {ksef.INVOICE_READ: ""}
            self.write(
                {
                    "rights": {
                        "scopes": [],
                        "grants": [],
                        "attachments": None,
                        "vendors": None,
                    },
                    "rights_asked_at": fields.Datetime.now(),
                    "rights_missing": self.env._(
                        "Nobody has granted rights to this login: KSeF does not let it "
                        "in. %(who)s",
                        who=self._who_can_grant(),
                    ),
                    "rights_request": self._request_for(wanted),
                }
            )
        return result

    def _may_see_permissions(self):
        scopes = (self.rights or {}).get("scopes")
        return scopes is None or bool({MANAGE, SEE} & set(scopes))
