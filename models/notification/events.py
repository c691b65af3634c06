"""Which changes of state people are told of.

The changes are made in many places; here they are all seen, when they are written.
"""

from odoo import models

from ...ksef_api.errors import Forbidden

NO_PERMISSION = (403, 415)
FIRST_VERDICTS = {
    "failed": "certificate_refused",
    "revoked": "certificate_refused",
    "valid": "certificate_accepted",
}
NOT_SENT = {"rejected": "invoice_rejected", "incomplete": "invoice_incomplete"}
LOSSES = ("connection_lost", "permission_missing")


class Connection(models.Model):
    _inherit = "l10n_pl_ksef.connection"

    def write(self, vals):
        before = {connection: connection.state for connection in self}
        result = super().write(vals)
        if "state" in vals:
            for connection in self.filtered(lambda c: c.state != before[c]):
                connection._notify_of_state()
        return result

    def _notify_of_state(self):
        """Tell that the connection works again, or that people must sign a file.

        A session that ends and is renewed by itself is no event.
        """
        if self.state == "connected" and self._loss_notice():
            self._notify("connection_restored", self._loss_notice().id)
        if self.state == "expired" and self.method == "signed_file":
            self._notify("authorisation_due", f"ended {self.connected_on}")

    def _refused(self, verdict):
        """Tell that a connection that worked is lost, and until when it worked."""
        result = super()._refused(verdict)
        if self.connected_on:
            lacking = verdict.code in NO_PERMISSION
            code = "permission_missing" if lacking else "connection_lost"
            self._notify(code, self.connected_on)
        return result

    def _note_failure(self, error, about=None):
        verdict = super()._note_failure(error, about)
        # Without a reason of KSeF's it may be anybody on the way who refuses.
        if isinstance(error, Forbidden) and error.reason_code:
            self._notify("permission_missing", self.connected_on)
        return verdict

    def _loss_notice(self):
        """Return the last notice of a loss, unless the return has been told too."""
        # sudo: nobody may write notices, this code does
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        mine = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        last = notices.search(
            [*mine, ("type", "in", (*LOSSES, "connection_restored"))],
            order="id desc",
            limit=1,
        )
        return last.filtered(lambda notice: notice.type in LOSSES)

    def _notify(self, code, occasion):
        self.env["l10n_pl_ksef.notification"]._notify(
            code, self, occasion=occasion, details=self.status_message
        )


class Certificate(models.Model):
    _inherit = "l10n_pl_ksef.certificate"

    def write(self, vals):
        result = super().write(vals)
        code = FIRST_VERDICTS.get(vals.get("state"))
        for certificate in self if code else ():
            certificate._notify_of_first_verdict(code)
        return result

    def _notify_of_first_verdict(self, code):
        """Tell what KSeF said of a new certificate; of an old one, the connection does.

        A certificate that was refused may be accepted later, when the permission that
        it lacked has been granted.
        """
        # sudo: nobody may write notices, this code does
        notices = self.env["l10n_pl_ksef.notice"].sudo()
        accepted = notices._notices_of("certificate_accepted", self, "")
        if not accepted:
            self.env["l10n_pl_ksef.notification"]._notify(
                code, self, details=self.status_message
            )


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    def write(self, vals):
        result = super().write(vals)
        notification = self.env["l10n_pl_ksef.notification"]
        code = NOT_SENT.get(vals.get("state"))
        if code:
            for document in self:
                notification._notify(
                    code,
                    document.move_id,
                    occasion=document.id,
                    details=document.status_message,
                )
        if vals.get("upo_file"):
            for document in self:
                notification._notify(
                    "upo_ready", document.move_id, occasion=document.ksef_number
                )
        return result


class Bill(models.Model):
    _inherit = "l10n_pl_ksef.bill"

    def write(self, vals):
        result = super().write(vals)
        notification = self.env["l10n_pl_ksef.notification"]
        if vals.get("state") == "imported":
            # What the company issued itself is no news.
            news = self.filtered(
                lambda bill: (
                    not bill.is_sale and not bill.move_id._l10n_pl_ksef_is_self_billed()
                )
            )
            notification._notify("bills_new", news)
        if vals.get("state") == "error":
            for bill in self:
                notification._notify("bill_error", bill, details=bill.status_message)
        return result
