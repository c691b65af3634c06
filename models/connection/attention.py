from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..attention.source import ADMINISTRATOR, Source
from .certificate import EXPIRES_SOON

# Shorter silences of KSeF pass by themselves.
LONG_SILENCE = timedelta(minutes=15)


class Attention(models.Model):
    _inherit = "l10n_pl_ksef.attention"

    @api.model
    def _sources(self):
        now = fields.Datetime.now()
        connection = SQL(
            """
            SELECT id, company_id, COALESCE(trouble_since, write_date) AS since
              FROM l10n_pl_ksef_connection
             WHERE active AND (
                   state IN ('draft', 'to_sign', 'expired', 'failed')
                   OR trouble IN ('login', 'certificate', 'permission')
                   OR trouble = 'down' AND trouble_since <= %s)
            """,
            now - LONG_SILENCE,
        )
        # One that nothing depends on any more may end.
        certificate = SQL(
            """
            SELECT id, company_id, valid_to AS since
              FROM l10n_pl_ksef_certificate certificate
             WHERE (state = 'revoked' OR state = 'valid' AND valid_to <= %s)
               AND (type = 'offline' OR EXISTS (
                   SELECT FROM l10n_pl_ksef_connection connection
                    WHERE connection.certificate_id = certificate.id
                      AND connection.active))
               AND NOT EXISTS (
                   SELECT FROM l10n_pl_ksef_certificate other
                    WHERE other.company_id = certificate.company_id
                      AND other.type = certificate.type
                      AND other.state = 'valid'
                      AND other.id != certificate.id
                      AND other.valid_to > certificate.valid_to)
            """,
            now + EXPIRES_SOON,
        )
        return [
            *super()._sources(),
            Source(
                "connection",
                self.env._("Connection to KSeF"),
                "l10n_pl_ksef.connection",
                connection,
                lambda record: record._why_attention(),
                self.env._("Authorise"),
                "_authorise_from_attention",
                (ADMINISTRATOR,),
                is_urgent=True,
            ),
            Source(
                "certificate",
                self.env._("Certificate Ends"),
                "l10n_pl_ksef.certificate",
                certificate,
                lambda record: record._why_attention(),
                self.env._("Add a Certificate"),
                "_replace_from_attention",
                (ADMINISTRATOR,),
                is_urgent=True,
            ),
        ]

    @api.model
    def _is_concerned(self):
        # sudo: only whether there is a connection comes out
        connections = self.env["l10n_pl_ksef.connection"].sudo()
        # sudo: a branch need not see its taxpayer
        taxpayers = self.env.companies.sudo().l10n_pl_ksef_taxpayer_id
        found = connections.search_count([("company_id", "in", taxpayers.ids)], limit=1)
        return bool(found) or super()._is_concerned()


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def _why_attention(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.status_message or states[self.state]

    def _authorise_from_attention(self):
        if self.trouble == "down" or self.state in ("ordered", "processing"):
            return self.action_check()
        if self.method == "signed_file":
            return self.action_sign()
        return self.action_authorise()


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    def _why_attention(self):
        if self.status_message:
            return self.status_message
        day = self.valid_to.date()
        what = {
            "authentication": self.env._(
                "The authentication certificate is valid until %(day)s. After that "
                "nothing is sent or fetched.",
                day=format_date(self.env, day),
            ),
            "offline": self.env._(
                "The offline certificate is valid until %(day)s. After that no invoice "
                "can be issued offline.",
                day=format_date(self.env, day),
            ),
        }
        return what[self.type]

    def _replace_from_attention(self):
        return self.company_id._l10n_pl_ksef_ask_certificate(type=self.type)
