"""One certificate of an office serves many companies, and is stored once.

The connection of a client names the office's certificate; its key is sealed in the one
record, in the office's own company. In KSeF the limits of calls are those of the
client's context all the same (limity-api.md). A token cannot be shared so: KSeF takes
it in the one context that it was made for (tokeny-ksef.md).
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access import ADMINISTRATOR, allowed
from ..concurrency import checkpoint

TOLD = "l10n_pl_ksef_told_what_stops"
TRY_AGAIN = timedelta(days=1)


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    served = fields.Text(
        "Also Logs In For",
        compute="_compute_served",
        help="Companies of clients that are connected by this certificate.",
    )

    def _compute_served(self):
        for certificate in self:
            names = certificate._served().mapped("display_name")
            certificate.served = "\n".join(sorted(names))

    def _served(self):
        """Return the other companies that log in by these certificates."""
        # sudo: whoever has the certificate is told what depends on it
        companies = self._connections().sudo().company_id
        # sudo: as said above
        return companies - self.sudo().company_id

    @allowed(ADMINISTRATOR, operation="unlink")
    def action_delete(self):
        """What stops in other companies is said before, by name."""
        if self._served() and not self.env.context.get(TOLD):
            window = self.env["l10n_pl_ksef.certificate.stop"].create(
                {"company_id": self.company_id[:1].id, "certificate_ids": self.ids}
            )
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Delete a certificate of many companies"),
                "res_model": window._name,
                "res_id": window.id,
                "views": [(False, "form")],
                "target": "new",
            }
        return super().action_delete()

    def unlink(self):
        # Before the connections let go of it.
        self._tell_served()
        return super().unlink()

    def _tell_served(self):
        """People of each company that stops with these certificates are told."""
        for connection in self._connections().filtered(lambda c: c._is_lent()):
            self.env["l10n_pl_ksef.notification"]._notify(
                "connection_lost",
                connection,
                occasion=fields.Datetime.now(),
                details=self.env._(
                    "The certificate of %(office)s, by which this company was "
                    "connected, was deleted.",
                    office=connection.certificate_id.company_id.display_name,
                ),
            )

    def _check_through(self, connection):
        # EXTENDS l10n_pl_ksef/models/connection/certificate_lifecycle.py: KSeF lists
        # those of whoever is logged in, here the office's
        if connection._is_lent():
            return None
        return super()._check_through(connection)

    def _hand_over(self, successor):
        """Let ``successor`` log in from now on wherever this one does for clients.

        Only one of the same owner: rights are the owner's.
        """
        mine, others = self.nip or self.subject, successor.nip or successor.subject
        if mine == others:
            clients = self._connections().filtered(
                lambda c: c.company_id != self.company_id
            )
            clients.certificate_id = successor


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def _is_lent(self):
        """Tell whether it logs in by another company's certificate."""
        # sudo: of the certificate only whose it is
        certificate = self.sudo().certificate_id
        return (
            self.method == "certificate"
            and bool(certificate)
            and certificate.company_id != self.company_id
        )

    def _why_no_order(self, environment=None):
        # EXTENDS l10n_pl_ksef/models/enrolment/connection.py
        return super()._why_no_order(environment) or self._why_not_by_lent()

    def _why_not_by_lent(self):
        """Return why certificates are neither ordered, listed nor revoked through this
        login, or None: KSeF would take them for the office's, whose name and key are
        none of its client's.
        """
        if not self._is_lent():
            return None
        return self.env._(
            "%(company)s logs in to KSeF by the certificate of %(office)s, so KSeF "
            "would take this for an order of %(office)s. Work on the certificates of "
            "%(office)s there; for certificates of its own, connect %(company)s by a "
            "signed file or another certificate first.",
            company=self.company_id.display_name,
            # sudo: its people are told whose certificate it is
            office=self.sudo().certificate_id.company_id.display_name,
        )

    def _take_over(self):
        former = self._of_company(self.company_id).certificate_id
        result = super()._take_over()
        if former and self.certificate_id and former != self.certificate_id:
            if former.company_id == self.company_id:
                former._hand_over(self.certificate_id)
        return result

    @api.model
    def _cron_rights(self):
        """A client who had not granted anything may have done so: tried once a day."""
        result = super()._cron_rights()
        waiting = self.search(
            [
                ("company_id.active", "=", True),
                ("state", "=", "failed"),
                ("method", "=", "certificate"),
                ("rights_request", "!=", False),
                ("rights_asked_at", "<=", fields.Datetime.now() - TRY_AGAIN),
            ]
        )
        for connection in waiting.filtered(lambda c: c._is_lent()):
            connection._order_authorisation()
        checkpoint(self.env)
        return result


class Enrolment(models.Model):
    _inherit = "l10n_pl_ksef.enrolment"

    @api.model
    def _in_use(self, connections):
        """Whose certificate it is orders the next one, none of its clients."""
        for connection, certificate in super()._in_use(connections):
            if certificate.company_id == connection.company_id:
                yield connection, certificate


class ListedCertificate(models.Model):
    _inherit = "l10n_pl_ksef.listed.certificate"

    @api.model
    def _refresh(self, company):
        # EXTENDS l10n_pl_ksef/models/enrolment/listed.py
        connection = self.env["l10n_pl_ksef.connection"]._of_company(company)
        if reason := connection._why_not_by_lent():
            raise UserError(reason)
        return super()._refresh(company)

    def _revoke(self):
        # EXTENDS l10n_pl_ksef/models/enrolment/revoke.py: the company may have been
        # connected otherwise when it was listed
        connection = self.env["l10n_pl_ksef.connection"]._of_company(self.company_id)
        reason = connection._why_not_by_lent()
        if reason:
            self.write({"message": reason, "revoke_asked_at": False})
            checkpoint(self.env)
        return reason or super()._revoke()
