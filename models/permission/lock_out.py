"""Nobody locks himself out without being told."""

from odoo import models

from .labels import MANAGE


class Permission(models.Model):
    _inherit = "l10n_pl_ksef.permission"

    def _what_stops(self):
        """Return sentences about what ends here when these are taken back."""
        sentences = []
        for company, permissions in self.grouped("company_id").items():
            connection = company._l10n_pl_ksef_connection()
            own = permissions.filtered(lambda p, c=connection: p._is_of_login(c))
            if own:
                sentences.append(own._login_stops(connection))
            managers = permissions.filtered(lambda p: p.scope == MANAGE)
            if managers and not managers._leave_a_manager():
                sentences.append(
                    self.env._(
                        "Nobody but the owner of %(company)s will be able to grant "
                        "permissions: this is the last right to manage them.",
                        company=company.display_name,
                    )
                )
        return sentences

    def _is_of_login(self, connection):
        """Tell whether Odoo itself works in KSeF by this permission."""
        # sudo: of the certificate, which may be another company's, whose it is
        certificate = connection.sudo().certificate_id
        mine = {certificate.nip, (certificate.fingerprint or "").upper()} - {False, ""}
        grants = (connection.rights or {}).get("grants") or ()
        return self.direction == "given" and (
            self.grant_id in grants
            or (self.kind != "authorization" and (self.subject or "").upper() in mine)
        )

    def _login_stops(self, connection):
        scopes = set(self.mapped("scope"))
        ends = [
            purpose
            for scope, purpose in connection._needed_scopes().items()
            if scope in scopes
        ]
        if MANAGE in scopes:
            ends.append(self.env._("granting permissions from Odoo"))
        told = self.env._(
            "This is the permission of the login by which Odoo itself works in KSeF "
            "for %(company)s.",
            company=connection.company_id.display_name,
        )
        if ends:
            stops = self.env._("It ends: %(what)s.", what=", ".join(ends))
            told = f"{told} {stops}"
        return told

    def _leave_a_manager(self):
        company = self.company_id
        return bool(
            self.search_count(
                [
                    ("company_id", "=", company.id),
                    ("environment", "=", self[:1].environment),
                    ("direction", "=", "given"),
                    ("scope", "=", MANAGE),
                    ("id", "not in", self.ids),
                ],
                limit=1,
            )
        )
